import { ofHead, plus, reshaped, slice, transposed, zeros } from "./tensors.js";

/** @typedef {import("./tensors.js").Tensor} Tensor */

/**
 * The keys and values that one attention layer has computed so far.
 *
 * Generation then feeds only the newest token: earlier keys and values never change, because a
 * causal model's past does not depend on its future.
 */
export class KeysValues {
  /** Positions stored. */
  n_pos = 0;

  /** @param {import("./gpt.js").Sizes} sizes room for n_ctx positions is made at once */
  constructor({ n_ctx, d_model }) {
    this.k = new Float32Array(n_ctx * d_model);
    this.v = new Float32Array(n_ctx * d_model);
  }

  /**
   * Add the new positions and return all of them.
   * @param {Tensor} k [pos, head, d_head]
   * @param {Tensor} v [pos, head, d_head]
   * @returns {[Tensor, Tensor]}
   */
  append(k, v) {
    const [n_new, n_heads, d_head] = k.shape;
    const width = n_heads * d_head;
    this.k.set(k.data, this.n_pos * width);
    this.v.set(v.data, this.n_pos * width);
    this.n_pos += n_new;
    const shape = [this.n_pos, n_heads, d_head];
    const stored = (data) => ({ data: data.subarray(0, this.n_pos * width), shape });
    return [stored(this.k), stored(this.v)];
  }
}

/**
 * Multi-head self-attention: every position asks, every visible position answers.
 *
 * pattern = softmax(q kᵀ / √d_head + bias, where the mask allows), output = Σ_head pattern v W_O.
 */
export class Attention {
  /**
   * @param {import("./gpt.js").Sizes} sizes
   * @param {import("./parameters.js").Weights} weights
   * @param {import("./positions.js").NoPositions} positions may turn queries and keys or bias
   *   the scores
   * @param {import("./masks.js").Mask} mask which keys each query sees
   */
  constructor({ n_heads }, weights, positions, mask) {
    this.product = weights.product;
    for (const name of ["W_Q", "W_K", "W_V", "W_O"]) this[name] = weights.matrix(name);
    for (const name of ["b_Q", "b_K", "b_V", "b_O"]) this[name] = weights.get(name);
    this.n_heads = n_heads;
    this.positions = positions;
    this.mask = mask;
  }

  /**
   * Mix information between positions.
   * @param {Tensor} x [pos, d_model], the residual stream after its LayerNorm
   * @param {number[]} here the position of each row
   * @param {import("./probes.js").Probe} probe
   * @param {KeysValues | null} cache keys and values of earlier positions; the new ones are added
   * @returns {Tensor} [pos, d_model]
   */
  forward(x, here, probe, cache) {
    const { positions, product } = this;
    const q = probe("q", positions.turned(this.project(x, this.W_Q, this.b_Q), here));
    let k = probe("k", positions.turned(this.project(x, this.W_K, this.b_K), here));
    let v = probe("v", this.project(x, this.W_V, this.b_V));
    if (cache) [k, v] = cache.append(k, v);

    const scores = probe("scores", this.scores(q, k, here));
    const pattern = probe("pattern", softmax(scores));
    const z = probe("z", this.mixed(pattern, v));
    return plus(product(reshaped(z, x.shape), this.W_O), this.b_O);
  }

  /** x W + b, cut into heads: [pos, head, d_head]. */
  project(x, W, b) {
    const [n_pos, d_model] = x.shape;
    const { n_heads } = this;
    return reshaped(plus(this.product(x, W), b), [n_pos, n_heads, d_model / n_heads]);
  }

  /** q kᵀ / √d_head + bias, and −∞ where the mask forbids: [head, query, key]. */
  scores(q, k, here) {
    const [n_heads, n_queries, n_keys] = [this.n_heads, q.shape[0], k.shape[0]];
    const scores = zeros([n_heads, n_queries, n_keys]);
    const scale = 1 / Math.sqrt(q.shape[2]);
    for (let head = 0; head < n_heads; head += 1) {
      const { data } = this.product(
        ofHead(q, head), transposed(ofHead(k, head)), slice(scores, head));
      for (let query = 0, at = 0; query < n_queries; query += 1) {
        for (let key = 0; key < n_keys; key += 1, at += 1) {
          const isAllowed = this.mask(here[query], key);
          const bias = this.positions.bias(head, here[query], key);
          data[at] = isAllowed ? data[at] * scale + bias : -Infinity;
        }
      }
    }
    return scores;
  }

  /** Each head's pattern times its values: [pos, head, d_head]. */
  mixed(pattern, v) {
    const z = zeros([pattern.shape[1], v.shape[1], v.shape[2]]);
    for (let head = 0; head < this.n_heads; head += 1) {
      this.product(slice(pattern, head), ofHead(v, head), ofHead(z, head));
    }
    return z;
  }
}

/**
 * Turn each query's scores into shares that sum to 1: exp(s) / Σ exp(s) along the last axis.
 * @param {Tensor} scores [head, query, key]
 * @returns {Tensor}
 */
function softmax(scores) {
  const pattern = zeros(scores.shape);
  const n_keys = scores.shape.at(-1);
  for (let start = 0; start < scores.data.length; start += n_keys) {
    const row = scores.data.subarray(start, start + n_keys);
    const shares = pattern.data.subarray(start, start + n_keys);
    let best = -Infinity;
    for (let key = 0; key < n_keys; key += 1) best = Math.max(best, row[key]);
    let total = 0;
    for (let key = 0; key < n_keys; key += 1) {
      if (row[key] === -Infinity) continue; // a share of 0, and no exp to wait for
      shares[key] = Math.exp(row[key] - best);
      total += shares[key];
    }
    for (let key = 0; key < n_keys; key += 1) shares[key] /= total;
  }
  return pattern;
}
