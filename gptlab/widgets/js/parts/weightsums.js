import { diverging } from "../lib/diverging.js";
import { N_HIDDEN } from "../lib/elman.js";
import { lengthOf } from "../lib/geometry.js";
import { NAMES, sumsAfter } from "../lib/unrolling.js";
import { make } from "../lib/view.js";
import { titledPart } from "./titled.js";

/** One gradient for each weight, however many steps there are: this step's part, and the sum so far. */
export function weightSums(words, format, size) {
  const grids = { part: gridOf(words.this_part), sum: gridOf(words.sum_so_far) };
  const heads = [words.weights, words.this_part, words.sum_so_far, words.whole_sum].map((textContent) => make("th", { scope: "col", textContent }));
  const body = make("tbody");
  const lengths = make("table", {}, make("caption", { textContent: words.sums_caption }), make("thead", {}, make("tr", {}, ...heads)), body);
  const numbers = make("tbody");
  const table = make("table", {}, make("caption", { textContent: words.numbers_caption }), numbers);
  const more = make("details", {}, make("summary", { textContent: words.numbers_table }),
    make("div", { className: "scroll", tabIndex: 0, role: "group", "aria-label": words.numbers_table }, table));
  const pictures = make("div", { className: "grids" }, grids.part.element, grids.sum.element);
  const { element } = titledPart("sums", words.sums_title, make("p", { className: "note", textContent: words.sums_help }),
    make("div", { className: "panels" }, pictures, make("div", { className: "wide" }, lengths)), more);

  function draw({ walk, walked }) {
    const n = walk.steps.length;
    const zeros = Object.fromEntries(NAMES.map((name) => [name, new Float64Array(walk.weights[name].length)]));
    const part = walked ? walk.steps[n - walked].parts : zeros;
    const [sum, whole] = [sumsAfter(walk, walked), sumsAfter(walk, n)];
    body.replaceChildren(...NAMES.map((name) => make("tr", {}, make("th", { scope: "row", textContent: name }),
      ...[part, sum, whole].map((each) => make("td", { textContent: size(lengthOf(each[name])) })))));
    const most = Math.max(...sum.W_h.map(Math.abs), ...part.W_h.map(Math.abs), 1e-300);
    grids.part.draw(part.W_h, most, size);
    grids.sum.draw(sum.W_h, most, size);
    numbers.replaceChildren(...Array.from({ length: N_HIDDEN }, (_, i) => make("tr", {}, make("th", { scope: "row", textContent: format.count(i + 1) }),
      ...Array.from(sum.W_h.subarray(i * N_HIDDEN, (i + 1) * N_HIDDEN), (number) => make("td", { textContent: size(number) })))));
  }
  return { element, draw };
}

function gridOf(title) {
  const cells = Array.from({ length: N_HIDDEN ** 2 }, () => make("span"));
  const grid = make("div", { className: "weights", role: "img" }, ...cells);
  const length = make("figcaption", { className: "note" });
  const element = make("figure", {}, grid, length);

  function draw(numbers, most, size) {
    cells.forEach((cell, at) => { cell.style.background = diverging(numbers[at] / most).background; });
    length.textContent = `${title}: ${size(lengthOf(numbers))}`;
    grid.setAttribute("aria-label", length.textContent);
  }
  return { element, draw };
}
