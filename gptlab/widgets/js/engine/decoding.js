import { uniform } from "./hashing.js";

/*
 * From the model's scores for every token to the one token that is taken. Each rule is a function
 * from the whole vocabulary to the whole vocabulary, in float64, as in gptlab/decoding/rules.py.
 */

/** @typedef {ArrayLike<number>} Numbers */

/**
 * Turn logits into probabilities: p_i = exp(z_i / T) / Σ_j exp(z_j / T); at T = 0, all mass on the
 * largest z (the first of equals), which is the limit.
 * @param {Numbers} logits scores z; −∞ stands for a token that cannot come
 * @param {number} temperature T ≥ 0
 * @returns {Float64Array}
 */
export function withTemperature(logits, temperature) {
  checkTemperature(temperature);
  let best = -Infinity;
  for (let i = 0; i < logits.length; i += 1) best = Math.max(best, logits[i]);
  if (!Number.isFinite(best)) {
    throw new Error(
      "the logits hold NaN or infinity, so there is no distribution. The model's training has " +
        "probably diverged: load an earlier checkpoint.",
    );
  }
  if (temperature === 0) {
    const first = Array.from(logits).indexOf(best);
    return Float64Array.from(logits, (_, i) => Number(i === first));
  }
  return overItsSum(Float64Array.from(logits, (z) => Math.exp((z - best) / temperature)));
}

/**
 * Zero all but the k most likely tokens and renormalise. Of tokens that are equally likely, those
 * with the lower ids are kept.
 * @param {Float64Array} probs that sum to 1
 * @param {number} k tokens to keep, at least 1
 * @returns {Float64Array}
 */
export function keepTopK(probs, k) {
  if (!(Number.isInteger(k) && k >= 1)) {
    throw new Error(`k counts the tokens to keep, so it must be at least 1; got ${k}.`);
  }
  if (k >= probs.length) return probs;
  return only(probs, ranked(probs).slice(0, k));
}

/**
 * Zero every token outside the smallest set whose probability reaches p; renormalise. The most
 * likely token always stays.
 * @param {Float64Array} probs that sum to 1
 * @param {number} p probability to reach, 0 < p ≤ 1; with 1, nothing changes
 * @returns {Float64Array}
 */
export function keepTopP(probs, p) {
  checkProbability("p", p);
  if (p === 1) return probs;
  let likelier = 0; // mass ranked above each token
  const kept = [];
  for (const token of ranked(probs)) {
    if (likelier >= p) break;
    kept.push(token);
    likelier += probs[token];
  }
  return only(probs, kept);
}

/**
 * Lay the probabilities end to end as bars from 0 to 1 and return the token that u falls on:
 * min {i : p_0 + … + p_i > u}. A token of probability 0 has no width and never comes.
 * @param {Float64Array} probs that sum to 1
 * @param {number} u 0 ≤ u < 1
 */
export function draw(probs, u) {
  if (!(u >= 0 && u < 1)) throw new Error(`u is a random number from 0 up to but not 1; got ${u}.`);
  let end = 0;
  const ends = Float64Array.from(probs, (p) => (end += p));
  if (probs.some((p) => !(p >= 0)) || !(Math.abs(end - 1) < 1e-3)) {
    throw new Error(`expected probabilities, none negative, that sum to 1; these sum to ${end}.`);
  }
  return ends.findIndex((place) => place > u * end);
}

/** A way to decode: temperature first, then top-k, then top-p, each renormalised. */
export class Sampling {
  /**
   * @param {object} [rule]
   * @param {number} [rule.temperature] sharper below 1, flatter above; 0 is greedy
   * @param {number} [rule.topK] most likely tokens to keep; 0 keeps all
   * @param {number} [rule.topP] probability that the kept tokens reach together; 1 keeps all
   */
  constructor({ temperature = 1, topK = 0, topP = 1 } = {}) {
    checkTemperature(temperature);
    if (!(Number.isInteger(topK) && topK >= 0)) {
      throw new Error(`topK counts the tokens to keep, or is 0 to keep all; got ${topK}.`);
    }
    checkProbability("topP", topP);
    Object.assign(this, { temperature, topK, topP });
  }

