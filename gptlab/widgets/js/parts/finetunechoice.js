import { METHODS, choicesOf } from "../lib/finetuned.js";
import { make } from "../lib/view.js";
import { slider } from "./slider.js";
import { titledPart } from "./titled.js";

/** Which weights are trained, how wide an adapter is, and how many labels there are. */
export function finetuneChoice(words, format, change) {
  const names = { lora: words.lora, "last-layer": words.last_layer, full: words.full, scratch: words.scratch };
  const group = `method-${Math.random().toString(36).slice(2)}`;
  const radios = METHODS.map((value) => {
    const input = make("input", { type: "radio", value, name: group });
    input.addEventListener("change", () => change({ method: value }));
    return { input, label: make("label", {}, input, ` ${names[value]}`) };
  });
  const field = make("fieldset", {}, make("legend", { textContent: words.method }), ...radios.map(({ label }) => label));
  let [ranks, counts] = [[], []];
  const ranking = slider("rank", words.rank, (at) => change({ rank: ranks[at] }));
  const labels = slider("labels", words.n_labels, (at) => change({ n_labels: counts[at] }));
  const help = make("p", { className: "note", textContent: words.choice_help });
  const { element } = titledPart("choice", words.choice, help, field, make("div", { className: "sliders" }, ranking.element, labels.element));

  function draw({ method, rank, n_labels }, { runs }) {
    ({ ranks, counts } = choicesOf(runs));
    for (const { input } of radios) input.checked = input.value === method;
    ranking.element.hidden = method !== "lora";
    ranking.draw(ranks.indexOf(rank), ranks.length - 1, format.count(rank));
    labels.draw(counts.indexOf(n_labels), counts.length - 1, format.count(n_labels));
  }
  return { element, draw };
}
