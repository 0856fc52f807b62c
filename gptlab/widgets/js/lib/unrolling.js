import { signsOf } from "./blocks.js";
import { backward, behind, drawn, forward, isCounted, N_HIDDEN, weightsOf } from "./elman.js";
import { cosine, dot, lengthOf } from "./geometry.js";
import { largestStretch } from "./recurrence.js";

// The gradients of a small network on a learner's text. unrolling.py has torch do the same.

export const MOST_SIGNS = 49; // of a text, so that there are 48 steps at most
export const NAMES = ["W_x", "W_h", "b", "W_U"];
const H = N_HIDDEN;
const [SLOPE, BUMP] = [1e-5, 1e-3]; // how far weights, and states, are moved to see what notices

/**
 * What is read and what is to be predicted: each character from those before it.
 * @param {string} text its newest characters are read
 */
export function sequenceOf(text) {
  const every = signsOf(text);
  const signs = every.slice(-MOST_SIGNS);
  const alphabet = [...new Set(signs)];
  const ids = signs.map((sign) => alphabet.indexOf(sign));
  return { signs, alphabet, inputs: ids.slice(0, -1), targets: ids.slice(1), nLeftOut: every.length - signs.length };
}

/**
 * The whole walk: forwards, back from every loss, and each step's part in the gradient of each weight.
 * @param {ReturnType<typeof sequenceOf>} sequence
 * @param {import("./elman.js").Settings} settings
 */
export function unrolled(sequence, settings) {
  const weights = weightsOf(sequence.alphabet.length, settings);
  const run = forward(weights, sequence, settings.squash);
  const { arrived, errors } = backward(weights, sequence, run, settings);
  const steps = sequence.inputs.map((id, s) => {
    const own = arrived[s][s];
    const later = sumOf(arrived.slice(s + 1).map((row) => row[s]), H);
    const together = sumOf([own, later], H);
    const delta = behind(together, run.states[s + 1], settings.squash);
    const W_x = weights.W_x.map((_, at) => (Math.floor(at / H) === id ? delta[at % H] : 0));
    const parts = { W_x, W_h: outer(run.states[s], delta), b: delta, W_U: outer(run.states[s + 1], errors[s]) };
    return { own, later, together, parts };
  });
  return { sequence, settings, weights, run, arrived, steps, stretch: largestStretch(weights.W_h, H) };
}

/**
 * The gradient of each weight when the walk has come so far: a sum over the steps reached.
 * @param {ReturnType<typeof unrolled>} walk
 * @param {number} walked steps, counted from the last one
 * @returns {Record<string, Float64Array>}
 */
export function sumsAfter({ steps, weights }, walked) {
  const reached = steps.slice(steps.length - walked);
  return Object.fromEntries(NAMES.map((name) => [name, sumOf(reached.map(({ parts }) => parts[name]), weights[name].length)]));
}

/** The loss that the gradient is of, in nats: of every step, or of the last one. */
export function totalLoss({ sequence, settings, run }) {
  const n = sequence.inputs.length;
  return run.losses.reduce((sum, loss, t) => sum + (isCounted(t, n, settings.losses) ? loss : 0), 0);
}

/**
 * How the gradient and the slope of the loss along a random direction differ, as a share of the
 * gradient's length; the slope is measured forwards, on both sides.
 */
export function fromSlope(walk) {
  const { sequence, settings, weights } = walk;
  const gradient = sumsAfter(walk, walk.steps.length);
  const direction = drawn(settings.seed, 3, NAMES.reduce((sum, name) => sum + weights[name].length, 0));
  const length = lengthOf(direction);
  const lossAt = (far) => {
    let at = 0;
    const moved = NAMES.map((name) => [name, weights[name].map((weight) => weight + (far * direction[at++]) / length)]);
    return totalLoss({ sequence, settings, run: forward(Object.fromEntries(moved), sequence, settings.squash) });
  };
  const flat = NAMES.flatMap((name) => [...gradient[name]]);
  const slope = (lossAt(SLOPE) - lossAt(-SLOPE)) / (2 * SLOPE);
  return Math.abs(slope - dot(flat, direction) / length) / Math.max(lengthOf(flat), 1e-12);
}

/**
 * Move the state of each step a little: no loss of an earlier step may notice, to the last bit.
 * @returns {{cells: number, largest: number}} how many losses were compared, and the largest change
 */
export function earlierChange({ sequence, settings, weights, run }) {
  let [cells, largest] = [0, 0];
  sequence.inputs.forEach((_, step) => {
    const { losses } = forward(weights, sequence, settings.squash, { step, by: BUMP });
    for (let t = 0; t < step; t += 1) {
      cells += 1;
      largest = Math.max(largest, Math.abs(losses[t] - run.losses[t]));
    }
  });
  return { cells, largest };
}

/**
 * What truncation loses: length and direction beside the gradient that reaches every step.
 * @param {ReturnType<typeof unrolled>} walk
 */
export function lost(walk) {
  const n = walk.steps.length;
  const whole = unrolled(walk.sequence, { ...walk.settings, truncation: n });
  const [cut, full] = [walk, whole].map((each) => sumsAfter(each, n).W_h);
  return { length: lengthOf(full) ? lengthOf(cut) / lengthOf(full) : 1, cosine: cosine(cut, full) };
}

function sumOf(vectors, width) {
  const sum = new Float64Array(width);
  for (const vector of vectors) vector.forEach((number, i) => { sum[i] += number; });
  return sum;
}

function outer(a, b) {
  return Float64Array.from({ length: a.length * b.length }, (_, at) => a[Math.floor(at / b.length)] * b[at % b.length]);
}
