/*
 * What the page makes of patterns, against Python. Python writes the cases into a folder and names it
 * in GPTLAB_LENGTH_CASES (tests/test_length_lab.py).
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { costsOf, exponent, layersNeeded, pairsOf, readings } from "../../gptlab/widgets/js/lib/lengthmath.js";

const folder = process.env.GPTLAB_LENGTH_CASES;
const golden = folder ? JSON.parse(readFileSync(join(folder, "length.json"), "utf8")) : null;
const ofPython = (name, body) =>
  test(name, { skip: !folder && "Python writes the cases: pytest tests/test_length_lab.py" }, body);

test("a band reaches layers times width less one", () => {
  for (const layers of [1, 2, 4]) {
    const needed = layersNeeded("band", { width: 8, stride: 1 }, 48, layers);
    assert.equal(readings(needed, 48).farthest, layers * 7);
    assert.equal(readings(needed, 48).known, layers * 7 + 1);
  }
});

test("no pattern leads from a later token to an earlier one", () => {
  for (const pattern of ["full", "truncated", "chunks", "band", "strided", "random", "two-level"]) {
    const { future } = readings(layersNeeded(pattern, { width: 5, stride: 3 }, 40, 6), 40);
    assert.equal(future, 0, pattern);
  }
});

test("chunks and truncated texts stay apart at any depth", () => {
  for (const pattern of ["chunks", "truncated"]) {
    const [one, many] = [1, 9].map((layers) => layersNeeded(pattern, { width: 8, stride: 8 }, 32, layers));
    assert.deepEqual(one, many);
  }
});

test("all pairs grow with the square, those of a band with the length", () => {
  const settings = { width: 16, stride: 16 };
  const slope = (pattern) => exponent(65536, pairsOf(pattern, settings, 65536), 131072, pairsOf(pattern, settings, 131072));
  assert.ok(Math.abs(slope("full") - 2) < 1e-4);
  assert.ok(Math.abs(slope("band") - 1) < 1e-3);
});

ofPython("maps are Python's", () => {
  for (const { pattern, n, width, stride, layers, needed } of golden.maps) {
    const mine = Array.from(layersNeeded(pattern, { width, stride }, n, layers));
    assert.deepEqual(mine, needed.flat(), `${pattern} ${n} ${width} ${stride} ${layers}`);
  }
});

ofPython("pairs are counted as in Python", () => {
  for (const [pattern, n, width, stride, pairs] of golden.pairs) {
    assert.equal(pairsOf(pattern, { width, stride }, n), pairs, `${pattern} ${n} ${width} ${stride}`);
  }
});

ofPython("costs are Python's", () => {
  for (const { model, n, pairs, costs } of golden.costs) assert.deepEqual(costsOf(model, n, pairs), costs);
});
