import { draw, withTemperature } from "../engine/decoding.js";
import { uniform } from "../engine/hashing.js";

/** @typedef {{ temperature: number, topK: number, topP: number, seed: number }} Rule */

/**
 * Tokens from the likeliest on; of equals, the lower id comes first.
 * @param {Float32Array} logits
 * @returns {{ order: Uint32Array, logits: Float32Array, own: Float64Array }} ids, and their logits
 *   and the model's own probabilities in that order
 */
export function ranking(logits) {
  const order = Uint32Array.from(Array.from(logits.keys()).sort((a, b) => logits[b] - logits[a]));
  const ranked = Float32Array.from(order, (id) => logits[id]);
  return { order, logits: ranked, own: withTemperature(ranked, 1) };
}

/**
 * What a rule makes of a model's logits, and the token that is drawn.
 *
 * A temperature keeps the order of the tokens. So top-k and top-p keep the first ones, and nothing
 * is sorted while a slider is dragged; the rules are those of engine/decoding.js.
 * @param {ReturnType<typeof ranking>} ranks
 * @param {Rule} rule
 * @param {number} step how many tokens are written already
 */
export function decision({ order, logits }, { temperature, topK, topP, seed }, step) {
  const warmed = withTemperature(logits, temperature);
  const kept = topK ? firstOnes(warmed, topK) : warmed;
  const made = topP < 1 ? firstOnes(kept, reaching(kept, topP)) : kept;
  const isGreedy = temperature === 0;
  const u = isGreedy ? null : uniform(seed, step);
  const byId = new Float64Array(made.length);
  order.forEach((id, rank) => { byId[id] = made[rank]; });
  const token = draw(byId, u ?? 0);
  return { made, isGreedy, u, byId, token, rank: order.indexOf(token), isCut: (rank) => made[rank] === 0 && warmed[rank] > 0 };
}

/** The first n shares, made to sum to 1; the others are 0. */
function firstOnes(shares, n) {
  if (n >= shares.length) return shares;
  const kept = new Float64Array(shares.length);
  let total = 0;
  for (let rank = 0; rank < n; rank += 1) total += shares[rank];
  for (let rank = 0; rank < n; rank += 1) kept[rank] = shares[rank] / total;
  return kept;
}

/** How many of the likeliest tokens reach a probability together; the first one always stays. */
function reaching(shares, p) {
  let likelier = shares[0];
  let n = 1;
  for (; n < shares.length && likelier < p; n += 1) likelier += shares[n];
  return n;
}

/**
 * Where a token's stretch begins and ends when all are laid end to end from 0 to 1.
 * @param {Float64Array} byId probabilities
 * @param {number} token
 */
export function stretchOf(byId, token) {
  let start = 0;
  for (let id = 0; id < token; id += 1) start += byId[id];
  return { start, end: start + byId[token] };
}

/**
 * All stretches that are wide enough to see, in the order of their ids.
 * @param {Float64Array} byId
 * @param {number} least probability
 */
export function wideStretches(byId, least) {
  const found = [];
  let start = 0;
  for (let token = 0; token < byId.length; token += 1) {
    if (byId[token] >= least) found.push({ token, start, share: byId[token] });
    start += byId[token];
  }
  return found;
}

/**
 * What the likeliest tokens leave over: how many tokens, and what they have together.
 * @param {Float64Array} shares from the likeliest on
 * @param {number} n how many are shown one by one
 */
export function restOf(shares, n) {
  let share = 0;
  for (let rank = n; rank < shares.length; rank += 1) share += shares[rank];
  return { n: Math.max(0, shares.length - n), share };
}

/**
 * How many bytes at the end wait for the rest of their character.
 * @param {Uint8Array} bytes
 */
export function unfinished(bytes) {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back];
    if (byte < 0x80) return 0;
    if (byte < 0xc0) continue; // inside a character
    const size = byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
    return byte >= 0xc2 && byte < 0xf5 && back < size ? back : 0;
  }
  return 0;
}
