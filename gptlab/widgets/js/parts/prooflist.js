import { make } from "../lib/view.js";
import { titledPart } from "./titled.js";

/**
 * What was checked about the numbers shown, each line right or wrong.
 * @param {Record<string, string>} words
 */
export function proofList(words) {
  const list = make("ul", { className: "proof-list" });
  const { element } = titledPart("proofs", words.checked, list);

  /** @param {[boolean, string][]} lines */
  function draw(lines) {
    list.replaceChildren(...lines.map(([isRight, textContent]) => make("li", { className: isRight ? "right" : "wrong", textContent })));
  }
  return { element, draw };
}
