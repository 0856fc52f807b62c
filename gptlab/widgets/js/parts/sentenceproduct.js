import { bitsOf, productOf } from "../lib/sentences.js";
import { make } from "../lib/view.js";
import { titledPart } from "./titled.js";

/** The text's probability, its bits, and those of the untrained model, as one small table. */
export function sentenceProduct(words, format) {
  const help = make("p", { className: "note", textContent: words.product_help });
  const body = make("tbody");
  const names = ["", words.whole, words.bits, words.per_byte, words.last_only];
  const head = make("tr", {}, ...names.map((name) => (name ? make("th", { scope: "col", textContent: name }) : make("td"))));
  const table = make("table", { className: "whole" }, make("thead", {}, head), body);
  const { element } = titledPart("product", words.product_title, make("div", { className: "scroll", tabIndex: 0, role: "group", "aria-label": words.product_title }, table), help);

  function draw({ own, control, n_bytes }) {
    const rows = [[words.trained, own], ...(control ? [[words.untrained, control]] : [])];
    body.replaceChildren(...rows.map(([name, { bits, sums }]) => {
      const total = sums.at(-1);
      const cells = [productOf(total, format.fixed), format.fixed(total, 1), format.fixed(total / n_bytes, 2), productOf(bits.at(-1), format.fixed)];
      return make("tr", {}, make("th", { scope: "row", textContent: name }), ...cells.map((textContent) => make("td", { textContent })));
    }));
  }
  return { element, draw };
}

/** Bits and their sums, of the model and of its control. */
export function surprisesOf({ nats, untrained, lengths }, floats) {
  return {
    own: bitsOf(floats(nats)),
    control: untrained ? bitsOf(floats(untrained)) : null,
    n_bytes: lengths.reduce((sum, length) => sum + length, 0),
  };
}
