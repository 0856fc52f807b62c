import { floats } from "./numbers.js";

const BIAS = 1e-3; // scores that differ by less from q · k / √d_head are rounded, not biased

/**
 * One head over one text, as numbers.
 * @typedef {{ n: number, d: number, causal: boolean, pattern: Float32Array, scores: Float32Array | null,
 *   q: Float32Array | null, k: Float32Array | null, v: Float32Array | null, z: Float32Array | null }} Head
 */

/**
 * Open the buffers of an answer.
 * @param {Record<string, any>} attention as attending.py makes it, without an error
 * @returns {Head}
 */
export function openHead({ ids, d_head, causal, ...buffers }) {
  const [pattern, scores, q, k, v, z] = ["pattern", "scores", "q", "k", "v", "z"].map((name) =>
    buffers[name] && floats(buffers[name]));
  return { n: ids.length, d: d_head, causal, pattern, scores, q, k, v, z };
}

/** Whether the mask hides a key from a query. */
export function isHidden({ n, causal, scores }, query, key) {
  return scores ? scores[query * n + key] === -Infinity : causal && key > query;
}

/** The key that a query looks at most. */
export function strongest({ n, pattern }, query) {
  let best = 0;
  for (let key = 1; key < n; key += 1) if (pattern[query * n + key] > pattern[query * n + best]) best = key;
  return best;
}

/** What each coordinate adds to q · k. */
export function products({ d, q, k }, query, key) {
  return Float64Array.from({ length: d }, (_, i) => q[query * d + i] * k[key * d + i]);
}

/**
 * One row of the pattern, step by step, computed here from q and k in float64.
 * @param {Head} head with q, k and scores
 * @param {number} query
 * @returns {{ raw: Float64Array, scaled: Float64Array, bias: Float64Array, isBiased: boolean,
 *   hidden: boolean[], score: Float64Array, best: number, exp: Float64Array, total: number,
 *   weight: Float64Array }} `bias` is what the positions add: the model's score less the scaled one
 */
export function rowSteps(head, query) {
  const { n, d, scores } = head;
  const keys = Array.from({ length: n }, (_, key) => key);
  const raw = Float64Array.from(keys, (key) => dot(head, query, key));
  const scaled = raw.map((product) => product / Math.sqrt(d));
  const hidden = keys.map((key) => isHidden(head, query, key));
  const rest = scaled.map((product, key) => (hidden[key] ? 0 : scores[query * n + key] - product));
  const isBiased = rest.some((more, key) => Math.abs(more) > BIAS * (1 + Math.abs(scaled[key])));
  const bias = isBiased ? rest : rest.map(() => 0);
  const score = scaled.map((product, key) => (hidden[key] ? -Infinity : product + bias[key]));
  const best = Math.max(...score);
  const exp = score.map((value) => Math.exp(value - best));
  const total = exp.reduce((sum, share) => sum + share, 0);
  return { raw, scaled, bias, isBiased, hidden, score, best, exp, total, weight: exp.map((share) => share / total) };
}

function dot({ d, q, k }, query, key) {
  let sum = 0;
  for (let i = 0; i < d; i += 1) sum += q[query * d + i] * k[key * d + i];
  return sum;
}

/** Σ weight · v over the keys of a row. */
export function mixed({ n, d, v }, weights) {
  const z = new Float64Array(d);
  for (let key = 0; key < n; key += 1) {
    if (weights[key]) for (let i = 0; i < d; i += 1) z[i] += weights[key] * v[key * d + i];
  }
  return z;
}

/**
 * Compare a head with what must hold. `recomputed` is null where the model shows no q, k and v.
 * @param {Head} head
 * @returns {{ sums: number, hidden: { cells: number, largest: number },
 *   recomputed: { pattern: number, z: number, isBiased: boolean } | null }} largest deviations
 */
export function checks(head) {
  const { n, d, pattern, z } = head;
  const hidden = { cells: 0, largest: 0 };
  const recomputed = head.q && { pattern: 0, z: 0, isBiased: false };
  let sums = 0;
  for (let query = 0; query < n; query += 1) {
    const row = pattern.subarray(query * n, (query + 1) * n);
    sums = Math.max(sums, Math.abs(row.reduce((sum, share) => sum + share, 0) - 1));
    for (let key = 0; key < n; key += 1) {
      if (!isHidden(head, query, key)) continue;
      hidden.cells += 1;
      hidden.largest = Math.max(hidden.largest, row[key]);
    }
    if (!recomputed) continue;
    const { weight, isBiased } = rowSteps(head, query);
    recomputed.isBiased ||= isBiased;
    recomputed.pattern = Math.max(recomputed.pattern, furthest(weight, row));
    recomputed.z = Math.max(recomputed.z, furthest(mixed(head, weight), z.subarray(query * d, (query + 1) * d)));
  }
  return { sums, hidden, recomputed };
}

function furthest(mine, theirs) {
  return mine.reduce((most, number, i) => Math.max(most, Math.abs(number - theirs[i])), 0);
}

/**
 * Where a head looks on average: at the token itself, the one before, the first, and elsewhere. The
 * first two queries are left out, because for them these are the same tokens.
 * @param {Head} head
 * @returns {{ itself: number, before: number, first: number, elsewhere: number } | null} null for
 *   fewer than three tokens
 */
export function habits({ n, pattern }) {
  if (n < 3) return null;
  const mean = (key) => {
    let sum = 0;
    for (let query = 2; query < n; query += 1) sum += pattern[query * n + key(query)];
    return sum / (n - 2);
  };
  const [itself, before, first] = [mean((query) => query), mean((query) => query - 1), mean(() => 0)];
  return { itself, before, first, elsewhere: Math.max(0, 1 - itself - before - first) };
}
