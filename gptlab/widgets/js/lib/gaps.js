import { withTemperature } from "../engine/decoding.js";

export const MARK = "[MASK]"; // how a gap is written in a text
const N_LIKELIEST = 8; // as in objective_explorer_answers.py

/**
 * A text in which `[MASK]` marks the gaps, as ids: `with_gaps` in objectives/hiding.py. A gap takes
 * the space before it, since tokens begin with theirs.
 * @param {{ encode: (text: string) => number[] }} tokenizer
 * @param {string} text
 * @param {number} mark the id of a gap
 */
export function withGaps(tokenizer, text, mark) {
  const pieces = text.split(MARK);
  return pieces.flatMap((piece, at) => {
    const isLast = at === pieces.length - 1;
    const ids = tokenizer.encode(isLast ? piece : piece.replace(/ $/, ""));
    return at === 0 ? ids : [mark, ...ids];
  });
}

/**
 * Fill the gaps from left to right with the likeliest token after what stands before.
 * @param {number[]} ids
 * @param {number} mark
 * @param {(before: number[]) => Float32Array} logitsAfter
 * @returns {{ filled: number[], rows: (Float32Array | null)[] }} rows are null where nothing is before
 */
export function filledFromLeft(ids, mark, logitsAfter) {
  const filled = ids.slice();
  const rows = [];
  ids.forEach((id, place) => {
    if (id !== mark) return;
    const row = place ? logitsAfter(filled.slice(0, place)) : null;
    rows.push(row);
    filled[place] = row ? largest(row) : 0;
  });
  return { filled, rows };
}

/** The likeliest tokens and their probabilities; of equals, the lower id comes first. */
export function likeliest(logits) {
  const shares = withTemperature(logits, 1);
  const order = Array.from(logits.keys()).sort((a, b) => logits[b] - logits[a] || a - b);
  return order.slice(0, N_LIKELIEST).map((id) => ({ id, probability: shares[id] }));
}

/** By how much the logits at each place moved at most. */
export function mostMoved(before, after) {
  return before.map((row, at) => row.reduce((most, logit, i) => Math.max(most, Math.abs(Math.fround(logit - after[at][i]))), 0));
}

/**
 * What each position is asked for, and whom it sees, under an objective.
 * @param {number} n tokens
 * @param {number[]} gaps
 * @param {"next" | "masked"} objective
 * @returns {{ targets: (number | null)[], n_open: number, sees: (query: number, key: number) => boolean }}
 *   a target is the place of the token that is asked for
 */
export function trainingOf(n, gaps, objective) {
  const isMasked = objective === "masked";
  const places = [...Array(n).keys()];
  return {
    targets: places.map((at) => (isMasked ? (gaps.includes(at) ? at : null) : at + 1 < n ? at + 1 : null)),
    n_open: isMasked ? n * n : (n * (n + 1)) / 2,
    sees: (query, key) => isMasked || key <= query,
  };
}

function largest(row) {
  let best = 0;
  row.forEach((logit, id) => { if (logit > row[best]) best = id; });
  return best;
}
