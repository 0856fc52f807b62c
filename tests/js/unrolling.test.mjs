import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { forward, weightsOf } from "../../gptlab/widgets/js/lib/elman.js";
import { lengthOf } from "../../gptlab/widgets/js/lib/geometry.js";
import { formatted } from "../../gptlab/widgets/js/lib/numbers.js";
import { largestStretch, orthogonal, spectralRadius } from "../../gptlab/widgets/js/lib/recurrence.js";
import { sizeWriter } from "../../gptlab/widgets/js/lib/sizes.js";
import { earlierChange, fromSlope, lost, NAMES, sequenceOf, sumsAfter, totalLoss, unrolled } from "../../gptlab/widgets/js/lib/unrolling.js";

const SETTINGS = { losses: "every", truncation: 48, radius: 0.9, recurrence: "random", squash: true, seed: 0 };
const walkOf = (text, settings = {}) => unrolled(sequenceOf(text), { ...SETTINGS, ...settings });
const sizes = (vectors) => vectors.map(lengthOf);

function near(found, expected, tolerance, about = "") {
  const [a, b] = [found, expected].map((value) => Array.from(value).flat(3));
  assert.equal(a.length, b.length, about);
  a.forEach((number, i) => assert.ok(Math.abs(number - b[i]) <= tolerance * Math.max(1, Math.abs(b[i])), `${about}: ${number} is not ${b[i]}`));
}

/** [[0, 2], [0.5, 0]] turns a vector and swaps its lengths: eigenvalues ±1, largest stretch 2. */
test("a matrix may stretch a step and not the long run", () => {
  const matrix = Float64Array.of(0, 2, 0.5, 0);
  near([spectralRadius(matrix, 2)], [1], 1e-9);
  near([largestStretch(matrix, 2)], [2], 1e-9);
  assert.equal(spectralRadius(new Float64Array(4), 2), 0);
});

test("orthogonal rows keep the first direction", () => {
  near(orthogonal(Float64Array.of(3, 4, 1, 0), 2), [0.6, 0.8, 0.8, -0.6], 1e-12);
});

test("the radius is the one that was asked for, and a rotation stretches no more than that", () => {
  for (const radius of [0.3, 1, 1.5]) {
    const [random, turning] = ["random", "rotation"].map((recurrence) => weightsOf(3, { ...SETTINGS, radius, recurrence }).W_h);
    near([spectralRadius(random, 8), spectralRadius(turning, 8), largestStretch(turning, 8)], [radius, radius, radius], 1e-9);
    assert.ok(largestStretch(random, 8) > radius);
  }
});

test("a linear network with a rotation sends back exactly radius to the power of the distance", () => {
  for (const radius of [0.9, 1, 1.1]) {
    const { arrived } = walkOf("The cat sat on the mat", { radius, recurrence: "rotation", squash: false, losses: "last" });
    const felt = sizes(arrived.at(-1)).reverse();
    near(felt, felt.map((_, k) => felt[0] * radius ** k), 1e-9);
  }
});

test("no loss reaches a later step, and no earlier loss notices a moved state", () => {
  const walk = walkOf("春眠不觉晓");
  walk.arrived.forEach((row, t) => row.forEach((vector, s) => assert.equal(lengthOf(vector) > 0, s <= t)));
  assert.deepEqual(earlierChange(walk), { cells: 6, largest: 0 });
});

test("the gradient is the slope of the loss, and a truncated one is not", () => {
  for (const losses of ["every", "last"]) {
    assert.ok(fromSlope(walkOf("hello world", { losses })) < 1e-8);
    assert.ok(fromSlope(walkOf("hello world", { losses, truncation: 2, radius: 1.2 })) > 1e-4);
  }
});

test("truncation of one step stays where it is, and of three reaches two steps back", () => {
  const one = walkOf("hello", { truncation: 1 });
  one.arrived.forEach((row, t) => row.forEach((vector, s) => assert.equal(lengthOf(vector) > 0, s === t)));
  const three = walkOf("hello", { truncation: 3, losses: "last" });
  assert.deepEqual(sizes(three.arrived.at(-1)).map((size) => size > 0), [false, true, true, true]);
  const { length, cosine } = lost(walkOf("hello world", { truncation: 3, radius: 1.2 }));
  assert.ok(length > 0 && length !== 1 && cosine < 1);
});

test("the sum grows by a part at each step, and is the whole gradient at the first one", () => {
  const walk = walkOf("hello");
  for (const name of NAMES) {
    const parts = walk.steps.map((step) => step.parts[name]);
    near(sumsAfter(walk, 4)[name], parts[0].map((_, i) => parts.reduce((sum, part) => sum + part[i], 0)), 1e-12, name);
    assert.ok(sumsAfter(walk, 0)[name].every((number) => number === 0));
  }
});

test("the loss of the last step alone is the last of all", () => {
  const [every, last] = ["every", "last"].map((losses) => walkOf("hello", { losses }));
  near([totalLoss(every)], [every.run.losses.reduce((a, b) => a + b)], 1e-12);
  near([totalLoss(last)], [last.run.losses.at(-1)], 0);
});

test("a character keeps its weights when others are typed after it", () => {
  const [short, long] = ["ab", "abc"].map(sequenceOf);
  const [first, second] = [short, long].map((each) => forward(weightsOf(each.alphabet.length, SETTINGS), each, true));
  near(first.states[1], second.states[1], 0);
});

test("only the newest characters are read, whole ones", () => {
  const { signs, nLeftOut } = sequenceOf("👩‍🚀".repeat(60));
  assert.deepEqual([signs.length, nLeftOut, signs[0]], [49, 11, "👩‍🚀"]);
});

test("sizes are written so that small ones are seen", () => {
  const size = sizeWriter(formatted("en"));
  assert.deepEqual([0, 0.25, 3e-8, 20000].map(size), ["0", "0.250", "3 × 10⁻⁸", "2 × 10⁴"]);
});

// What torch's autograd finds; tests/test_backprop_through_time.py writes the file.
const golden = process.env.GPTLAB_UNROLLING_CASES;

test("the backward pass written out is torch's", { skip: golden ? false : "run by tests/test_backprop_through_time.py" }, () => {
  const cases = JSON.parse(readFileSync(golden, "utf-8"));
  assert.ok(cases.length > 20);
  for (const { text, settings, ...expected } of cases) {
    const walk = unrolled(sequenceOf(text), settings);
    const about = JSON.stringify([text, settings]);
    assert.deepEqual(walk.sequence.signs, expected.signs);
    assert.equal(walk.sequence.nLeftOut, expected.n_left_out);
    near([walk.stretch], [expected.stretch], 1e-6, about);
    near(walk.run.states.slice(1).map((state) => [...state]), expected.states, 1e-6, about);
    near(walk.run.losses, expected.losses, 1e-6, about);
    near(walk.arrived.map((row) => row.map((vector) => [...vector])), expected.arrived, 1e-6, about);
    for (const name of NAMES) {
      near(walk.weights[name], expected.weights[name], 1e-9, about);
      near(walk.steps.at(-1).parts[name], expected.last_part[name], 1e-6, about);
      [1, walk.steps.length].forEach((walked, i) => near(sumsAfter(walk, walked)[name], expected.sums[i][name], 1e-6, about));
    }
    assert.deepEqual(Object.keys(settings).map((name) => expected.recorded[name]), Object.values(settings));
  }
});
