import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { blocksOf, startsOf, tokenAt } from "../../gptlab/widgets/js/lib/blocks.js";
import { decoded, fromHex, shownBytes, sizeOf } from "../../gptlab/widgets/js/lib/bytes.js";
import { moved } from "../../gptlab/widgets/js/lib/cursor.js";
import { piecesAt } from "../../gptlab/widgets/js/lib/replay.js";
import { charactersOf, filled, loneSurrogate, shapeOf } from "../../gptlab/widgets/js/lib/text.js";
import { follow } from "../../gptlab/widgets/js/lib/view.js";

const golden = JSON.parse(readFileSync(new URL("../golden/tokens.json", import.meta.url)));

for (const { name, bytes, lengths, blocks } of golden.blocks) {
  test(`tokens and characters are grouped as in Python: ${JSON.stringify(name)}`, () => {
    assert.deepEqual(blocksOf(fromHex(bytes), lengths), blocks);
    assert.equal(sizeOf(decoded(fromHex(bytes))), bytes.length / 2);
  });
}

for (const { text, replay, steps } of golden.replays) {
  test(`every step of the merges is Python's: ${JSON.stringify(text.slice(0, 20))}`, () => {
    assert.equal(replay.merges.length, steps.length - 1);
    steps.forEach((step, i) => assert.deepEqual(piecesAt(replay, i), step));
  });
}

for (const [sign, shape] of golden.shapes) {
  test(`a character is shown as in Python: ${shape}`, () => assert.equal(shapeOf(sign), shape));
}

for (const [text, characters] of golden.characters) {
  test(`characters are cut as in Python: ${JSON.stringify(text)}`, () => {
    assert.deepEqual(charactersOf(text), characters);
  });
}

test("half of a surrogate pair is found, a whole pair is not", () => {
  assert.equal(loneSurrogate("👩‍🚀 美"), null);
  assert.deepEqual(loneSurrogate("👩a\ud800"), { number: 2, code: "D800" });
  assert.deepEqual(loneSurrogate("\udc00"), { number: 0, code: "DC00" });
});

test("a message takes its values as they are", () => {
  assert.equal(filled("{a} and {b}, {c}", { a: "{b}", b: "$&" }), "{b} and $&, {c}");
});

test("bytes are shown in two digits each", () => {
  assert.equal(shownBytes(new Uint8Array([0, 231, 16])), "00 E7 10");
});

test("the token at a byte is the one that spells it", () => {
  assert.deepEqual([0, 1, 2, 3, 9].map((place) => tokenAt([1, 2, 1], place)), [0, 1, 1, 2, 2]);
  assert.deepEqual(startsOf([1, 2, 1]), [0, 1, 3]);
});

test("arrow keys stay inside the list, other keys do nothing", () => {
  assert.deepEqual(["ArrowLeft", "ArrowRight", "Home", "End"].map((key) => moved(key, 0, 3)), [0, 1, 0, 2]);
  assert.equal(moved("ArrowRight", 2, 3), 2);
  assert.equal(moved("a", 1, 3), null);
  assert.equal(moved("End", 0, 0), null);
});

test("a view stops following the model when its undo is called", () => {
  const heard = new Map();
  const model = { on: (name, f) => heard.set(name, f), off: (name) => heard.delete(name) };
  let calls = 0;
  const undo = follow(model, ["text", "result"], () => { calls += 1; });
  heard.get("change:text")();
  undo();
  assert.deepEqual([calls, heard.size], [1, 0]);
});
