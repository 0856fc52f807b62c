import { checkedText } from "../engine/checks.js";
import { joined, toHex } from "../lib/bytes.js";
import { MARK, filledFromLeft, likeliest, mostMoved, withGaps } from "../lib/gaps.js";
import { fromRecorded } from "../lib/recorded.js";

/** @typedef {import("./backend.js").PageBackend} PageBackend */

const OTHERS = [" the", " a"]; // as in objective_explorer_answers.py
const utf8 = new TextEncoder();

/**
 * What ObjectiveExplorer shows: `answered` in objective_explorer_answers.py.
 * @param {Record<string, any>} state
 * @param {(which: number) => Promise<PageBackend>} open the causal model is 0, the masked one 1
 */
export async function* objectiveAnswers(state, open) {
  checkedText(state.text);
  const [causal, masked] = [await open(0), await open(1)];
  yield { answer: answered({ causal, masked }, state) };
}

/** @param {{ causal: PageBackend, masked: PageBackend }} twins */
export function answered({ causal, masked }, { text, place, recorded = {}, words }) {
  const { tokenizer } = masked;
  const mark = tokenizer.vocabSize;
  const every = withGaps(tokenizer, text, mark);
  const n_read = Math.min(causal.nCtx, masked.nCtx) - (every.includes(mark) ? 0 : 1);
  const n_left_out = Math.max(0, every.length - n_read);
  const typed = every.slice(n_left_out);
  const at_end = typed.length > 0 && !typed.includes(mark);
  const ids = at_end ? [...typed, mark] : typed;
  const gaps = [...ids.keys()].filter((at) => ids[at] === mark);
  const spellings = ids.map((id) => (id === mark ? utf8.encode(MARK) : tokenizer.tokenBytes(id)));
  const answer = {
    text, place, error: ids.length ? "" : words.no_tokens, ids, lengths: spellings.map((own) => own.length),
    bytes: toHex(joined(spellings)), n_left_out, gaps, at_end, guessed: gaps.length > 1,
    causal: [], masked: [], changed: 0, moved: new Float32Array(0), from_recorded: null,
  };
  if (!ids.length) return answer;
  const logitsOf = ({ model }, tokens) => rowsOf(model.forward(tokens).logits, mark);
  const { filled, rows } = filledFromLeft(ids, mark, (before) => logitsOf(causal, before).at(-1));
  const both = logitsOf(masked, ids);
  const shown = (row) => likeliest(row).map(({ id, probability }) => ({ bytes: toHex(tokenizer.tokenBytes(id)), probability }));
  const changed = place >= 0 && place < ids.length ? place : ids.length - 1;
  const [first, second] = OTHERS.map((word) => tokenizer.encode(word)[0]);
  const moved = [[causal, filled], [masked, ids]].flatMap(([backend, tokens]) => {
    const other = tokens.slice();
    other[changed] = tokens[changed] === first ? second : first;
    return mostMoved(logitsOf(backend, tokens), logitsOf(backend, other));
  });
  return {
    ...answer,
    causal: rows.map((row) => (row ? shown(row) : [])),
    masked: gaps.map((gap) => shown(both[gap])),
    changed,
    moved: Float32Array.from(moved),
    from_recorded: fromRecorded(recorded, { text, place }, both[gaps[0]]),
  };
}

/** The logits of each position, without what lies beyond the tokenizer's tokens. */
function rowsOf({ data, shape: [n, width] }, n_tokens) {
  return Array.from({ length: n }, (_, at) => data.subarray(at * width, at * width + n_tokens));
}
