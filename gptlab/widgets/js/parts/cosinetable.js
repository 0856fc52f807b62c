import { diverging } from "../lib/diverging.js";
import { make } from "../lib/view.js";

/** The cosine of every pair, a table whose cells are coloured; purple is above 0, orange below. */
export function cosineTable(words, format) {
  const head = make("tr");
  const body = make("tbody");
  const element = make("div", { className: "scroll wide", tabIndex: 0, role: "group", "aria-label": words.matrix },
    make("table", { className: "cosines" }, make("thead", {}, head), body));

  function draw({ words: names, matrix }) {
    const n = names.length;
    const name = (scope) => (word) => make("th", { scope }, make("bdi", { textContent: word }));
    head.replaceChildren(make("td"), ...names.map(name("col")));
    body.replaceChildren(...names.map((word, i) => make("tr", {}, name("row")(word),
      ...Array.from(matrix.subarray(i * n, (i + 1) * n), (cosine) => cellOf(cosine, format)))));
  }
  return { element, draw };
}

function cellOf(cosine, format) {
  const cell = make("td", { textContent: format.fixed(cosine, 2) });
  const { background, ink } = diverging(cosine);
  Object.assign(cell.style, { background, color: ink });
  return cell;
}
