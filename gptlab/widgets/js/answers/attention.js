import { withTemperature } from "../engine/decoding.js";
import { toHex } from "../lib/bytes.js";
import { randomHead, within } from "../lib/heads.js";
import { fromRecorded } from "../lib/recorded.js";
import { loneSurrogate } from "../lib/text.js";
import { spelled } from "./spellings.js";

/** @typedef {import("./backend.js").PageBackend} PageBackend */

const MOST_TOKENS = 256; // as in attending.py, and so are the next three
const MOST_SIDE = 64;
const HEAD = ["pattern", "scores", "q", "k", "v", "z"];
const MASKED = 0; // in the small maps; 1 … 255 are the shares 0 … 1

const newest = new WeakMap(); // the last text that each model read

/**
 * What AttentionExplorer shows: `attention` and `effect` in attending.py, computed in the page.
 * The head comes first; switching heads off takes five more runs of the model.
 * @param {Record<string, any>} state
 * @param {(checkpoint: number) => Promise<PageBackend>} open
 */
export async function* attentionAnswers(state, open) {
  const asked = attendedText(await open(state.checkpoint), state.text, state.words);
  const attention = asked.attention(state);
  yield { attention };
  yield* effectAnswers(asked, { ...state, layer: attention.layer, head: attention.head });
}

function attendedText(backend, text, words) {
  const last = newest.get(backend);
  if (last?.text === text) return last;
  const asked = new AttendedText(backend, text, words);
  newest.set(backend, asked);
  return asked;
}

/** A text as one model reads it; what is asked for twice is computed once. */
class AttendedText {
  /**
   * @param {PageBackend} backend
   * @param {string} text
   * @param {Record<string, string>} words
   */
  constructor(backend, text, words) {
    Object.assign(this, { backend, text, words, answered: {}, maps: null });
    const every = loneSurrogate(text) ? [] : backend.tokenizer.encode(text);
    this.n_left_out = Math.max(0, every.length - Math.min(backend.nCtx, MOST_TOKENS));
    this.ids = every.slice(this.n_left_out);
    this.error = this.ids.length ? "" : words.no_tokens;
  }

  get reading() {
    return (this.read ??= this.backend.read(this.ids));
  }

  get overview() {
    return (this.maps ??= smallMaps(this.reading));
  }

  get untrained() {
    return (this.twin ??= new AttendedText(this.backend.untrained(), this.text, this.words));
  }

  /** One head in numbers; the same object again if nothing that it depends on has changed. */
  attention({ checkpoint, layer, head, recorded = {} }) {
    const { nLayers: n_layers, nHeads: n_heads, dHead: d_head, isCausal: causal } = this.backend;
    const asked = { text: this.text, checkpoint, layer: within(layer, n_layers), head: within(head, n_heads) };
    const key = [asked.checkpoint, asked.layer, asked.head].join();
    if (this.answered.key === key) return this.answered.attention;
    const { error, ids, n_left_out } = this;
    const attention = {
      ...asked, error, ...spelled(this.backend.tokenizer, ids), n_left_out,
      n_layers, n_heads, d_head, causal, side: Math.min(ids.length, MOST_SIDE),
      overview: error ? new Uint8Array(0) : this.overview,
      from_recorded: error ? null : fromRecorded(recorded, asked, this.reading.logits.data),
    };
    for (const name of HEAD) attention[name] = error ? null : ofHead(this.reading[name], attention);
    this.answered = { key, attention };
    return attention;
  }

  /** The probability that a token follows, with the z of some heads set to 0. */
  probability(token, without = []) {
    const { logits } = without.length ? this.backend.read(this.ids, without) : this.reading;
    return withTemperature(logits.data, 1)[token];
  }
}

function ofHead(tensor, { layer, head }) {
  if (!tensor) return null;
  const [, n_heads, rows, columns] = tensor.shape;
  const size = rows * columns;
  const from = (layer * n_heads + head) * size;
  return tensor.data.slice(from, from + size);
}

async function* effectAnswers(asked, { text, checkpoint, layer, head, seed, words }) {
  const { nLayers: n_layers, nHeads: n_heads, isCausal, tokenizer } = asked.backend;
  const random = randomHead(seed, { layer, head, n_layers, n_heads });
  const error = asked.error || (isCausal ? "" : words.nothing_follows);
  const effect = { text, checkpoint, layer, head, seed, random, error, token: null, token_bytes: "", probabilities: null };
  if (error) {
    yield { effect };
    return;
  }
  const { data } = asked.reading.logits;
  const token = data.indexOf(Math.max(...data));
  const probabilities = new Float32Array(6).fill(NaN);
  let at = 0;
  for (const model of [asked, asked.untrained]) {
    for (const without of [[], [[layer, head]], random && [random]]) {
      if (without) probabilities[at] = model.probability(token, without);
      at += 1;
      yield {}; // the page may draw, and a newer question ends this one
    }
  }
  yield { effect: { ...effect, token, token_bytes: toHex(tokenizer.tokenBytes(token)), probabilities } };
}

/**
 * Maps to look at, not to read numbers from: layer × head × side × side, as in attending.py. Of
 * more than MOST_SIDE tokens, a dot is the brightest of the cells that it covers.
 */
function smallMaps({ pattern, scores }) {
  const [n_layers, n_heads, n] = pattern.shape;
  const side = Math.min(n, MOST_SIDE);
  const maps = new Uint8Array(n_layers * n_heads * side * side);
  const dots = Uint16Array.from({ length: n }, (_, i) => Math.floor((i * side) / n));
  for (let map = 0, at = 0; map < n_layers * n_heads; map += 1) {
    for (let query = 0; query < n; query += 1) {
      const row = (map * side + dots[query]) * side;
      for (let key = 0; key < n; key += 1, at += 1) {
        const level = scores.data[at] === -Infinity ? MASKED : Math.floor(1.5 + 254 * pattern.data[at]);
        const dot = row + dots[key];
        if (level > maps[dot]) maps[dot] = level;
      }
    }
  }
  return maps;
}
