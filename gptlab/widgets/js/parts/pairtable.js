import { isHidden } from "../lib/headmath.js";
import { filled } from "../lib/text.js";
import { make } from "../lib/view.js";

const MOST_ROWS = 2000; // more rows than anyone reads make a page slow

/** The large map's numbers, a row for each pair that is not masked; built when it is opened. */
export function pairTable(words, format) {
  const names = ["query", "key", "score", "weight"];
  const head = make("tr", {}, ...names.map((name) => make("th", { scope: "col", textContent: words[name] })));
  const body = make("tbody");
  const note = make("p", { className: "note" });
  const box = make("div", { className: "scroll", tabIndex: 0, role: "group", "aria-label": words.pair_table },
    make("table", {}, make("thead", {}, head), body));
  const element = make("details", { className: "pairs" }, make("summary", { textContent: words.pair_table }), note, box);
  let next = null;
  let drawn = null;

  function fill() {
    if (!element.open || drawn === next.head) return;
    drawn = next.head;
    const pairs = visiblePairs(next.head);
    note.textContent = pairs.length > MOST_ROWS
      ? filled(words.first_pairs, { shown: format.count(MOST_ROWS), total: format.count(pairs.length) }) : "";
    body.replaceChildren(...pairs.slice(0, MOST_ROWS).map((pair) => row(next, format, pair)));
  }
  element.addEventListener("toggle", fill);
  return { element, draw: (now) => { next = now; fill(); } };
}

function visiblePairs(head) {
  const all = Array.from({ length: head.n * head.n }, (_, i) => [Math.floor(i / head.n), i % head.n]);
  return all.filter(([query, key]) => !isHidden(head, query, key));
}

function row({ head: { n, pattern, scores }, names }, format, [query, key]) {
  const at = query * n + key;
  const named = (i) => make("bdi", { textContent: `${i + 1} ${names[i]}` });
  return make("tr", {}, make("th", { scope: "row" }, named(query)), make("td", {}, named(key)),
    make("td", { textContent: scores ? format.fixed(scores[at], 3) : "–" }), make("td", { textContent: format.percent(pattern[at], 2) }));
}
