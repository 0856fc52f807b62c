import { Attention } from "./attention.js";
import { inside } from "./probes.js";
import { plus, slice, sum, zeros } from "./tensors.js";

/** @typedef {import("./tensors.js").Tensor} Tensor */
/** @typedef {import("./parameters.js").Weights} Weights */

/** How a sublayer's output joins the stream: (stream, output) → new stream. */
export const RESIDUALS = {
  /** Keep the stream and add to it: the residual connection. */
  add: (stream, output) => sum(stream, output),

  /** Go on with the output alone: a network without residual connections. */
  replace: (stream, output) => output,
};

/** Give each position's vector mean 0 and variance 1, then scale and shift each coordinate. */
class LayerNorm {
  /** @param {Weights} weights */
  constructor(weights) {
    this.weight = weights.get("weight").data;
    this.bias = weights.get("bias").data;
  }

  /** @param {Tensor} x [pos, d_model] */
  forward(x) {
    const { weight, bias } = this;
    return eachRow(x, (row, normed) => {
      const mean = average(row, (number) => number);
      const variance = average(row, (number) => (number - mean) ** 2);
      const scale = 1 / Math.sqrt(variance + 1e-5);
      for (let i = 0; i < row.length; i += 1) normed[i] = (row[i] - mean) * scale * weight[i] + bias[i];
    });
  }
}

/** Give each position's vector a mean square of 1, then scale each coordinate. */
class RMSNorm {
  /** @param {Weights} weights */
  constructor(weights) {
    this.weight = weights.get("weight").data;
  }

  /** @param {Tensor} x [pos, d_model] */
  forward(x) {
    const { weight } = this;
    const epsilon = 2 ** -23; // what torch takes: the distance from 1 to the next float32
    return eachRow(x, (row, normed) => {
      const scale = 1 / Math.sqrt(average(row, (number) => number ** 2) + epsilon);
      for (let i = 0; i < row.length; i += 1) normed[i] = row[i] * scale * weight[i];
    });
  }
}

/** Leave the stream as it is: a network without LayerNorm. */
class NoNorm {
  /** @param {Tensor} x */
  forward(x) {
    return x;
  }
}

export const NORMS = { LayerNorm, RMSNorm, NoNorm };

/** Two matrices with a bend between: gelu(x W_in + b_in) W_out + b_out, at each position alone. */
class MLP {
  /** @param {Weights} weights */
  constructor(weights) {
    this.product = weights.product;
    this.W_in = weights.matrix("W_in");
    this.b_in = weights.get("b_in");
    this.W_out = weights.matrix("W_out");
    this.b_out = weights.get("b_out");
  }

  /**
   * Transform each position's vector.
   * @param {Tensor} x [pos, d_model]
   * @param {import("./probes.js").Probe} probe
   */
  forward(x, probe) {
    const pre = probe("pre", plus(this.product(x, this.W_in), this.b_in));
    const post = probe("post", gelu(pre));
    return plus(this.product(post, this.W_out), this.b_out);
  }
}

/**
 * One layer of the Transformer: attention moves information, the MLP works on it.
 *
 * mid = x + attention(norm(x)), output = mid + mlp(norm(mid)).
 */
export class Block {
  /**
   * @param {import("./gpt.js").Description} description
   * @param {Weights} weights
   * @param {import("./positions.js").NoPositions} positions
   * @param {import("./masks.js").Mask} mask
   */
  constructor({ sizes, norm, residual }, weights, positions, mask) {
    this.ln1 = new NORMS[norm](weights.inside("ln1"));
    this.attn = new Attention(sizes, weights.inside("attn"), positions, mask);
    this.ln2 = new NORMS[norm](weights.inside("ln2"));
    this.mlp = new MLP(weights.inside("mlp"));
    this.residual = RESIDUALS[residual];
  }

  /**
   * The stream after this block.
   * @param {Tensor} x [pos, d_model]
   * @param {number[]} here the position of each row
   * @param {import("./probes.js").Probe} probe
   * @param {import("./attention.js").KeysValues | null} cache
   */
  forward(x, here, probe, cache) {
    x = probe("resid_pre", x);
    const attended = this.attn.forward(this.ln1.forward(x), here, inside(probe, "attn"), cache);
    const mid = probe("resid_mid", this.residual(x, probe("attn_out", attended)));
    const worked = this.mlp.forward(this.ln2.forward(mid), inside(probe, "mlp"));
    return probe("resid_post", this.residual(mid, probe("mlp_out", worked)));
  }
}

/**
 * x · Φ(x), where Φ is the bell curve's sum, in the tanh form that GPT-2 uses:
 * ½ x (1 + tanh(√(2/π) (x + 0.044715 x³))). With ½ (1 + tanh(u)) = 1 / (1 + exp(−2u)).
 * @param {Tensor} x
 * @returns {Tensor}
 */
function gelu(x) {
  const bent = zeros(x.shape);
  const twice = 2 * Math.sqrt(2 / Math.PI);
  for (let i = 0; i < bent.data.length; i += 1) {
    const number = x.data[i];
    const u = twice * (number + 0.044715 * number * number * number);
    bent.data[i] = number / (1 + Math.exp(-u));
  }
  return bent;
}

function eachRow(x, fill) {
  const result = zeros(x.shape);
  for (let row = 0; row < x.shape[0]; row += 1) fill(slice(x, row).data, slice(result, row).data);
  return result;
}

function average(row, of) {
  let total = 0;
  for (let i = 0; i < row.length; i += 1) total += of(row[i]);
  return total / row.length;
}
