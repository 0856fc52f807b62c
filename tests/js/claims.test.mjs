import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { PAGE, chosenClaims, countedBy, pageOf, tallied } from "../../gptlab/widgets/js/lib/claiming.js";

const folder = process.env.GPTLAB_CLAIM_CASES;
const skip = !folder && "Python writes the cases: pytest tests/test_claim_board.py";
const cases = folder ? JSON.parse(readFileSync(join(folder, "claims.json"), "utf8")) : null;

test("a filter lets through what Python's does", { skip }, () => {
  for (const { wanted, ids, verdicts, states } of cases.filters) {
    const found = chosenClaims(cases.claims, wanted);
    assert.deepEqual(found.map(({ id }) => id), ids);
    assert.deepEqual(countedBy(found, "verdict"), verdicts);
    assert.deepEqual(countedBy(found, "state"), states);
  }
});

test("votes are counted as in Python, those on unknown claims not at all", { skip }, () => {
  assert.deepEqual(tallied(cases.claims, cases.votes), cases.tally);
  assert.equal(PAGE, cases.page);
});

test("pages hold every claim once, and a page beyond the end is the last", () => {
  const claims = Array.from({ length: 2 * PAGE + 1 }, (_, id) => ({ id }));
  const pages = [0, 1, 2].map((page) => pageOf(claims, page));
  assert.deepEqual(pages.flatMap((page) => page.claims), claims);
  assert.equal(pageOf(claims, 9).shown, 2);
  assert.deepEqual(pageOf([], 3), { shown: 0, last: 0, first: 0, claims: [] });
});
