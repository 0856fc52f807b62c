import { uniform } from "../engine/hashing.js";
import { dot } from "./geometry.js";
import { orthogonal, spectralRadius } from "./recurrence.js";

// A small Elman network, forwards and backwards through time. unrolling.py has torch do the same.

export const N_HIDDEN = 8;
const H = N_HIDDEN;
const ROWS = 4; // rows of random numbers that belong to a seed

/**
 * @typedef {{radius: number, recurrence: "random" | "rotation", squash: boolean, seed: number,
 *   losses: "every" | "last", truncation: number}} Settings `truncation`: how many steps a loss reaches, its own
 *   included
 * @typedef {{W_x: Float64Array, W_h: Float64Array, b: Float64Array, W_U: Float64Array}} Weights each matrix row by
 *   row, a row for each number that it reads
 * @typedef {{inputs: number[], targets: number[]}} Sequence
 */

/** The numbers of a row that belongs to a seed, from −1 to 1. */
export function drawn(seed, row, n) {
  return Float64Array.from({ length: n }, (_, i) => 2 * uniform(ROWS * seed + row, i) - 1);
}

/**
 * The weights of a seed. A character keeps its weights when others are typed after it.
 * @param {number} nSigns different characters
 * @param {Settings} settings
 * @returns {Weights}
 */
export function weightsOf(nSigns, { radius, recurrence, seed }) {
  const raw = drawn(seed, 0, H * H);
  const size = spectralRadius(raw, H);
  const unit = recurrence === "rotation" ? orthogonal(raw, H) : raw.map((number) => number / size);
  const columns = drawn(seed, 2, nSigns * H);
  return {
    W_x: drawn(seed, 1, nSigns * H), W_h: unit.map((number) => radius * number), b: new Float64Array(H),
    W_U: columns.map((_, at) => columns[(at % nSigns) * H + Math.floor(at / nSigns)]),
  };
}

/**
 * Read a sequence: hₜ = φ(W_x[xₜ] + hₜ₋₁ W_h + b), logits hₜ W_U, and the loss of predicting each target.
 * @param {Weights} weights
 * @param {Sequence} sequence
 * @param {boolean} squash whether φ is tanh; else it leaves numbers as they are
 * @param {{step: number, by: number} | null} bump moves a step's state a little, to see what notices
 * @returns {{states: Float64Array[], shares: Float64Array[], losses: number[]}} `states[t]` is there after t steps
 */
export function forward({ W_x, W_h, b, W_U }, { inputs, targets }, squash, bump = null) {
  const states = [new Float64Array(H)];
  const [shares, losses] = [[], []];
  inputs.forEach((id, t) => {
    const state = new Float64Array(H);
    for (let j = 0; j < H; j += 1) {
      let sum = W_x[id * H + j] + b[j];
      for (let i = 0; i < H; i += 1) sum += states[t][i] * W_h[i * H + j];
      state[j] = (squash ? Math.tanh(sum) : sum) + (t === bump?.step ? bump.by : 0);
    }
    states.push(state);
    const nSigns = W_U.length / H;
    const logits = Array.from({ length: nSigns }, (_, k) => state.reduce((sum, number, j) => sum + number * W_U[j * nSigns + k], 0));
    const largest = Math.max(...logits);
    const total = logits.reduce((sum, logit) => sum + Math.exp(logit - largest), 0);
    shares.push(Float64Array.from(logits, (logit) => Math.exp(logit - largest) / total));
    losses.push(largest + Math.log(total) - logits[targets[t]]);
  });
  return { states, shares, losses };
}

/** Whether the loss of a step counts. */
export function isCounted(t, n, losses) {
  return losses === "every" || t === n - 1;
}

/**
 * Walk back from each loss that counts: d loss_t / d h_s, from s = t to the first step within truncation.
 * @param {Weights} weights
 * @param {Sequence} sequence
 * @param {ReturnType<typeof forward>} run
 * @param {Settings} settings
 * @returns {{arrived: Float64Array[][], errors: Float64Array[]}} `arrived[t][s]`, 0 where nothing arrives;
 *   `errors[t]` is d loss_t / d logits_t
 */
export function backward({ W_h, W_U }, { inputs, targets }, { states, shares }, { squash, losses, truncation }) {
  const n = inputs.length;
  const arrived = inputs.map(() => inputs.map(() => new Float64Array(H)));
  const errors = shares.map((share, t) =>
    share.map((p, k) => (isCounted(t, n, losses) ? p - Number(k === targets[t]) : 0)));
  errors.forEach((error, t) => {
    if (!isCounted(t, n, losses)) return;
    for (let j = 0; j < H; j += 1) arrived[t][t][j] = dot(W_U.subarray(j * error.length, (j + 1) * error.length), error);
    for (let s = t - 1; s >= 0 && s > t - truncation; s -= 1) {
      const before = behind(arrived[t][s + 1], states[s + 2], squash);
      for (let i = 0; i < H; i += 1) arrived[t][s][i] = dot(W_h.subarray(i * H, (i + 1) * H), before);
    }
  });
  return { arrived, errors };
}

/** A gradient taken back through φ: (1 − h²) is the slope of tanh. */
export function behind(gradient, state, squash) {
  return squash ? gradient.map((number, j) => number * (1 - state[j] ** 2)) : gradient;
}
