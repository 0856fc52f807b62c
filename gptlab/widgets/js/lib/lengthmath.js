// What `gptlab/widgets/length_lab_numbers.py` computes, for sliders that are dragged.
import { MASKS, drawnKeys } from "../engine/masks.js";

/** Patterns whose parts are read apart, so that layers add nothing. */
const APART = ["truncated", "chunks"];

/**
 * @typedef {{width: number, stride: number}} Settings
 * `width`: of the window or the chunk; `stride`: between far keys or starts of chunks, or how many
 * keys are drawn
 */

/** The rule of a pattern in a text of n tokens. @param {string} pattern @param {Settings} settings @param {number} n */
function ruleOf(pattern, { width, stride }, n) {
  const first = n - Math.min(width, n);
  const rules = {
    full: () => MASKS.Causal({}),
    truncated: () => (query, key) => first <= key && key <= query,
    chunks: () => MASKS.Chunked({ chunk: width, overlap: width - Math.min(stride, width) }),
    band: () => MASKS.SlidingWindow({ width }),
    strided: () => MASKS.Strided({ stride }),
    random: () => MASKS.RandomKeys({ width, n_keys: stride }),
    "two-level": () => MASKS.TwoLevel({ chunk: width }),
  };
  return rules[pattern]();
}

/**
 * After how many layers each query can know of each key: 0 itself, −1 never.
 * @param {string} pattern @param {Settings} settings @param {number} n @param {number} layers
 * @returns {Int8Array} query × key
 */
export function layersNeeded(pattern, settings, n, layers) {
  const rule = ruleOf(pattern, settings, n);
  const seen = Array.from({ length: n }, (_, query) =>
    Array.from({ length: n }, (_key, key) => key).filter((key) => rule(query, key)));
  const needed = new Int8Array(n * n).fill(-1);
  for (let query = 0; query < n; query += 1) if (rule(query, query)) needed[query * n + query] = 0;
  const most = APART.includes(pattern) ? 1 : layers;
  for (let layer = 1; layer <= most; layer += 1) {
    const before = needed.slice();
    let isNew = false;
    for (let query = 0; query < n; query += 1) {
      for (const middle of seen[query]) {
        for (let key = 0; key <= middle; key += 1) {
          if (before[middle * n + key] < 0 || needed[query * n + key] >= 0) continue;
          needed[query * n + key] = layer;
          isNew = true;
        }
      }
    }
    if (!isNew) break;
  }
  return needed;
}

/** How many pairs of a query and a key a text of n tokens computes in one layer. */
export function pairsOf(pattern, { width, stride }, n) {
  const triangle = (side) => (side * (side + 1)) / 2;
  if (pattern === "full") return triangle(n);
  if (pattern === "truncated") return triangle(Math.min(width, n));
  if (pattern === "chunks") {
    const step = Math.min(stride, width);
    const overlap = width - step;
    let pairs = 0;
    for (let start = 0; start < Math.max(n - overlap, 1); start += step) pairs += triangle(Math.min(width, n - start));
    return pairs;
  }
  const counts = {
    band: (query) => Math.min(query + 1, width),
    strided: (query) => Math.min(query + 1, stride) + Math.floor(query / stride),
    "two-level": (query) => (query % width) + 1 + Math.floor(query / width),
    random: (query) => Math.min(query + 1, width) + new Set(drawnKeys(query, stride).filter((key) => query - key >= width)).size,
  };
  let pairs = 0;
  for (let query = 0; query < n; query += 1) pairs += counts[pattern](query);
  return pairs;
}

/**
 * Operations and bytes of a text, over all layers; numbers of two bytes.
 * @param {{d_model: number, d_mlp: number, n_layers: number, n_parameters: number}} model
 * @param {number} n @param {number} pairs
 */
export function costsOf({ d_model, d_mlp, n_layers, n_parameters }, n, pairs) {
  return {
    pairs: n_layers * 4 * pairs * d_model,
    rest: n_layers * (8 * n * d_model * d_model + 4 * n * d_model * d_mlp),
    weights: 2 * n_parameters,
    cache: 4 * n_layers * n * d_model,
    scores: 2 * pairs,
  };
}

/** What the map shows in numbers. @param {Int8Array} needed @param {number} n */
export function readings(needed, n) {
  const last = needed.subarray((n - 1) * n);
  const known = last.reduce((count, layers) => count + Number(layers >= 0), 0);
  const oldest = last.findIndex((layers) => layers >= 0);
  let [direct, future] = [0, 0];
  needed.forEach((layers, cell) => {
    if (layers < 0) return;
    if (layers <= 1) direct += 1;
    if (cell % n > Math.floor(cell / n)) future += 1;
  });
  return { known, farthest: n - 1 - oldest, direct, future };
}

/** The exponent of the cost between two lengths. */
export function exponent(n, cost, longer, more) {
  return Math.log(more / cost) / Math.log(longer / n);
}
