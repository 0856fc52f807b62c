import { checkedText } from "../engine/checks.js";
import { toHex } from "../lib/bytes.js";
import { fromRecorded } from "../lib/recorded.js";
import { judged, natsOf, ordersOf } from "../lib/sentences.js";
import { spelled } from "./spellings.js";

/** @typedef {import("./backend.js").PageBackend} PageBackend */

const START = "\n"; // as in sentence_probability_answers.py

const newest = new WeakMap(); // the last text that each model read

/**
 * What SentenceProbability shows: `scored` and `in_other_orders` in sentence_probability_answers.py.
 * The text comes first; its other orders take ten more runs of the model.
 * @param {Record<string, any>} state
 * @param {(checkpoint: number) => Promise<PageBackend>} open
 */
export async function* sentenceAnswers(state, open) {
  checkedText(state.text);
  const backend = await open(state.checkpoint);
  yield { sentence: again(backend, state) };
  yield* orderAnswers(backend, state);
}

/** The answer to a text; the same object again if nothing that it depends on has changed. */
function again(backend, state) {
  const key = JSON.stringify([state.text, state.checkpoint]);
  if (newest.get(backend)?.key !== key) newest.set(backend, { key, answer: scored(backend, state) });
  return newest.get(backend).answer;
}

/** @param {PageBackend} backend */
export function scored(backend, { text, checkpoint, recorded = {}, words }) {
  const { ids, n_left_out, error } = read(backend, text, words);
  const answer = {
    text, checkpoint, error, ...spelled(backend.tokenizer, ids), n_left_out, d_vocab: backend.dVocab,
    nats: new Float32Array(0), untrained: null, ranks: [], expected: [], off: 0, again: 0, from_recorded: null,
  };
  if (error) return answer;
  const rows = rowsOf(backend, ids);
  const each = rows.map((row, at) => judged(row, ids[at]));
  const shorter = ids.length > 1 ? rowsOf(backend, ids.slice(0, -1)) : [];
  const shown = ({ id, probability }) => ({ bytes: toHex(backend.tokenizer.tokenBytes(id)), probability });
  return {
    ...answer,
    nats: Float32Array.from(each, ({ nats }) => nats),
    untrained: Float32Array.from(rowsOf(backend.untrained(), ids), (row, at) => natsOf(row, ids[at])),
    ranks: each.map(({ rank }) => rank),
    expected: each.map(({ likeliest }) => likeliest.map(shown)),
    off: Math.max(...each.map(({ off }) => off)),
    again: Math.max(0, ...shorter.map((row, at) => Math.abs(natsOf(row, ids[at]) - each[at].nats))),
    from_recorded: fromRecorded(recorded, { text, checkpoint }, rows.at(-1)),
  };
}

/** @param {PageBackend} backend */
export async function* orderAnswers(backend, { text, checkpoint, seed, words }) {
  const order = { text, checkpoint, seed, error: read(backend, text, words).error, orders: [], totals: new Float32Array(0) };
  const texts = order.error ? [] : ordersOf(text, seed);
  const every = texts.map((each) => backend.tokenizer.encode(each));
  if (!order.error && !texts.length) order.error = words.one_piece;
  else if (every.some((ids) => ids.length > backend.nCtx)) order.error = words.too_long;
  if (order.error) {
    yield { order };
    return;
  }
  const totals = [];
  for (const ids of every) {
    totals.push(rowsOf(backend, ids).reduce((sum, row, at) => sum + natsOf(row, ids[at]), 0));
    yield {}; // the page may draw, and a newer question ends this one
  }
  yield { order: { ...order, orders: texts, totals: Float32Array.from(totals) } };
}

function read({ tokenizer, nCtx, isCausal }, text, words) {
  if (!isCausal) return { ids: [], n_left_out: 0, error: words.not_causal };
  const every = tokenizer.encode(text);
  const n_left_out = Math.max(0, every.length - nCtx);
  return { ids: every.slice(n_left_out), n_left_out, error: every.length ? "" : words.no_tokens };
}

/** The logits from which each token is predicted, the first from a line break alone. */
function rowsOf({ model, tokenizer }, ids) {
  const start = tokenizer.encode(START).at(-1);
  const { data, shape: [n, width] } = model.forward([start, ...ids.slice(0, -1)]).logits;
  return Array.from({ length: n }, (_, at) => data.subarray(at * width, (at + 1) * width));
}
