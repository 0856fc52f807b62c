import { checkedText } from "../engine/checks.js";
import { spelled, vocabularyOf } from "./spellings.js";

const readings = new WeakMap(); // of each backend, the newest

/**
 * What NextToken shows for a text and what is written after it: `prediction` in predicting.py.
 * @param {{ text: string, checkpoint: number, written: number[], vocabulary?: object,
 *   words: Record<string, string> }} state
 * @param {(index: number) => Promise<import("./backend.js").PageBackend>} open
 */
export async function* nextTokenAnswers(state, open) {
  checkedText(state.text);
  const backend = await open(state.checkpoint);
  const next = prediction(backend, state);
  yield state.vocabulary?.lengths ? { next } : { next, vocabulary: vocabularyOf(backend) };
}

/** What a model expects after a text and what is written after it, with what was asked. */
export function prediction(backend, { text, checkpoint, written, words }) {
  const asked = { text, written, checkpoint };
  const { nLayers, nCtx, dVocab, isCausal } = backend;
  const about = { n_layers: nLayers, n_ctx: nCtx, d_vocab: dVocab, causal: isCausal };
  const { ids, error } = encoded(backend, text, words);
  if (error) return { ...asked, ...about, ...nothing(error) };
  const n_left_out = Math.max(0, ids.length + written.length - nCtx);
  const seen = [...ids, ...written].slice(n_left_out);
  const { logits, lens } = readingOf(backend, seen);
  const n_text = Math.max(0, ids.length - n_left_out);
  return {
    ...asked, ...about, ...spelled(backend.tokenizer, seen),
    error: "", n_text, n_left_out, logits: logits.data, lens: lens && lens.data,
  };
}

/** A model's answer to tokens; asked again for the same ones, it is at hand. */
function readingOf(backend, ids) {
  const asked = ids.join();
  if (readings.get(backend)?.asked !== asked) {
    const { logits, lens } = backend.read(ids);
    readings.set(backend, { asked, logits, lens });
  }
  return readings.get(backend);
}

function nothing(error) {
  return { ids: [], lengths: [], bytes: "", n_text: 0, n_left_out: 0, error, logits: new Float32Array(0), lens: null };
}

function encoded({ tokenizer, isCausal }, text, words) {
  if (!isCausal) return { ids: [], error: words.not_causal };
  const ids = tokenizer.encode(text);
  return { ids, error: ids.length ? "" : words.no_token };
}
