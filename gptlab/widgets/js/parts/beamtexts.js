import { compared } from "../lib/beamlayout.js";
import { fromHex } from "../lib/bytes.js";
import { tokenText } from "../lib/naming.js";
import { filled } from "../lib/text.js";
import { make } from "../lib/view.js";
import { titledPart } from "./titled.js";

const SEED = 0; // as in beam_tree_numbers.py

/** What the search found beside greedy decoding and a drawn text. */
export function beamTexts(words, format) {
  const body = make("tbody");
  const names = [words.way, words.continuation, words.total, words.per_token];
  const table = make("table", { className: "texts" },
    make("thead", {}, make("tr", {}, ...names.map((textContent) => make("th", { scope: "col", textContent })))), body);
  const said = make("p", { className: "compared", "aria-live": "polite" });
  const box = make("div", { className: "scroll", tabIndex: 0, role: "group", "aria-label": words.texts_title }, table);
  const { element } = titledPart("found", words.texts_title, make("p", { className: "note", textContent: words.texts_help }), box, said);

  function draw({ best, greedy, drawn, width }) {
    const rows = [[words.by_beam, best], [words.by_greedy, greedy], [filled(words.by_draw, { seed: SEED }), drawn]];
    body.replaceChildren(...rows.map(([name, text]) => make("tr", {},
      make("th", { scope: "row", textContent: name }),
      make("td", {}, make("bdi", { className: "text", textContent: tokenText(fromHex(text.bytes)) })),
      make("td", { className: "number", textContent: format.fixed(text.log_prob, 2) }),
      make("td", { className: "number", textContent: format.fixed(text.log_prob / text.n_tokens, 2) }))));
    const messages = { same: words.same_text, lengths: words.lengths_differ, likelier: words.other_text, less: words.less_text };
    const kind = compared(best, greedy);
    const times = Math.exp(best.log_prob - greedy.log_prob);
    said.textContent = filled(messages[kind], { n: kind === "less" ? format.count(width) : format.fixed(times, 1) });
  }
  return { element, draw };
}

/** Every candidate of every step; built when it is opened. */
export function candidateTable(words, format) {
  const body = make("tbody");
  const names = ["step", "text", "own", "log_prob", "score", "state"];
  const table = make("table", { className: "candidates" },
    make("thead", {}, make("tr", {}, ...names.map((name) => make("th", { scope: "col", textContent: words.columns[name] })))), body);
  const element = make("details", {}, make("summary", { textContent: words.table }),
    make("div", { className: "scroll", tabIndex: 0, role: "group", "aria-label": words.table }, table));
  let shown = null;
  let drawn = null;

  function fill() {
    if (!element.open || drawn === shown) return;
    drawn = shown;
    body.replaceChildren(...shown.spots.flat().map(({ step, place, node }) => {
      const state = [node.rank >= 0 ? filled(words.node_kept, { rank: node.rank + 1 }) : words.node_dropped,
        ...(node.ended ? [words.ended] : []), ...(node.greedy ? [words.greedy_mark] : [])];
      return make("tr", {},
        make("th", { scope: "row", textContent: format.count(step + 1) }),
        make("td", {}, make("bdi", { className: "text", textContent: tokenText(shown.bytesOf(step, place)) })),
        make("td", { className: "number", textContent: node.carried ? "–" : format.percent(Math.exp(node.own), 2) }),
        make("td", { className: "number", textContent: format.fixed(node.log_prob, 3) }),
        make("td", { className: "number", textContent: format.fixed(node.score, 3) }),
        make("td", { textContent: state.join(", ") }));
    }));
  }
  element.addEventListener("toggle", fill);
  return { element, draw: (next) => { shown = next; fill(); } };
}
