import { besideChecked, withAdapters } from "./adapters.js";
import { KeysValues } from "./attention.js";
import { Block, NORMS, RESIDUALS } from "./layers.js";
import { MASKS, looksAhead } from "./masks.js";
import { Weights, parameterShapes } from "./parameters.js";
import { POSITIONS } from "./positions.js";
import { inside, probeNames, probing } from "./probes.js";
import { rows, sum, transposed } from "./tensors.js";

/*
 * A GPT that runs in a page. The files have the names of the Python ones and the same parts in them:
 * read gpt.js, layers.js, attention.js, positions.js and masks.js. How matrices are multiplied, and
 * why so, is in matmul.js.
 */

/** @typedef {import("./tensors.js").Tensor} Tensor */

/**
 * `d_…` is the width of a vector, `n_…` is a number of things.
 * @typedef {{ d_vocab: number, n_ctx: number, d_model: number, n_layers: number, n_heads: number,
 *   d_mlp: number }} Sizes
 */

/**
 * Sizes and parts of a model: what `checkpoints.describe` returns in Python.
 * @typedef {{ sizes: Sizes, positions: string, mask: { kind: string }, norm: string,
 *   residual: string }} Description
 */

/**
 * A decoder-only Transformer: tokens in, one row of logits for every position out.
 *
 * h₀ = W_E[tokens] + W_pos, h_i = block_i(h_{i−1}), logits = norm(h_n) W_U with W_U = W_Eᵀ.
 */
export class GPT {
  /**
   * @param {Description} description
   * @param {Map<string, Tensor>} tensors every parameter by its name in Python
   * @param {ReturnType<import("./matmul.js").startMatmul>} matmul
   * @param {Record<string, import("./adapters.js").Adapter>} beside adapters that are computed beside
   *   their matrices and not merged into them
   */
  constructor(description, tensors, matmul, beside = {}) {
    checkParts(description);
    checkShapes(parameterShapes(description), tensors);
    const { sizes } = description;
    Object.assign(this, { description, sizes, tensors, matmul });
    const weights = new Weights(tensors, matmul.open(), beside);
    this.product = weights.product;
    this.mask = MASKS[description.mask.kind](description.mask);
    this.W_E = weights.get("W_E");
    this.positions = new POSITIONS[description.positions](sizes, weights.inside("positions"));
    this.blocks = Array.from({ length: sizes.n_layers }, (_, i) =>
      new Block(description, weights.inside(`blocks.${i}`), this.positions, this.mask));
    this.ln_f = new NORMS[description.norm](weights.inside("ln_f"));
    this.W_U = weights.multiplier.hold(transposed(this.W_E));
    this.probeNames = probeNames(sizes.n_layers, this.positions.adds);
  }

  /** Width of one head's queries, keys and values. */
  get dHead() {
    return this.sizes.d_model / this.sizes.n_heads;
  }

  /**
   * The logits of the next token after every position, and the activations that are watched.
   *
   * Activations have the names and shapes of Python's probes, without the batch axis: q, k, v and z
   * are [pos, head, d_head], scores and pattern [head, query, key]. Leave them as they are.
   * @param {ArrayLike<number>} ids token ids
   * @param {object} [options]
   * @param {string[]} [options.watch] globs over the names, such as `blocks.*.attn.pattern`
   * @param {Record<string, import("./probes.js").Edit>} [options.edits] by glob: returns what
   *   replaces the activation
   * @param {KeysValues[] | null} [options.cache] from `newCache`; ids then are the positions that
   *   follow what it holds
   * @param {"all" | "last" | "none"} [options.logits] the positions whose logits are computed
   * @returns {{ logits: Tensor, seen: Map<string, Tensor> }} logits are [pos, d_vocab]
   */
  forward(ids, { watch = [], edits = {}, cache = null, logits = "all" } = {}) {
    const past = cache?.[0].n_pos ?? 0;
    checkIds(ids, past, this.sizes);
    const { probe, seen } = probing(this.probeNames, watch, edits);
    const here = Array.from(ids, (_, i) => past + i);
    let x = probe("embed", rows(this.W_E, ids));
    if (this.positions.adds) x = sum(x, probe("pos_embed", this.positions.added(here)));
    this.blocks.forEach((block, i) => {
      x = block.forward(x, here, inside(probe, `blocks.${i}`), cache?.[i]);
    });
    x = probe("ln_final", this.ln_f.forward(x));
    const wanted = logits === "all" ? x : rows(x, logits === "last" ? [ids.length - 1] : []);
    return { logits: this.product(wanted, this.W_U), seen };
  }

  /**
   * The logits of any vectors of the residual stream, as if the model ended there.
   * @param {Tensor} stream [n, d_model]
   * @returns {Tensor} [n, d_vocab]
   */
  unembed(stream) {
    return this.product(this.ln_f.forward(stream), this.W_U);
  }

  /** An empty cache of keys and values, one entry per block. */
  newCache() {
    if (looksAhead(this.mask, this.sizes.n_ctx)) {
      throw new Error(
        `with the mask ${this.description.mask.kind}, positions see later ones, so keys and values ` +
          "change with every new token and cannot be kept. Read the whole text each time " +
          "(cached: false), or build the model with the mask Causal.",
      );
    }
    return this.blocks.map(() => new KeysValues(this.sizes));
  }

  /**
   * The model with low-rank adapters: each named matrix W is W + scale · A · B.
   * @param {Record<string, import("./adapters.js").Adapter>} adapters by the weight's name
   */
  adapted(adapters) {
    return new GPT(this.description, withAdapters(this.tensors, adapters), this.matmul);
  }

  /**
   * The same, computed as it was trained: x W and scale · (x A) B apart, then added. No weight changes.
   * @param {Record<string, import("./adapters.js").Adapter>} adapters by the weight's name
   */
  beside(adapters) {
    return new GPT(this.description, this.tensors, this.matmul, besideChecked(this.tensors, adapters));
  }
}

function checkIds(ids, past, { n_ctx, d_vocab }) {
  if (!ids.length) {
    throw new Error(
      "there is no token to start from; pass at least one, for example the ids of a line break.",
    );
  }
  const n_pos = past + ids.length;
  if (n_pos > n_ctx) {
    const advice = past ? "Start with a new cache" : `Pass ids.slice(-${n_ctx})`;
    throw new Error(`${n_pos} tokens do not fit n_ctx=${n_ctx}. ${advice}.`);
  }
  const wrong = Array.from(ids).find((id) => !(Number.isInteger(id) && id >= 0 && id < d_vocab));
  if (wrong !== undefined) {
    throw new Error(
      `token ids go from 0 to ${d_vocab - 1}; got ${wrong}. Encode the text with the tokenizer ` +
        "that belongs to this model.",
    );
  }
}

function checkParts({ positions, mask, norm, residual }) {
  const tables = [[POSITIONS, positions], [MASKS, mask.kind], [NORMS, norm], [RESIDUALS, residual]];
  for (const [table, name] of tables) {
    if (!Object.hasOwn(table, name)) {
      throw new Error(`unknown part '${name}'; expected one of ${Object.keys(table).join(", ")}.`);
    }
  }
}

function checkShapes(expected, tensors) {
  for (const name of new Set([...expected.keys(), ...tensors.keys()])) {
    const [want, got] = [expected.get(name), tensors.get(name)?.shape];
    if (String(want) !== String(got)) {
      throw new Error(
        `the weights do not fit the model; ${name}: expected ${want ?? "none"}, got ` +
          `${got ?? "none"}. Use the file written with this description.`,
      );
    }
  }
}
