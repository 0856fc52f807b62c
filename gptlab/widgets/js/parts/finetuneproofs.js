import { filled } from "../lib/text.js";
import { proofList } from "./prooflist.js";

const CLOSE = 1e-3; // float32 through four blocks

/** That the adapter may be merged, that shares are shares, and that page and torch agree. */
export function finetuneProofs(words, format) {
  const { element, draw: drawLines } = proofList(words);

  function draw({ shares, merged, n_changed, n_weights, from_recorded }) {
    const off = (deviation) => ({ deviation: format.power(deviation) });
    const lines = [];
    if (shares.after.length) {
      const sum = Math.abs(shares.after.reduce((total, share) => total + share, 0) - 1);
      lines.push([sum < CLOSE, filled(words.proof_sum, off(sum))]);
      lines.push([merged < CLOSE, filled(words.proof_merged, off(merged))]);
      lines.push([true, filled(words.proof_changed, { count: format.count(n_changed), total: format.count(n_weights) })]);
    }
    if (typeof from_recorded === "number") lines.push([from_recorded < CLOSE, filled(words.proof_recorded, off(from_recorded))]);
    element.hidden = !lines.length;
    drawLines(lines);
  }
  return { element, draw };
}
