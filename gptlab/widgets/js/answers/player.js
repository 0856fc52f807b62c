import { checkedText } from "../engine/checks.js";
import { Sampling, steps, withTemperature } from "../engine/decoding.js";
import { joined, toHex } from "../lib/bytes.js";
import { lossesOf, meanOf } from "../lib/logmath.js";
import { fromRecorded } from "../lib/recorded.js";
import { spelled } from "./spellings.js";

/** @typedef {import("./backend.js").PageBackend} PageBackend */

const [N_LIKELIEST, N_WRITTEN, SEED] = [5, 24, 0]; // as in training_player_answers.py
const SAMPLING = new Sampling({ temperature: 0.8 });

/**
 * What TrainingPlayer shows: the text at the present snapshot, then its loss at all of them.
 * @param {Record<string, any>} state
 * @param {(index: number) => Promise<PageBackend>} open
 */
export async function* playerAnswers(state, open) {
  checkedText(state.text);
  yield { stage: stageOf(await open(state.checkpoint), state) };
  if (state.course?.text === state.text) return;
  const losses = [];
  for (let index = 0; index < state.checkpoints.length; index += 1) {
    const backend = await open(index);
    const { ids, error } = tokensOf(backend, state);
    if (error) {
      yield { course: { text: state.text, error, losses: new Float32Array(0) } };
      return;
    }
    const { seen } = newest(ids, backend.nCtx);
    losses.push(meanOf(lossesOf(backend.model.forward(seen).logits.data, seen)));
    yield {}; // the page may draw, and a newer text ends this one
  }
  yield { course: { text: state.text, error: "", losses: Float32Array.from(losses) } };
}

/** A text's losses, what follows it and a continuation: `stage` in training_player_answers.py. */
export function stageOf(backend, state) {
  const { text, checkpoint, checkpoints, recorded = {} } = state;
  const { ids, error } = tokensOf(backend, state);
  const { seen, n_left_out } = newest(ids, backend.nCtx);
  const about = { text, checkpoint, step: checkpoints[checkpoint], d_vocab: backend.dVocab, ...spelled(backend.tokenizer, seen), n_left_out, error };
  if (error) return { ...about, losses: new Float32Array(0), next: [], sample: "", from_recorded: null };
  const { data } = backend.model.forward(seen).logits;
  const last = data.subarray(data.length - backend.dVocab);
  return {
    ...about,
    losses: Float32Array.from(lossesOf(data, seen)),
    next: likeliest(backend, last),
    sample: toHex(joined(written(backend, seen).map((id) => backend.tokenizer.tokenBytes(id)))),
    from_recorded: fromRecorded(recorded, { text, checkpoint }, last),
  };
}

function likeliest({ tokenizer }, logits) {
  const shares = withTemperature(logits, 1);
  const order = Array.from(logits.keys()).sort((a, b) => logits[b] - logits[a]);
  return order.slice(0, N_LIKELIEST).map((id) => ({ bytes: toHex(tokenizer.tokenBytes(id)), probability: shares[id] }));
}

function written({ model }, ids) {
  const found = [];
  for (const { token } of steps(model, ids, SAMPLING, { seed: SEED })) {
    found.push(token);
    if (found.length === N_WRITTEN) return found;
  }
  return found;
}

function tokensOf({ tokenizer, isCausal }, { text, words }) {
  if (!isCausal) return { ids: [], error: words.not_causal };
  const ids = tokenizer.encode(text);
  return { ids, error: ids.length > 1 ? "" : words.too_short };
}

function newest(ids, nCtx) {
  const n_left_out = Math.max(0, ids.length - nCtx);
  return { seen: ids.slice(n_left_out), n_left_out };
}
