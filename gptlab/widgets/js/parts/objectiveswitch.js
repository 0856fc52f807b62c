import { trainingOf } from "../lib/gaps.js";
import { filled } from "../lib/text.js";
import { make } from "../lib/view.js";
import { titledPart } from "./titled.js";

/** One switch that flips who may look at whom and what is asked: the matrix, and a label per row. */
export function objectiveSwitch(words, format, choose) {
  const radios = ["next", "hidden"].map((kind, i) => {
    const value = ["next", "masked"][i];
    const input = make("input", { type: "radio", value });
    input.addEventListener("change", () => choose(value));
    return { input, value, label: make("label", {}, input, ` ${words[kind]}`) };
  });
  const group = `objective-${Math.random().toString(36).slice(2)}`;
  radios.forEach(({ input }) => { input.name = group; });
  const field = make("fieldset", {}, make("legend", { textContent: words.objective }), ...radios.map(({ label }) => label));
  const table = make("table", { className: "matrix" });
  const box = make("div", { className: "scroll", tabIndex: 0, role: "group", "aria-label": words.matrix }, table);
  const summary = make("p", { className: "summary", "aria-live": "polite" });
  const help = make("p", { className: "note", textContent: words.training_help });
  const { element } = titledPart("training", words.training_title, help, field, summary, box);

  function draw({ answer, names }, objective) {
    for (const { input, value } of radios) input.checked = value === objective;
    const n = names.length;
    const { targets, n_open, sees } = trainingOf(n, answer.gaps, objective);
    const asked = targets.filter((target) => target !== null).length;
    summary.textContent = filled(words.sees_said, { count: format.count(n_open), total: format.count(n * n), number: format.count(asked) });
    const corner = make("th", { scope: "col", textContent: words.token });
    const head = make("tr", {}, corner, ...names.map((name, i) => make("th", { scope: "col", title: name, textContent: String(i + 1) })),
      make("th", { scope: "col", textContent: words.asked_for }));
    const rows = names.map((name, query) => make("tr", {},
      make("th", { scope: "row" }, make("bdi", { textContent: `${query + 1} ${name}` })),
      ...names.map((_, key) => make("td", { className: sees(query, key) ? "open" : "shut", textContent: sees(query, key) ? "●" : "" })),
      make("td", { className: "target", textContent: label(targets[query], query, names) })));
    table.replaceChildren(make("caption", { textContent: words.matrix }), make("thead", {}, head), make("tbody", {}, ...rows));
  }

  function label(target, query, names) {
    if (target === null) return words.not_asked;
    return target === query ? words.the_hidden : names[target];
  }
  return { element, draw };
}