  /** Whether the most likely token is taken, with nothing left to chance. */
  get isGreedy() {
    return this.temperature === 0;
  }

  /**
   * The probabilities from which the token is drawn.
   * @param {Numbers} logits
   */
  distribution(logits) {
    const probs = withTemperature(logits, this.temperature);
    return keepTopP(this.topK ? keepTopK(probs, this.topK) : probs, this.topP);
  }
}

/** Take the most likely token every time. */
export const GREEDY = new Sampling({ temperature: 0 });

/**
 * What the model sees of a text while it writes: the newest tokens, at most n_ctx of them, and a
 * cache of their keys and values. When a token more than n_ctx would be seen, the window keeps the
 * newest n_ctx // 2 and reads them anew; gptlab/decoding/window.py says why.
 */
export class Window {
  /**
   * @param {import("./gpt.js").GPT} model
   * @param {Numbers} ids the text so far
   * @param {{ cached?: boolean }} [options]
   */
  constructor(model, ids, { cached = true } = {}) {
    this.model = model;
    this.ids = Array.from(ids);
    this.newCache = () => (cached ? model.newCache() : null);
    this.cache = this.newCache();
  }

  /** The logits of the next token: [d_vocab]. */
  nextLogits() {
    const unread = this.ids.slice(this.cache?.[0].n_pos ?? 0);
    return this.model.forward(unread, { cache: this.cache, logits: "last" }).logits.data;
  }

  /** @param {number} token */
  extend(token) {
    this.ids.push(token);
    const { n_ctx } = this.model.sizes;
    if (this.ids.length <= n_ctx) return;
    this.ids = this.ids.slice(-Math.max(1, Math.floor(n_ctx / 2)));
    this.cache = this.newCache();
  }
}

/**
 * Why one token was chosen; `draw(probs, u)` gives it again. `modelProbs` is what the model itself
 * expects, at temperature 1, before the rule.
 * @typedef {{ position: number, n_seen: number, modelProbs: Float64Array, probs: Float64Array,
 *   u: number | null, token: number }} DecodingStep
 */

/**
 * Continue a prompt without end, one step at a time; the caller stops.
 * @param {import("./gpt.js").GPT} model
 * @param {Numbers} ids the prompt, 1 to n_ctx token ids
 * @param {Sampling} sampling
 * @param {object} [options]
 * @param {number} [options.seed] of the random numbers: step i takes `uniform(seed, i)`
 * @param {boolean} [options.cached] whether keys and values are kept
 * @returns {Generator<DecodingStep, never>}
 */
export function* steps(model, ids, sampling = GREEDY, { seed = 0, cached = true } = {}) {
  const window = new Window(model, ids, { cached });
  for (let step = 0; ; step += 1) {
    const n_seen = window.ids.length;
    const logits = window.nextLogits();
    const modelProbs = withTemperature(logits, 1);
    const probs = sampling.distribution(logits);
    const u = sampling.isGreedy ? null : uniform(seed, step);
    const token = draw(probs, u ?? 0);
    yield { position: ids.length + step, n_seen, modelProbs, probs, u, token };
    window.extend(token);
  }
}

function ranked(probs) {
  return Array.from(probs.keys()).sort((a, b) => probs[b] - probs[a]); // a stable sort
}

function only(probs, tokens) {
  const kept = new Float64Array(probs.length);
  for (const token of tokens) kept[token] = probs[token];
  return overItsSum(kept);
}

function overItsSum(shares) {
  const total = shares.reduce((sum, share) => sum + share, 0);
  return shares.map((share) => share / total);
}

function checkTemperature(temperature) {
  if (!(temperature >= 0 && temperature < Infinity)) {
    throw new Error(`temperature is a finite number of at least 0 (greedy); got ${temperature}.`);
  }
}

function checkProbability(name, p) {
  if (!(p > 0 && p <= 1)) {
    throw new Error(`${name} is a probability above 0 and up to 1 (all tokens); got ${p}.`);
  }
}
