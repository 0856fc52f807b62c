import { frames } from "../lib/chatting.js";
import { filled } from "../lib/text.js";
import { proofList } from "./prooflist.js";

const CLOSE = 1e-3; // float32 through four blocks

/** That nothing was kept, that the adapter may be merged, and that the prompt is what it says. */
export function chatProofs(words, format) {
  const { element, draw: drawLines } = proofList(words);

  function draw(answer) {
    const { again, merged, from_recorded, d_vocab } = answer;
    const off = (deviation) => ({ deviation: format.power(deviation) });
    const { found, total } = frames(answer);
    const lines = [
      again === 0 ? [true, filled(words.proof_again, { n: format.count(d_vocab) })] : [false, filled(words.proof_again_wrong, off(again))],
      [found === total, filled(words.proof_spelled, { count: format.count(found), total: format.count(total) })],
      [merged < CLOSE, filled(words.proof_merged, off(merged))],
    ];
    if (typeof from_recorded === "number") lines.push([from_recorded < CLOSE, filled(words.proof_recorded, off(from_recorded))]);
    drawLines(lines);
  }
  return { element, draw };
}
