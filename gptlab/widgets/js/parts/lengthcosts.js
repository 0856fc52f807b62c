import { costsOf, exponent, pairsOf } from "../lib/lengthmath.js";
import { filled } from "../lib/text.js";
import { make } from "../lib/view.js";
import { slider } from "./slider.js";
import { titledPart } from "./titled.js";

const [LEAST, MOST] = [6, 17]; // powers of two, as in length_lab.py
const MEGABYTE = 2 ** 20;

/**
 * What a longer text costs a published model, in full and with the pattern.
 * @param {Record<string, string>} words
 * @param {ReturnType<import("../lib/numbers.js").formatted>} format
 * @param {{name: string}[]} models
 * @param {(name: string, value: string | number) => void} put
 */
export function costsPart(words, format, models, put) {
  const choice = make("select", { "aria-label": words.model }, ...models.map(({ name }) => make("option", { value: name, textContent: name })));
  choice.addEventListener("change", () => put("sizes", choice.value));
  const long = slider("doublings", words.length, (value) => put("doublings", value), LEAST);
  const body = make("tbody");
  const head = make("tr", {}, ...[words.quantity, words.of_full, words.of_pattern].map((name) => make("th", { scope: "col", textContent: name })));
  const { element } = titledPart("costs", words.costs,
    make("label", { className: "choice" }, make("span", { textContent: words.model }), choice), long.element,
    make("table", {}, make("thead", {}, head), body), make("p", { className: "note", textContent: words.cost_note }));

  /** @param {{pattern: string, width: number, stride: number, sizes: string, doublings: number}} state */
  function draw({ pattern, width, stride, sizes, doublings }) {
    choice.value = sizes;
    const n = 2 ** doublings;
    long.draw(doublings, MOST, filled(words.n_tokens, { n: format.count(n) }));
    const model = models.find(({ name }) => name === sizes);
    const columns = ["full", pattern].map((name) => {
      const pairs = pairsOf(name, { width, stride }, n);
      const half = pairsOf(name, { width, stride }, n / 2);
      return { ...costsOf(model, n, pairs), exponent: exponent(n / 2, half, n, pairs) };
    });
    const megabytes = (bytes) => format.fixed(bytes / MEGABYTE, bytes < MEGABYTE ? 2 : 0);
    const rows = [
      [words.pair_operations, "pairs", format.power], [words.rest_operations, "rest", format.power],
      [words.exponent, "exponent", (number) => format.fixed(number, 2)],
      [words.score_memory, "scores", megabytes], [words.cache_memory, "cache", megabytes], [words.weight_memory, "weights", megabytes],
    ];
    body.replaceChildren(...rows.map(([name, key, written]) => make("tr", {},
      make("th", { scope: "row", textContent: name }), ...columns.map((costs) => make("td", { textContent: written(costs[key]) })))));
  }
  return { element, draw };
}
