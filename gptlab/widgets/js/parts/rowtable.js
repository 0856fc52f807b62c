import { make } from "../lib/view.js";

/** All keys of one query, in the order of the text: from the product to the weight. */
export function rowTable(words, format) {
  const caption = make("caption", { textContent: words.row_table });
  const [head, body] = [make("thead"), make("tbody")];
  const box = make("div", { className: "scroll", tabIndex: 0, role: "group", "aria-label": words.row_table },
    make("table", {}, caption, head, body));
  const number = (value) => format.fixed(value, 3);

  function draw({ names, pair, pattern, hidden, steps = null }) {
    const columns = columnsOf(steps);
    const titles = [words.key, ...columns.map(([name]) => name), words.weight];
    head.replaceChildren(make("tr", {}, ...titles.map((name) => make("th", { scope: "col", textContent: name }))));
    const n = names.length;
    const rows = names.map((name, key) => {
      const share = pattern[pair.query * n + key];
      const cells = columns.map(([, text]) => make("td", { textContent: text(key) }));
      const place = make("span", { className: "note", textContent: `${key + 1} ` });
      const row = make("tr", { className: hidden[key] ? "hidden-key" : "" },
        make("th", { scope: "row" }, place, make("bdi", { textContent: name })), ...cells, shareCell(format, share, hidden[key]));
      if (key === pair.key) row.setAttribute("aria-current", "true");
      return row;
    });
    body.replaceChildren(...rows);
    const chosen = rows[pair.key]; // brought into the box, without moving the page
    box.scrollTop = chosen.offsetTop - box.clientHeight / 2;
  }

  function columnsOf(steps) {
    if (!steps) return [];
    const { raw, scaled, bias, isBiased, hidden, exp } = steps;
    return [
      [words.raw, (key) => number(raw[key])],
      [words.scaled, (key) => number(scaled[key])],
      ...(isBiased ? [[words.bias, (key) => (hidden[key] ? "–" : number(bias[key]))]] : []),
      [words.mask, (key) => (hidden[key] ? "−∞" : words.is_seen)],
      [words.exp, (key) => number(exp[key])],
    ];
  }
  return { element: box, draw };
}

function shareCell(format, share, isHidden) {
  const bar = make("span", { className: "share" });
  bar.style.width = `${100 * share}%`;
  const text = isHidden ? format.percent(0, 0) : format.percent(share);
  return make("td", { className: "weight" }, make("span", { className: "track" }, bar), make("span", { textContent: text }));
}
