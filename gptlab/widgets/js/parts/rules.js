import { filled } from "../lib/text.js";
import { make } from "../lib/view.js";

const STOPS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 15, 20, 25, 30, 40, 50, 75, 100, 150, 200, 300, 500, 1000, 2000, 5000, 10000, 20000, 50000];
const MOST_TEMPERATURE = 2; // of the slider; Python may set more

/** A range with a name and its value in words. */
function slider(name, options, onMove) {
  const input = make("input", { type: "range", ...options });
  const output = make("output");
  // Beside the label, not in it: a label names the first form element inside, and an output is one.
  const element = make("div", { className: "rule" }, make("label", {}, make("span", { textContent: name }), input), output);
  input.addEventListener("input", () => onMove(input.valueAsNumber));

  function draw(place, value) {
    input.value = String(place);
    output.textContent = value;
    input.setAttribute("aria-valuetext", value);
  }
  return { element, input, draw };
}

/** Temperature, top-k and top-p: the rule that makes a choice of the model's probabilities. */
export function rulesPart(model, words, format) {
  const put = (values) => {
    for (const [name, value] of Object.entries(values)) model.set(name, value);
    model.save_changes();
  };
  const temperature = slider(words.temperature, { min: "0", max: String(MOST_TEMPERATURE), step: "0.05" }, (place) => put({ temperature: place }));
  const topK = slider(words.top_k, { min: "0", step: "1" }, (place) => put({ top_k: stops[place] ?? 0 }));
  const topP = slider(words.top_p, { min: "0.01", max: "1", step: "0.01" }, (place) => put({ top_p: place }));
  const reset = make("button", { type: "button", textContent: words.reset_rule });
  reset.addEventListener("click", () => put({ temperature: 1, top_k: 0, top_p: 1 }));
  const element = make("div", { className: "rules", role: "group", "aria-label": words.rules }, temperature.element, topK.element, topP.element, reset);
  let stops = STOPS;

  function draw(d_vocab) {
    const [warmth, k, p] = ["temperature", "top_k", "top_p"].map((name) => model.get(name));
    stops = STOPS.filter((stop) => stop < d_vocab);
    temperature.input.max = String(Math.max(MOST_TEMPERATURE, warmth));
    topK.input.max = String(stops.length); // one place more than there are stops: all tokens
    temperature.draw(warmth, warmth === 0 ? words.greedy_value : format.fixed(warmth, 2));
    reset.ariaDisabled = String(warmth === 1 && k === 0 && p === 1);
    const above = stops.findIndex((stop) => stop >= k);
    topK.draw(k === 0 || above < 0 ? stops.length : above, k === 0 ? words.all_tokens : filled(words.likeliest, { n: format.count(k) }));
    topP.draw(p, p === 1 ? words.all_tokens : filled(words.reach, { share: format.percent(p, 0) }));
  }
  return { element, draw };
}
