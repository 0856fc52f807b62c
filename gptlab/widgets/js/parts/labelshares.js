import { shareWriter } from "../lib/shares.js";
import { make } from "../lib/view.js";
import { titledPart } from "./titled.js";

/** How likely each label is for the learner's text: before, after, and from a model with random weights. */
export function labelShares(words, format) {
  const heads = [words.label, words.before, words.after, words.control].map((textContent) => make("th", { scope: "col", textContent }));
  const body = make("tbody");
  const table = make("table", {}, make("caption", { textContent: words.labels_table }), make("thead", {}, make("tr", {}, ...heads)), body);
  const missing = make("p", { className: "note" });
  const { element } = titledPart("label-shares", words.labels_title, make("p", { className: "note", textContent: words.labels_help }), missing, table);

  const written = shareWriter(format, words);

  function draw({ answer, table: { classes } }) {
    const { before, after, control } = answer.shares;
    missing.textContent = after.length ? "" : words.only_numbers;
    const best = after.indexOf(Math.max(...after));
    body.replaceChildren(...classes.map((name, i) => make("tr", { className: i === best ? "is-best" : "" },
      make("th", { scope: "row", textContent: name }), cell("before", before[i]), cell("after", after[i]), cell("control", control[i]))));
  }

  function cell(className, share) {
    if (share === undefined) return make("td", { className, textContent: "–" });
    const bar = make("span");
    bar.style.width = `${100 * share}%`;
    return make("td", { className }, make("span", { className: "track", "aria-hidden": "true" }, bar), make("span", { textContent: written(share) }));
  }
  return { element, draw };
}
