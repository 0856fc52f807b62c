import { rows, zeros } from "./tensors.js";

/*
 * How a Transformer learns where a token stands: five schemes with one interface. A scheme can add
 * a vector to the residual stream (`added`), turn queries and keys (`turned`), or lower the scores
 * of distant keys (`bias`). Each class below uses one of these ways, and NoPositions none.
 */

/** @typedef {import("./gpt.js").Sizes} Sizes */
/** @typedef {import("./tensors.js").Tensor} Tensor */

const BASE = 10_000; // ratio between the longest and the shortest wavelength, about

/** Leave positions out: order then reaches a causal model only through its mask. */
export class NoPositions {
  /** Whether vectors are added to the stream; a scheme that does so has `added`. */
  adds = false;

  /**
   * Queries or keys as attention shall compare them.
   * @param {Tensor} x [pos, head, d_head]
   * @param {number[]} here the position of each row
   * @returns {Tensor}
   */
  turned(x, here) {
    return x;
  }

  /**
   * What is added to the score of a query and a key, per head.
   * @param {number} head
   * @param {number} query
   * @param {number} key
   */
  bias(head, query, key) {
    return 0;
  }
}

/** Add a trained vector per position, as GPT-2 does: x = W_E[token] + W_pos[position]. */
class LearnedPositions extends NoPositions {
  adds = true;

  /** @param {Sizes} sizes @param {import("./parameters.js").Weights} weights */
  constructor(sizes, weights) {
    super();
    this.W_pos = weights.get("W_pos");
  }

  /** One row of W_pos per position: [pos, d_model]. */
  added(here) {
    return rows(this.W_pos, here);
  }
}

/** Add fixed waves: sin(pos · ω_i) in even places, cos(pos · ω_i) in odd ones. */
class SinusoidalPositions extends NoPositions {
  adds = true;

  /** @param {Sizes} sizes */
  constructor({ d_model }) {
    super();
    this.d_model = d_model;
  }

  /** The waves' heights at each position: [pos, d_model]. */
  added(here) {
    const waves = zeros([here.length, this.d_model]);
    for (let at = 0; at < waves.data.length; at += 1) {
      const place = at % this.d_model;
      const angle = here[Math.floor(at / this.d_model)] * speed(place >> 1, this.d_model);
      waves.data[at] = place % 2 ? Math.cos(angle) : Math.sin(angle);
    }
    return waves;
  }
}

/** Turn each pair of query and key coordinates by an angle that grows with the position. */
class RotaryPositions extends NoPositions {
  /** Every pair (a, b) of coordinates i and i + d_head/2 as (a cos θ − b sin θ, a sin θ + b cos θ). */
  turned(x, here) {
    const [n_pos, n_heads, d_head] = x.shape;
    const turned = zeros(x.shape);
    const half = d_head / 2;
    for (let i = 0; i < half; i += 1) {
      for (let pos = 0; pos < n_pos; pos += 1) {
        const angle = here[pos] * speed(i, d_head);
        const [cos, sin] = [Math.fround(Math.cos(angle)), Math.fround(Math.sin(angle))];
        for (let head = 0; head < n_heads; head += 1) {
          const first = (pos * n_heads + head) * d_head + i;
          const [a, b] = [x.data[first], x.data[first + half]];
          turned.data[first] = a * cos - b * sin;
          turned.data[first + half] = a * sin + b * cos;
        }
      }
    }
    return turned;
  }
}

/** Lower each score in proportion to distance, with one slope per head: −slope · |query − key|. */
class AlibiPositions extends NoPositions {
  /** @param {Sizes} sizes */
  constructor({ n_heads }) {
    super();
    this.slopes = Float32Array.from({ length: n_heads }, (_, i) => 2 ** ((-8 * (i + 1)) / n_heads));
  }

  /** Minus slope times distance. */
  bias(head, query, key) {
    return -this.slopes[head] * Math.abs(query - key);
  }
}

/** How fast wave i of `width` turns, in radians per position. */
function speed(i, width) {
  return BASE ** ((-2 * i) / width);
}

export const POSITIONS = {
  NoPositions,
  LearnedPositions,
  SinusoidalPositions,
  RotaryPositions,
  AlibiPositions,
};
