import { GPT } from "../engine/gpt.js";
import { looksAhead } from "../engine/masks.js";
import { startMatmul } from "../engine/matmul.js";
import { slice, zeros } from "../engine/tensors.js";
import { tokenizerFromJson } from "../engine/tokenizers.js";
import { untrainedTensors } from "../engine/untrained.js";
import { taken } from "../lib/xraying.js";

/** @typedef {import("../engine/tensors.js").Tensor} Tensor */
/** @typedef {[number, number]} Head layer and head, both counted from 0 */

/**
 * One forward pass over one text, as `Reading` in Python.
 * @typedef {{ pattern: Tensor, scores: Tensor, q: Tensor, k: Tensor, v: Tensor, z: Tensor,
 *   lens: Tensor, logits: Tensor }} Reading
 */

/** The model of a page, which answers widgets as `GPTBackend` does in Python. */
export class PageBackend {
  /**
   * @param {ReturnType<import("../engine/safetensors.js").readCheckpoint>} checkpoint
   * @param {ReturnType<typeof startMatmul>} matmul
   */
  constructor({ model, tokenizer, tensors }, matmul) {
    const { n_layers, n_heads, d_model, n_ctx, d_vocab } = model.sizes;
    this.model = new GPT(model, tensors, matmul);
    this.matmul = matmul;
    this.tokenizerJson = tokenizer;
    this.tokenizer = tokenizerFromJson(tokenizer);
    Object.assign(this, { nLayers: n_layers, nHeads: n_heads, dHead: d_model / n_heads });
    Object.assign(this, { nCtx: n_ctx, dVocab: d_vocab });
    this.isCausal = !looksAhead(this.model.mask, n_ctx);
    this.twin = null;
  }

  /**
   * Run the model over tokens, with the z of some heads set to 0.
   * @param {number[]} ids 1 to n_ctx of them
   * @param {Head[]} without
   * @returns {Reading}
   */
  read(ids, without = []) {
    const watch = ["blocks.*.attn.*", "blocks.*.resid_post", "blocks.0.resid_pre"];
    const { seen, logits } = this.model.forward(ids, { watch, edits: this.off(without), logits: "last" });
    const each = (name) => Array.from({ length: this.nLayers }, (_, i) => seen.get(`blocks.${i}.${name}`));
    const heads = (name) => stacked(each(`attn.${name}`).map(headsFirst));
    const last = [seen.get("blocks.0.resid_pre"), ...each("resid_post")].map((x) => slice(x, ids.length - 1));
    return {
      pattern: stacked(each("attn.pattern")),
      scores: stacked(each("attn.scores")),
      q: heads("q"),
      k: heads("k"),
      v: heads("v"),
      z: heads("z"),
      lens: this.model.unembed(stacked(last)),
      logits: slice(logits, 0),
    };
  }

  /**
   * Run the model over tokens without some parts, and return all that its probes see. Beside the
   * probes, `blocks.0.ln1` and the like are what a norm hands on, and `logits` those of every position.
   * @param {number[]} ids
   * @param {string[]} without parts as `switchesOf` names them
   * @returns {Map<string, Tensor>}
   */
  activations(ids, without = []) {
    const { seen, logits } = this.model.forward(ids, { watch: ["*"], edits: editsWithout(without) });
    this.model.blocks.forEach((block, i) => {
      seen.set(`blocks.${i}.ln1`, block.ln1.forward(seen.get(`blocks.${i}.resid_pre`)));
      seen.set(`blocks.${i}.ln2`, block.ln2.forward(seen.get(`blocks.${i}.resid_mid`)));
    });
    return seen.set("logits", logits);
  }

  /** The same model with weights drawn by a hash, as Python draws them: the control. */
  untrained() {
    if (!this.twin) {
      const { description } = this.model;
      const tensors = untrainedTensors(description);
      this.twin = new PageBackend({ model: description, tokenizer: this.tokenizerJson, tensors }, this.matmul);
    }
    return this.twin;
  }

  off(without) {
    return Object.fromEntries(
      without.map(([layer]) => {
        const heads = without.filter(([at]) => at === layer).map(([, head]) => head);
        return [`blocks.${layer}.attn.z`, (z) => zeroed(z, heads)];
      }),
    );
  }
}

/** [head, pos, d_head] of [pos, head, d_head]. */
function headsFirst({ data, shape: [n_pos, n_heads, d_head] }) {
  const swapped = zeros([n_heads, n_pos, d_head]);
  for (let pos = 0; pos < n_pos; pos += 1) {
    for (let head = 0; head < n_heads; head += 1) {
      const from = (pos * n_heads + head) * d_head;
      swapped.data.set(data.subarray(from, from + d_head), (head * n_pos + pos) * d_head);
    }
  }
  return swapped;
}

/** Tensors of one shape as one, with an axis more in front. */
function stacked(tensors) {
  const all = zeros([tensors.length, ...tensors[0].shape]);
  tensors.forEach((tensor, i) => slice(all, i).data.set(tensor.data));
  return all;
}

/** What makes a model run without some parts, as `edits_without` in switching.py. */
function editsWithout(parts) {
  const edits = {};
  const heads = {};
  const silent = ({ shape }) => zeros(shape);
  for (const part of parts) {
    const { block, inside, head } = taken(part);
    if (block === null) edits[part] = silent;
    else if (head !== null) (heads[`blocks.${block}.attn.z`] ??= []).push(head);
    else {
      if (inside !== "mlp") edits[`blocks.${block}.attn_out`] = silent;
      if (inside !== "attn") edits[`blocks.${block}.mlp_out`] = silent;
    }
  }
  for (const [name, chosen] of Object.entries(heads)) edits[name] = (z) => zeroed(z, chosen);
  return edits;
}

/** z with some heads set to 0, in a new tensor. */
function zeroed({ data, shape }, heads) {
  const [n_pos, n_heads, d_head] = shape;
  const changed = { data: data.slice(), shape };
  for (let pos = 0; pos < n_pos; pos += 1) {
    for (const head of heads) {
      const from = (pos * n_heads + head) * d_head;
      changed.data.fill(0, from, from + d_head);
    }
  }
  return changed;
}
