/** @typedef {import("./tensors.js").Tensor} Tensor */

/**
 * Every parameter of a model and its shape, in the order of Python's `model.named_parameters()`.
 * @param {import("./gpt.js").Description} description
 * @returns {Map<string, number[]>}
 */
export function parameterShapes({ sizes, positions, norm }) {
  const { d_vocab, n_ctx, d_model, n_layers, n_heads, d_mlp } = sizes;
  const d_head = d_model / n_heads;
  const inNorm = { LayerNorm: ["weight", "bias"], RMSNorm: ["weight"], NoNorm: [] }[norm];
  const ofNorm = (name) => inNorm.map((part) => [`${name}.${part}`, [d_model]]);
  const block = [
    ...ofNorm("ln1"),
    ...["W_Q", "W_K", "W_V"].map((name) => [`attn.${name}`, [n_heads, d_model, d_head]]),
    ["attn.W_O", [n_heads, d_head, d_model]],
    ...["b_Q", "b_K", "b_V"].map((name) => [`attn.${name}`, [n_heads, d_head]]),
    ["attn.b_O", [d_model]],
    ...ofNorm("ln2"),
    ["mlp.W_in", [d_model, d_mlp]],
    ["mlp.b_in", [d_mlp]],
    ["mlp.W_out", [d_mlp, d_model]],
    ["mlp.b_out", [d_model]],
  ];
  const shapes = new Map([["W_E", [d_vocab, d_model]]]);
  if (positions === "LearnedPositions") shapes.set("positions.W_pos", [n_ctx, d_model]);
  for (let i = 0; i < n_layers; i += 1) {
    for (const [name, shape] of block) shapes.set(`blocks.${i}.${name}`, shape);
  }
  for (const [name, shape] of ofNorm("ln_f")) shapes.set(name, shape);
  return shapes;
}

/** The weights as one part of the model sees them, whose names begin with the part's own. */
export class Weights {
  /**
   * @param {Map<string, Tensor>} tensors
   * @param {import("./matmul.js").Multiplier} multiplier
   * @param {Record<string, import("./adapters.js").Adapter>} adapters that are computed beside their
   *   matrices, by the weight's name
   * @param {string} part
   */
  constructor(tensors, multiplier, adapters = {}, part = "") {
    this.tensors = tensors;
    this.multiplier = multiplier;
    this.adapters = adapters;
    this.part = part;
  }

  /** Multiplies by a matrix: a W, and with an adapter beside it a W + scale · (a A) B. */
  get product() {
    const { product } = this.multiplier;
    return (a, b, out) => {
      const found = product(a, b, out);
      return b.beside ? plusScaled(found, b.beside.scale, product(product(a, b.beside.A), b.beside.B)) : found;
    };
  }

  /** @param {string} part such as `attn` */
  inside(part) {
    return new Weights(this.tensors, this.multiplier, this.adapters, `${this.part}${part}.`);
  }

  /** @param {string} name @returns {Tensor} */
  get(name) {
    return this.tensors.get(this.part + name);
  }

  /** A weight in the multiplier's memory, as the matrix that it multiplies by. */
  matrix(name) {
    const held = this.multiplier.hold(asMatrix(name, this.get(name)));
    const adapter = this.adapters[this.part + name];
    return adapter ? { ...held, beside: adapter } : held;
  }
}

/** total + scale · low, in place of total. */
function plusScaled(total, scale, low) {
  for (let i = 0; i < total.data.length; i += 1) total.data[i] += scale * low.data[i];
  return total;
}

/**
 * Whether a parameter is a matrix (`W_…`) and not a bias or the weight of a norm.
 * @param {string} name
 */
export function isMatrix(name) {
  return name.slice(name.lastIndexOf(".") + 1).startsWith("W_");
}

/**
 * View a weight as the matrix that it multiplies by: W_Q, W_K and W_V become
 * d_model × (n_heads · d_head), W_O becomes (n_heads · d_head) × d_model.
 * @param {string} name only its last part counts, such as W_Q
 * @param {Tensor} weight
 * @returns {Tensor}
 */
export function asMatrix(name, { data, shape }) {
  if (shape.length === 2) return { data, shape };
  const [n_heads, down, across] = shape;
  if (name.endsWith("W_O")) return { data, shape: [n_heads * down, across] };
  const swapped = swap(data, shape);
  return { data: swapped, shape: [down, n_heads * across] };
}

/**
 * Undo `asMatrix`: give a matrix the shape that the parameter has.
 * @param {string} name
 * @param {Tensor} matrix
 * @param {number[]} shape
 * @returns {Tensor}
 */
export function fromMatrix(name, { data }, shape) {
  if (shape.length === 2 || name.endsWith("W_O")) return { data, shape };
  const [n_heads, down, across] = shape;
  return { data: swap(data, [down, n_heads, across]), shape };
}

/** [a, b, c] as [b, a, c]: heads change place with rows. */
function swap(data, [a, b, c]) {
  const swapped = new Float32Array(data.length);
  for (let i = 0; i < a; i += 1) {
    for (let j = 0; j < b; j += 1) {
      const from = (i * b + j) * c;
      swapped.set(data.subarray(from, from + c), (j * a + i) * c);
    }
  }
  return swapped;
}
