import { letterOf, likeliest, N_SYMBOLS } from "../lib/remembering.js";
import { filled } from "../lib/text.js";
import { make } from "../lib/view.js";
import { titledPart } from "./titled.js";

/**
 * One text of the recall task, and what each model answers at its end.
 * @param {(values: Record<string, unknown>) => void} change
 */
export function answersPart(words, format, change) {
  const keys = make("select", {}, ...Array.from({ length: N_SYMBOLS }, (_, key) =>
    make("option", { value: String(key), textContent: letterOf(N_SYMBOLS + key) })));
  const chooser = make("label", { className: "chooser" }, make("span", { textContent: words.key_letter }), keys);
  const other = make("button", { type: "button", textContent: words.other_noise });
  const line = make("p", { className: "letters", tabIndex: 0, role: "group", "aria-label": words.text_title });
  const body = make("tbody");
  const names = [words.model_column, words.answer, words.share_right, words.numbers_kept, words.watched];
  const heads = names.map((textContent) => make("th", { scope: "col", textContent }));
  const table = make("table", {}, make("caption", { textContent: words.answers_table }), make("thead", {}, make("tr", {}, ...heads)), body);
  const { element } = titledPart("answers", words.text_title, make("p", { className: "note", textContent: words.text_help }),
    make("div", { className: "controls" }, chooser, other), line, make("div", { className: "wide" }, table));
  let seed = 0;
  let boxes = [];

  keys.addEventListener("change", () => change({ key: Number(keys.value) }));
  other.addEventListener("click", () => change({ seed: seed + 1 }));

  function draw({ tokens, kept, readings, text }, { watched }) {
    seed = text.seed;
    keys.value = String(text.key);
    const [first, last] = [make("strong", { textContent: letterOf(tokens[0]) }), make("strong", { textContent: "?" })];
    line.replaceChildren(first, tokens.slice(1, -1).map(letterOf).join(""), last);
    if (boxes.length === 0) boxes = kept.map(({ name }) => radio(name));
    const rows = kept.map(({ name, nKept }, i) => {
      const { shares } = readings[i];
      const best = likeliest(shares);
      const said = filled(best === text.key ? words.is_right : words.is_wrong, { text: letterOf(best < N_SYMBOLS ? N_SYMBOLS + best : best) });
      boxes[i].checked = name === watched;
      return [name, said, format.percent(shares[text.key]), format.count(nKept)];
    });
    if (body.childElementCount === 0) {
      body.append(...rows.map(([name], i) => make("tr", {}, make("th", { scope: "row", textContent: name }), make("td"), make("td"), make("td"), make("td", {}, boxes[i]))));
    }
    rows.forEach(([, ...cells], i) => cells.forEach((cell, j) => { body.rows[i].cells[j + 1].textContent = cell; }));
  }

  function radio(name) {
    const box = make("input", { type: "radio", "aria-label": `${words.watched}: ${name}` });
    box.addEventListener("change", () => change({ watched: name }));
    return box;
  }
  return { element, draw };
}
