import { STATES, VERDICTS, countedBy } from "../lib/claiming.js";
import { filled } from "../lib/text.js";
import { make } from "../lib/view.js";
import { titledPart } from "./titled.js";

/**
 * What the list is narrowed by, and how the chosen claims spread over verdicts and states.
 * @param {Record<string, any>} words
 * @param {ReturnType<typeof import("../lib/numbers.js").formatted>} format
 * @param {{lessons: Record<string, string>, articles: string[]}} data
 * @param {(values: Record<string, string | boolean | number>) => void} change
 */
export function filtersPart(words, format, { lessons, articles }, change) {
  const lessonNames = Object.entries(lessons).map(([value, name]) => [value, filled(words.lesson_name, { number: String(Number(value)), name })]);
  const choices = {
    verdict: choice(words.verdict, VERDICTS.map((each) => [each, words.verdicts[each]])),
    state_of_claim: choice(words.state, STATES.map((each) => [each, words.states[each]])),
    lesson: choice(words.lesson, lessonNames),
    article: choice(words.article, articles.map((name) => [name, name])),
  };
  for (const [name, { select }] of Object.entries(choices)) {
    select.addEventListener("change", () => change({ [name]: select.value, page: 0 }));
  }
  const query = make("input", { type: "search", autocomplete: "off", spellcheck: false });
  query.addEventListener("input", (event) => { if (!event.isComposing) change({ query: query.value, page: 0 }); });
  query.addEventListener("compositionend", () => change({ query: query.value, page: 0 }));
  const reveal = make("input", { type: "checkbox" });
  reveal.addEventListener("change", () => change({ reveal: reveal.checked }));
  const shown = make("p", { className: "shown", role: "status" });
  const body = make("tbody");
  const head = make("thead", {}, make("tr", {}, ...["", words.claims_column, words.share_column].map((textContent) => make("th", { scope: "col", textContent }))));
  const table = make("table", { className: "spread" }, make("caption", { textContent: words.counts_table }), head, body);
  const bars = make("div", { className: "bars", role: "img" });
  const proofs = make("ul", { className: "proof-list" });
  const element = titledPart("filters", words.filters,
    make("div", { className: "controls" }, ...Object.values(choices).map((each) => each.element),
      make("label", { className: "choice" }, make("span", { textContent: words.query }), query),
      make("label", { className: "check" }, reveal, make("span", { textContent: words.reveal }))),
    shown, bars, table, proofs).element;

  function choice(label, options) {
    const select = make("select", { "aria-label": label }, make("option", { value: "", textContent: words.every }),
      ...options.map(([value, textContent]) => make("option", { value, textContent })));
    return { select, element: make("label", { className: "choice" }, make("span", { textContent: label }), select) };
  }

  function line(name, count, n) {
    return make("tr", {}, make("th", { scope: "row", textContent: name }), make("td", { textContent: format.count(count) }),
      make("td", { textContent: n ? format.percent(count / n, 0) : "–" }));
  }

  function draw(state, chosen, n) {
    for (const [name, { select }] of Object.entries(choices)) select.value = state[name];
    if (query.value.trim() !== state.query.trim()) query.value = state.query;
    reveal.checked = state.reveal;
    const [verdicts, states] = [countedBy(chosen, "verdict"), countedBy(chosen, "state")];
    shown.textContent = chosen.length ? filled(words.shown_count, { shown: format.count(chosen.length), total: format.count(n) }) : words.no_claims;
    const spread = VERDICTS.map((verdict) => [words.verdicts[verdict], verdicts[verdict]]);
    body.replaceChildren(...[...spread, ...STATES.map((each) => [words.states[each], states[each]])]
      .map(([name, count]) => line(name, count, chosen.length)));
    bars.setAttribute("aria-label", `${words.counts_label}. ${spread.map(([name, count]) => `${name}: ${count}`).join(", ")}`);
    bars.replaceChildren(...VERDICTS.map((verdict, i) => {
      const bar = make("span", { className: `bar of-${i}`, title: words.verdicts[verdict] });
      bar.style.flexGrow = String(verdicts[verdict]);
      return bar;
    }));
    const [ofVerdicts, ofStates] = [verdicts, states].map((counts) => Object.values(counts).reduce((a, b) => a + b, 0));
    proofs.replaceChildren(
      proof(ofVerdicts === chosen.length, filled(words.proof_sum, { n: format.count(ofVerdicts) })),
      proof(ofStates === chosen.length, filled(words.proof_all, {
        n: format.count(states.measured), count: format.count(states.cited), total: format.count(states.open), shown: format.count(chosen.length) })));
    return verdicts;
  }

  function proof(isRight, textContent) {
    return make("li", { className: isRight ? "right" : "wrong", textContent });
  }
  return { element, draw };
}
