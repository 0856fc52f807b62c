import { floats } from "../lib/numbers.js";
import { filled } from "../lib/text.js";
import { make } from "../lib/view.js";
import { titledPart } from "./titled.js";

const CLOSE = 1e-3; // float32 through four blocks

/** Which predictions move when one token is replaced, in both models, and what was checked. */
export function leakTest(words, format, choose) {
  const select = make("select");
  select.addEventListener("change", () => choose(Number(select.value)));
  const label = make("label", { className: "chooser" }, make("span", { textContent: words.replaced }), select);
  const head = make("tr", {}, ...[words.token, words.moved_causal, words.moved_masked].map((text) => make("th", { scope: "col", textContent: text })));
  const body = make("tbody");
  const table = make("table", {}, make("caption", { textContent: words.leak_table }), make("thead", {}, head), body);
  const box = make("div", { className: "scroll", tabIndex: 0, role: "group", "aria-label": words.leak_table }, table);
  const summary = make("p", { className: "summary", "aria-live": "polite" });
  const proofs = make("ul", { className: "proof-list", "aria-label": words.checked });
  const help = make("p", { className: "note", textContent: words.leak_help });
  const { element } = titledPart("leak", words.leak_title, help, label, summary, box, proofs);

  function draw({ answer, names }) {
    const n = names.length;
    const { changed } = answer;
    const moved = floats(answer.moved);
    select.replaceChildren(...names.map((name, i) => make("option", { value: String(i), textContent: `${i + 1} ${name}` })));
    select.value = String(changed);
    body.replaceChildren(...names.map((name, at) => make("tr", { className: at === changed ? "is-replaced" : "" },
      make("th", { scope: "row" }, make("bdi", { textContent: `${at + 1} ${name}` })),
      cell(moved[at]), cell(moved[n + at]))));
    const before = (row) => Array.from(moved.subarray(row * n, row * n + changed));
    const count = (row) => format.count(before(row).filter((change) => change > 0).length);
    summary.textContent = filled(words.leak_said, { first: count(0), n: format.count(changed), second: count(1) });
    const lines = [[before(0).every((change) => change === 0), filled(words.proof_causal, { count: format.count(changed) })]];
    const off = answer.from_recorded;
    if (typeof off === "number") lines.push([off < CLOSE, filled(words.proof_recorded, { deviation: format.power(off) })]);
    proofs.replaceChildren(...lines.map(([isRight, textContent]) => make("li", { className: isRight ? "right" : "wrong", textContent })));
  }

  function cell(change) {
    return make("td", { className: change ? "moved" : "still", textContent: change ? format.fixed(change, 3) : words.unmoved });
  }
  return { element, draw };
}
