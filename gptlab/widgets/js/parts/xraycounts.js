import { make } from "../lib/view.js";

/**
 * Where the parameters are, part by part, with their sum.
 * @param {Record<string, string>} words
 * @param {ReturnType<import("../lib/numbers.js").formatted>} format
 * @param {(part: string) => string} nameOf
 */
export function countsPart(words, format, nameOf) {
  const body = make("tbody");
  const heads = [words.part_column, words.parameters, words.share_column];
  const table = make("table", {}, make("thead", {}, make("tr", {}, ...heads.map((textContent) => make("th", { scope: "col", textContent })))), body);
  const box = make("div", { className: "scroll", tabIndex: 0, role: "group", "aria-label": words.count_table }, table);
  const element = make("details", { className: "part counts-by-part" }, make("summary", { textContent: words.count_table }), box);

  function draw({ parameters, n_parameters }) {
    const total = parameters.reduce((sum, [, n]) => sum + n, 0);
    const row = (name, n) => make("tr", {}, make("th", { scope: "row", textContent: name }),
      make("td", { textContent: format.count(n) }), make("td", { textContent: format.percent(n / n_parameters) }));
    body.replaceChildren(...parameters.map(([part, n]) => row(nameOf(part), n)), row(words.together, total));
  }
  return { element, draw };
}
