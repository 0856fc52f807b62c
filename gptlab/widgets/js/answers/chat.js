import { checkedText } from "../engine/checks.js";
import { CHAT_TOKENS, promptOf } from "../lib/chatting.js";
import { deviation } from "../lib/lens.js";
import { fromRecorded } from "../lib/recorded.js";
import { chatModels } from "./adapted.js";
import { spelled, vocabularyOf } from "./spellings.js";

const N_REPLY = 48; // as in chat_box_answers.py

/**
 * What ChatBox shows: `answered` in chat_box_answers.py.
 * @param {Record<string, any>} state
 * @param {(which: number) => Promise<any>} open the model is 0, the adapter 1
 */
export async function* chatAnswers(state, open) {
  checkedText(state.text);
  const chat = chatModels(await open(0), await open(1));
  const answer = answered(chat, state);
  yield state.vocabulary?.lengths ? { answer } : { answer, vocabulary: vocabularyOf(chat.tuned) };
}

/** @param {ReturnType<typeof chatModels>} chat */
export function answered({ tuned, beside, untuned }, { text, turns, said, written, recorded = {} }) {
  const { tokenizer, nCtx, dVocab } = tuned;
  const own = CHAT_TOKENS.map((_, i) => dVocab - CHAT_TOKENS.length + i);
  const prompt = promptOf(tokenizer, own, { said: said || text, turns, room: nCtx - N_REPLY });
  const ids = [...prompt.ids, ...written];
  const next = (model) => model.forward(ids, { logits: "last" }).logits.data;
  const logits = next(tuned.model);
  return {
    text, turns, said, written,
    ...spelled(tokenizer, ids),
    n_prompt: prompt.ids.length,
    special: [...ids.keys()].filter((place) => own.includes(ids[place])),
    places: prompt.places, n_fell_out: prompt.n_fell_out, n_cut: prompt.n_cut,
    n_ctx: nCtx, n_reply: N_REPLY, d_vocab: dVocab, stops: own,
    reply: tokenizer.decode(written),
    logits, control: next(untuned),
    merged: deviation(logits, next(beside)), again: deviation(logits, next(tuned.model)),
    from_recorded: fromRecorded(recorded, { ids }, logits),
  };
}
