import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { PageBackend } from "../../gptlab/widgets/js/answers/backend.js";
import { objectiveAnswers } from "../../gptlab/widgets/js/answers/objectives.js";
import { startMatmul } from "../../gptlab/widgets/js/engine/matmul.js";
import { readCheckpoint } from "../../gptlab/widgets/js/engine/safetensors.js";
import { filledFromLeft, likeliest, mostMoved, trainingOf, withGaps } from "../../gptlab/widgets/js/lib/gaps.js";
import { bytesOf, floats } from "../../gptlab/widgets/js/lib/numbers.js";

const letters = { encode: (text) => [...text].map((sign) => sign.codePointAt(0)) };

test("a gap takes the space before it, and only that one", () => {
  assert.deepEqual(withGaps(letters, "a [MASK] b[MASK]", 9), [97, 9, 32, 98, 9]);
  assert.deepEqual(withGaps(letters, "a ", 9), [97, 32]);
  assert.deepEqual(withGaps(letters, "[MASK][MASK]", 9), [9, 9]);
});

test("gaps are filled from the left, each with its guess before the next", () => {
  const seen = [];
  const after = (before) => {
    seen.push(before);
    return Float32Array.of(0, before.length, 0);
  };
  const { filled, rows } = filledFromLeft([9, 5, 9, 9], 9, after);
  assert.deepEqual(filled, [0, 5, 1, 1]);
  assert.equal(rows[0], null);
  assert.deepEqual(seen, [[0, 5], [0, 5, 1]]);
});

test("of equals the lower id is likelier, and shares are those of a softmax", () => {
  const [first, second, third] = likeliest(Float32Array.of(0, Math.log(2), 0));
  assert.deepEqual([first.id, second.id, third.id], [1, 0, 2]);
  assert.ok(Math.abs(first.probability - 0.5) < 1e-6);
});

test("the largest change of each row", () => {
  assert.deepEqual(mostMoved([Float32Array.of(1, 2), Float32Array.of(0, 0)], [Float32Array.of(1, 5), Float32Array.of(0, 0)]), [3, 0]);
});

test("mask and labels flip with the objective", () => {
  const causal = trainingOf(3, [1], "next");
  assert.deepEqual([causal.targets, causal.n_open, causal.sees(0, 1), causal.sees(1, 0)], [[1, 2, null], 6, false, true]);
  const masked = trainingOf(3, [1], "masked");
  assert.deepEqual([masked.targets, masked.n_open, masked.sees(0, 1)], [[null, 1, null], 9, true]);
});

// What Python answers; tests/test_objective_explorer.py writes the file.
const golden = process.env.GPTLAB_OBJECTIVE_CASES;

test("the page answers as Python does", { skip: golden ? false : "run by tests/test_objective_explorer.py" }, async () => {
  const { files, wasm, words, cases } = JSON.parse(readFileSync(golden, "utf-8"));
  const matmul = startMatmul(readFileSync(wasm));
  const backends = files.map((file) => new PageBackend(readCheckpoint(readFileSync(file)), matmul));
  for (const { text, place, answer } of cases) {
    for await (const found of objectiveAnswers({ text, place, words }, async (which) => backends[which])) same(found.answer, answer);
  }
});

function same(found, expected) {
  assert.deepEqual(Object.keys(found).sort(), Object.keys(expected).sort());
  for (const [name, value] of Object.entries(expected)) {
    if (name === "moved") moves(found, expected);
    else if (name === "causal" || name === "masked") found[name].forEach((side, gap) => likely(side, value[gap]));
    else assert.deepEqual(found[name], value, name);
  }
}

function likely(found, expected) {
  assert.deepEqual(found.map(({ bytes }) => bytes), expected.map(({ bytes }) => bytes));
  found.forEach(({ probability }, i) => assert.ok(Math.abs(probability - expected[i].probability) < 1e-5));
}

function moves({ moved, ids, changed }, expected) {
  const numbers = floats(bytesOf(Uint8Array.from(Buffer.from(expected.moved.base64, "base64"))));
  assert.equal(moved.length, numbers.length);
  numbers.forEach((number, i) => assert.ok(Math.abs(moved[i] - number) < 1e-3, `${moved[i]} is not ${number}`));
  if (ids.length) moved.slice(0, changed).forEach((number) => assert.equal(number, 0));
}
