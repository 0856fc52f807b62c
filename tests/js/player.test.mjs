import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { PageBackend } from "../../gptlab/widgets/js/answers/backend.js";
import { playerAnswers } from "../../gptlab/widgets/js/answers/player.js";
import { startMatmul } from "../../gptlab/widgets/js/engine/matmul.js";
import { readCheckpoint } from "../../gptlab/widgets/js/engine/safetensors.js";
import { lossesOf, meanOf, placeOf, pointsOf, roundTop } from "../../gptlab/widgets/js/lib/logmath.js";
import { bytesOf, floats } from "../../gptlab/widgets/js/lib/numbers.js";

test("steps stand at logarithmic places, from the beginning of the axis to its end", () => {
  assert.equal(placeOf(0, 99), 0);
  assert.equal(placeOf(99, 99), 1);
  assert.ok(Math.abs(placeOf(9, 99) - 0.5) < 1e-12);
  assert.equal(placeOf(0, 0), 0);
});

test("a curve stands on 0 and below the top", () => {
  assert.equal(pointsOf([0, 9, 99], [4, 2, 0], 99, 4), "0.00,0.00 50.00,50.00 100.00,100.00");
  assert.equal(pointsOf([], [], 99, 4), "");
});

test("the top is 1, 2 or 5 times a power of ten", () => {
  assert.deepEqual([[7.6], [0.02], [1.8, 0.3], [0.004], [], [0]].map(roundTop), [10, 0.02, 2, 0.005, 1, 1]);
});

test("two equal scores cost ln 2, whatever is added to both", () => {
  const losses = lossesOf([1, 1, 500, 500, 0, 0], [0, 1, 0]);
  assert.equal(losses.length, 2);
  for (const loss of losses) assert.ok(Math.abs(loss - Math.log(2)) < 1e-12);
  assert.equal(meanOf([1, 2, 6]), 3);
});

// What Python answers; tests/test_training_player.py writes the file.
const golden = process.env.GPTLAB_PLAYER_CASES;

test("the page answers as Python does", { skip: golden ? false : "run by tests/test_training_player.py" }, async () => {
  const { files, wasm, words, checkpoints, cases } = JSON.parse(readFileSync(golden, "utf-8"));
  const matmul = startMatmul(readFileSync(wasm));
  const backends = files.map((file) => new PageBackend(readCheckpoint(readFileSync(file)), matmul));
  for (const { text, checkpoint, stage, course } of cases) {
    const found = {};
    for await (const part of playerAnswers({ text, checkpoint, checkpoints, words }, async (which) => backends[which])) Object.assign(found, part);
    same(found.stage, stage, `${text}: stage`);
    same(found.course, course, `${text}: course`);
  }
});

/** Equal, with numbers equal to float32 precision; `{ base64 }` stands for a buffer of them. */
function same(found, expected, where) {
  if (typeof expected === "number") {
    assert.ok(Math.abs(found - expected) < 1e-3, `${where}: ${found} instead of ${expected}`);
  } else if (expected?.base64 !== undefined) {
    const numbers = floats(bytesOf(Uint8Array.from(Buffer.from(expected.base64, "base64"))));
    same(Array.from(floats(found)), Array.from(numbers), where);
  } else if (expected && typeof expected === "object") {
    assert.deepEqual(Object.keys(found).sort(), Object.keys(expected).sort(), where);
    for (const name of Object.keys(expected)) same(found[name], expected[name], `${where}.${name}`);
  } else {
    assert.equal(found, expected, where);
  }
}
