import { checks } from "../lib/headmath.js";
import { filled } from "../lib/text.js";
import { make } from "../lib/view.js";
import { titledPart } from "./titled.js";

const CLOSE = 1e-4; // float32 through a few hundred sums

/** What was checked about the numbers shown, and how far off the worst one is. */
export function proofsPart(words, format) {
  const list = make("ul");
  const { element } = titledPart("proofs", words.checked, list);

  function draw(head, { causal, from_recorded }) {
    const { sums, hidden, recomputed } = checks(head);
    const off = (deviation) => ({ deviation: format.power(deviation) });
    const lines = [[sums < CLOSE, filled(words.proof_sums, { ...off(sums), count: format.count(head.n) })]];
    if (hidden.cells) {
      const said = hidden.largest ? words.proof_masked_wrong : causal ? words.proof_later : words.proof_masked;
      lines.push([hidden.largest === 0, filled(said, { ...off(hidden.largest), count: format.count(hidden.cells) })]);
    }
    if (recomputed) {
      const said = recomputed.isBiased ? words.proof_pattern_biased : words.proof_pattern;
      lines.push([recomputed.pattern < CLOSE, filled(said, off(recomputed.pattern))]);
      lines.push([recomputed.z < CLOSE * 10, filled(words.proof_z, off(recomputed.z))]);
    }
    if (typeof from_recorded === "number") lines.push([from_recorded < CLOSE * 10, filled(words.proof_recorded, off(from_recorded))]);
    list.replaceChildren(...lines.map(([isRight, textContent]) => make("li", { className: isRight ? "right" : "wrong", textContent })));
  }
  return { element, draw };
}
