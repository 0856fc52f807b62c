import { filled } from "../lib/text.js";
import { make } from "../lib/view.js";
import { titledPart } from "./titled.js";

const EXACT = 1e-9; // float64 sums
const CLOSE = 1e-3; // float32 through four blocks

/** What was checked about the numbers shown. */
export function sentenceProofs(words, format) {
  const list = make("ul", { className: "proof-list" });
  const { element } = titledPart("proofs", words.checked, list);

  function draw({ off, again, d_vocab, from_recorded }) {
    const lines = [
      [off < EXACT, filled(words.proof_sums, { n: format.count(d_vocab), deviation: format.power(off) })],
      [again < CLOSE, filled(words.proof_again, { deviation: format.power(again) })],
    ];
    if (typeof from_recorded === "number") lines.push([from_recorded < CLOSE, filled(words.proof_recorded, { deviation: format.power(from_recorded) })]);
    list.replaceChildren(...lines.map(([isRight, textContent]) => make("li", { className: isRight ? "right" : "wrong", textContent })));
  }
  return { element, draw };
}
