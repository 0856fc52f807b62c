import { make } from "../lib/view.js";

/** The bars' numbers, a row for each coordinate; built when it is opened. */
export function coordinateTable(words, format) {
  const names = ["coordinate", "q", "k", "q_times_k", "v", "weight_times_v", "z_here", "z_model"];
  const head = make("tr", {}, ...names.map((name) => make("th", { scope: "col", textContent: words[name] })));
  const body = make("tbody");
  const box = make("div", { className: "scroll", tabIndex: 0, role: "group", "aria-label": words.coordinates },
    make("table", {}, make("thead", {}, head), body));
  const element = make("details", {}, make("summary", { textContent: words.coordinates }), box);
  let columns = [];

  function fill() {
    if (!element.open) return;
    const rows = columns[0].map((_, i) => make("tr", {},
      make("th", { scope: "row", textContent: String(i) }),
      ...columns.map((column) => make("td", { textContent: format.fixed(column[i], 4) }))));
    body.replaceChildren(...rows);
  }
  element.addEventListener("toggle", fill);
  return { element, draw: (next) => { columns = next; fill(); } };
}
