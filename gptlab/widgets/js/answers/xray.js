import { withTemperature } from "../engine/decoding.js";
import { parameterShapes } from "../engine/parameters.js";
import { slice, zeros } from "../engine/tensors.js";
import { fromRecorded } from "../lib/recorded.js";
import { loneSurrogate } from "../lib/text.js";
import { partsOf, stagesOf, switchesOf, vectorsOf } from "../lib/xraying.js";
import { spelled, vocabularyOf } from "./spellings.js";

/** @typedef {import("./backend.js").PageBackend} PageBackend */

const MOST_TOKENS = 128; // as in model_xray_numbers.py

const newest = new WeakMap(); // the last question that each model read

/**
 * What ModelXRay shows: `xray` and `effect` in model_xray_numbers.py, computed in the page.
 * @param {Record<string, any>} state
 * @param {(checkpoint: number) => Promise<PageBackend>} open
 */
export async function* xrayAnswers(state, open) {
  const asked = seenThrough(await open(state.checkpoint), state.text, state.off, state.words);
  const xray = { ...asked.xray(state), checkpoint: state.checkpoint };
  yield state.vocabulary?.lengths ? { xray } : { xray, vocabulary: vocabularyOf(asked.backend) };
  yield { effect: { ...asked.effect(state), checkpoint: state.checkpoint } };
}

function seenThrough(backend, text, off, words) {
  const last = newest.get(backend);
  const known = switchesOf(shapeOf(backend)).filter((part) => off.includes(part));
  if (last?.text === text && String(last.off) === String(known)) return last;
  const asked = new SeenThrough(backend, text, known, words);
  newest.set(backend, asked);
  return asked;
}

function shapeOf({ nLayers, nHeads, model }) {
  return { n_layers: nLayers, n_heads: nHeads, adds: model.positions.adds };
}

/** A text as one model reads it, with some parts switched off; each pass runs once. */
class SeenThrough {
  /**
   * @param {PageBackend} backend
   * @param {string} text
   * @param {string[]} off
   * @param {Record<string, string>} words
   */
  constructor(backend, text, off, words) {
    Object.assign(this, { backend, text, off, words });
    const every = loneSurrogate(text) ? [] : backend.tokenizer.encode(text);
    this.n_left_out = Math.max(0, every.length - Math.min(backend.nCtx, MOST_TOKENS));
    this.ids = every.slice(this.n_left_out);
    this.error = this.ids.length ? (backend.isCausal ? "" : words.not_causal) : words.no_tokens;
  }

  get whole() {
    return (this.all ??= this.backend.activations(this.ids));
  }

  get seen() {
    return this.off.length ? (this.part ??= this.backend.activations(this.ids, this.off)) : this.whole;
  }

  get untrained() {
    return (this.twin ??= new SeenThrough(this.backend.untrained(), this.text, this.off, this.words));
  }

  place(position) {
    const last = this.ids.length - 1;
    return position === null ? last : Math.min(Math.max(position, 0), last);
  }

  xray({ part, position, checkpoint, recorded = {} }) {
    const { text, off, error, ids, n_left_out, backend } = this;
    const answer = { text, off, part, position, error, from_recorded: null };
    if (error) return { ...answer, ids: [], lengths: [], bytes: "", n_left_out: 0 };
    const at = this.place(position);
    const shape = shapeOf(backend);
    const chosen = partsOf(shape).includes(part) ? part : "embed";
    const logits = slice(this.seen.get("logits"), at).data;
    return {
      ...answer, part: chosen, ...spelled(backend.tokenizer, ids), n_left_out, at, adds: shape.adds,
      sizes: sizesOf(backend),
      ...parametersOf(backend.model.description),
      norms: stagesOf(shape).map((name) => [name, length(slice(this.seen.get(name), at).data)]),
      lens: this.lens(at),
      vectors: vectorsOf(this.seen, chosen, at),
      from_recorded: fromRecorded(recorded, { text, off, position, checkpoint }, logits),
    };
  }

  lens(at) {
    const names = ["blocks.0.resid_pre", ...Array.from({ length: this.backend.nLayers }, (_, i) => `blocks.${i}.resid_post`)];
    const stream = zeros([names.length, this.backend.model.sizes.d_model]);
    names.forEach((name, i) => slice(stream, i).data.set(slice(this.seen.get(name), at).data));
    return this.backend.model.unembed(stream).data;
  }

  effect({ position }) {
    const { text, off, error, backend } = this;
    const answer = { text, off, position, error, shares: null };
    if (error || !off.length) return answer;
    const at = this.place(position);
    const shares = new Float32Array(4 * backend.dVocab);
    [this, this.untrained].flatMap((model) => [model.whole, model.seen]).forEach((found, i) => {
      shares.set(withTemperature(slice(found.get("logits"), at).data, 1), i * backend.dVocab);
    });
    return { ...answer, shares };
  }
}

function sizesOf({ model: { sizes }, dHead: d_head }) {
  const { d_vocab, n_ctx, d_model, n_layers, n_heads, d_mlp } = sizes;
  return { d_vocab, n_ctx, d_model, n_layers, n_heads, d_head, d_mlp };
}

/** How many parameters each part has, in the order in which a token meets them. */
function parametersOf(description) {
  const counts = new Map();
  let n_parameters = 0;
  for (const [name, shape] of parameterShapes(description)) {
    const n = shape.reduce((a, b) => a * b, 1);
    counts.set(ownerOf(name), (counts.get(ownerOf(name)) ?? 0) + n);
    n_parameters += n;
  }
  return { parameters: [...counts], n_parameters };
}

function ownerOf(name) {
  if (name === "W_E") return "embed";
  if (name.startsWith("positions.")) return "pos_embed";
  return name.split(".").slice(0, name.startsWith("blocks.") ? 3 : 1).join(".");
}

function length(vector) {
  return Math.sqrt(vector.reduce((sum, number) => sum + number * number, 0));
}
