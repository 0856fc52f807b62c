import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { PageBackend } from "../../gptlab/widgets/js/answers/backend.js";
import { beamAnswers } from "../../gptlab/widgets/js/answers/beams.js";
import { START, continuing, extended, logSoftmax, scoreOf } from "../../gptlab/widgets/js/engine/beams.js";
import { startMatmul } from "../../gptlab/widgets/js/engine/matmul.js";
import { readCheckpoint } from "../../gptlab/widgets/js/engine/safetensors.js";
import { compared, laidOut, movedTo, nKept, pathBytes, pathOf } from "../../gptlab/widgets/js/lib/beamlayout.js";

const logs = (shares) => Float64Array.from(shares, Math.log);

test("two beams find what greedy misses: 0.4 · 0.9 beats 0.6 · 0.5", () => {
  const first = extended([START], [logs([0.6, 0.4])], 2);
  const second = extended(first.kept, [logs([0.5, 0.5]), logs([0.9, 0.1])], 2);
  assert.deepEqual(second.kept[0].tokens, [1, 0]);
  assert.ok(Math.abs(Math.exp(second.kept[0].logProb) - 0.36) < 1e-12);
  assert.equal(second.candidates.length, 4);
});

test("of equals the better beam and the lower id are kept", () => {
  const { kept } = extended([START], [logs([0.25, 0.25, 0.25, 0.25])], 2);
  assert.deepEqual(kept.map(({ tokens }) => tokens), [[0], [1]]);
});

test("an ended text keeps its place and is not continued", () => {
  const stop = new Set([1]);
  const first = extended([START], [logs([0.5, 0.5])], 2, { stop });
  assert.deepEqual(first.kept.map(({ ended }) => ended), [false, true]);
  const second = extended(first.kept, [logs([0.9, 0.1])], 2, { stop });
  assert.deepEqual(second.kept.map(({ tokens }) => tokens), [[1], [0, 0]]);
  assert.equal(second.candidates.length, 3);
  const longer = extended(first.kept, [logs([0.9, 0.1])], 2, { stop, lengthPower: 1 });
  assert.deepEqual(longer.kept.map(({ tokens }) => tokens), [[0, 0], [1]]);
});

test("a score is a mean at power 1", () => {
  assert.equal(scoreOf({ tokens: [1, 2, 3, 4], logProb: -8 }, 1), -2);
  assert.equal(scoreOf({ tokens: [1, 2, 3, 4], logProb: -8 }, 0), -8);
  assert.equal(scoreOf(START, 1), 0);
});

test("logarithms of a softmax", () => {
  const found = logSoftmax([Math.log(3), 0]);
  assert.ok(Math.abs(Math.exp(found[0]) - 0.75) < 1e-12);
});

const node = (parent, rank, score, bytes = "61", more = {}) => ({ parent, rank, score, bytes, carried: false, ...more });
const STEPS = [
  [node(-1, 1, -2, "62"), node(-1, 0, -1, "61")],
  [node(0, -1, -5), node(0, 0, -3, "63"), node(1, -1, -4), node(1, 1, -3.5, "64")],
];

test("kept ones stand above dropped ones, each by their score", () => {
  assert.deepEqual(laidOut(STEPS).map((column) => column.map(({ place }) => place)), [[1, 0], [1, 3, 2, 0]]);
  assert.equal(nKept(STEPS[1]), 2);
});

test("a path goes back to the prompt, and a carried text has its tokens once", () => {
  assert.deepEqual(pathOf(STEPS, 1, 1), [[0, 0], [1, 1]]);
  assert.deepEqual([...pathBytes(STEPS, 1, 1)], [0x62, 0x63]);
  const carried = [STEPS[0], [node(1, 0, -1, "61", { carried: true })]];
  assert.deepEqual([...pathBytes(carried, 1, 0)], [0x61]);
});

test("arrow keys walk the tree", () => {
  const spots = laidOut(STEPS);
  assert.deepEqual(movedTo("ArrowLeft", spots, { step: 1, place: 1 }), { step: 0, place: 0 });
  assert.deepEqual(movedTo("ArrowRight", spots, { step: 0, place: 1 }), { step: 1, place: 3 });
  assert.deepEqual(movedTo("ArrowDown", spots, { step: 1, place: 1 }), { step: 1, place: 3 });
  assert.deepEqual(movedTo("End", spots, { step: 1, place: 1 }), { step: 1, place: 0 });
  assert.equal(movedTo("ArrowUp", spots, { step: 1, place: 1 }), null);
  assert.equal(movedTo("ArrowRight", spots, { step: 1, place: 1 }), null);
  assert.equal(movedTo("a", spots, { step: 1, place: 1 }), null);
});

test("texts of one length compare, others do not", () => {
  const text = (bytes, n_tokens, log_prob) => ({ bytes, n_tokens, log_prob });
  assert.equal(compared(text("61", 2, -1), text("61", 2, -1)), "same");
  assert.equal(compared(text("62", 2, -1), text("61", 2, -3)), "likelier");
  assert.equal(compared(text("62", 2, -4), text("61", 2, -3)), "less");
  assert.equal(compared(text("62", 1, -1), text("61", 2, -3)), "lengths");
});

// What Python answers; tests/test_beam_tree.py writes the file.
const golden = process.env.GPTLAB_BEAM_CASES;
const skip = golden ? false : "run by tests/test_beam_tree.py";

test("the page answers as Python does", { skip }, async () => {
  const { file, wasm, words, cases } = JSON.parse(readFileSync(golden, "utf-8"));
  const backend = new PageBackend(readCheckpoint(readFileSync(file)), startMatmul(readFileSync(wasm)));
  for (const { answer, recorded } of cases) {
    const { text, width, n_steps, length_power, stop } = answer;
    const state = { text, checkpoint: 0, width, n_steps, length_power, stop, recorded, words };
    for await (const found of beamAnswers(state, async () => backend)) same(found.answer, answer);
  }
});

test("what is forgotten after a question does not change the next answer", { skip }, () => {
  const { file, wasm } = JSON.parse(readFileSync(golden, "utf-8"));
  const { model } = new PageBackend(readCheckpoint(readFileSync(file)), startMatmul(readFileSync(wasm)));
  const after = continuing(model, [5, 6, 7]);
  const first = Array.from(after([8, 9]));
  after([10, 11, 12]);
  assert.deepEqual(Array.from(after([8, 9])), first);
});

function same(found, expected) {
  assert.deepEqual(Object.keys(found).sort(), Object.keys(expected).sort());
  for (const [name, value] of Object.entries(expected)) {
    if (name === "from_recorded") assert.ok(found.error ? found[name] === null : found[name] < 1e-3, `${found[name]}`);
    else if (name === "checks") proves(found, value);
    else alike(found[name], value, name);
  }
}

function proves({ checks }, expected) {
  if (!expected) return assert.equal(checks, null);
  assert.ok(checks.sums < 1e-9 && checks.reread < 1e-3, JSON.stringify(checks));
  return assert.ok(Math.abs(checks.lead - expected.lead) < 1e-3, `${checks.lead} is not ${expected.lead}`);
}

/** Equal, numbers that are computed to float32's precision. */
function alike(found, expected, name) {
  if (typeof expected === "number" && !Number.isInteger(expected)) assert.ok(Math.abs(found - expected) < 1e-3, `${name}: ${found} is not ${expected}`);
  else if (expected && typeof expected === "object") {
    assert.deepEqual(Object.keys(found), Object.keys(expected), name);
    for (const [key, value] of Object.entries(expected)) alike(found[key], value, `${name}.${key}`);
  } else assert.deepEqual(found, expected, name);
}
