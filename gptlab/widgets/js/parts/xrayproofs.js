import { withTemperature } from "../engine/decoding.js";
import { floats } from "../lib/numbers.js";
import { filled } from "../lib/text.js";
import { make } from "../lib/view.js";
import { titledPart } from "./titled.js";

const CLOSE = 1e-3; // float32 through a few hundred sums

/** What was checked about the numbers shown. */
export function xrayProofs(words, format) {
  const list = make("ul");
  const { element } = titledPart("proofs", words.checked, list);

  function draw({ lens, sizes, parameters, n_parameters, from_recorded }) {
    const logits = floats(lens);
    const shares = withTemperature(logits.subarray(logits.length - sizes.d_vocab), 1);
    const off = Math.abs(shares.reduce((sum, share) => sum + share, 0) - 1);
    const total = parameters.reduce((sum, [, n]) => sum + n, 0);
    const lines = [
      [off < CLOSE, filled(words.proof_lens, { deviation: format.power(off) })],
      [total === n_parameters, filled(words.proof_count, { total: format.count(total) })],
    ];
    if (typeof from_recorded === "number") lines.push([from_recorded < CLOSE, filled(words.proof_recorded, { deviation: format.power(from_recorded) })]);
    list.replaceChildren(...lines.map(([isRight, textContent]) => make("li", { className: isRight ? "right" : "wrong", textContent })));
  }
  return { element, draw };
}
