import { formatted } from "./lib/numbers.js";
import { layersNeeded, pairsOf, readings } from "./lib/lengthmath.js";
import { filled } from "./lib/text.js";
import { make, mount } from "./lib/view.js";
import { costsPart } from "./parts/lengthcosts.js";
import { reachMap, reachPicture } from "./parts/reachmap.js";
import { recallPart } from "./parts/recallcurve.js";
import { savingPart } from "./parts/saving.js";
import { slider } from "./parts/slider.js";
import { titledPart } from "./parts/titled.js";

const TRAITS = ["pattern", "n", "width", "stride", "n_layers", "sizes", "doublings"];
const MOST = { n: 96, width: 32, stride: 32, n_layers: 12 }; // as in length_lab.py
const LEAST = { n: 8, width: 1, stride: 1, n_layers: 1 };
const HAS_STRIDE = { chunks: "step_of_chunks", strided: "every", random: "draws" };

function lengthView(model, root) {
  const words = model.get("words");
  root.lang = words.language;
  const format = formatted(words.language);
  const put = (name, value) => {
    model.set(name, value);
    model.save_changes();
  };

  const choice = make("select", { "aria-label": words.pattern }, ...Object.entries(words.patterns).map(([value, textContent]) => make("option", { value, textContent })));
  choice.addEventListener("change", () => put("pattern", choice.value));
  const named = { n: words.tokens_of_map, width: words.window, stride: words.every, n_layers: words.layers };
  const sliders = Object.fromEntries(Object.entries(named).map(([name, label]) => {
    const part = slider(name, label, (value) => put(name, value), LEAST[name]);
    return [name, part];
  }));
  const controls = make("div", { className: "controls" },
    make("label", { className: "choice" }, make("span", { textContent: words.pattern }), choice),
    ...Object.values(sliders).map((part) => part.element));

  const map = reachMap(words);
  const known = make("p", { className: "known", "aria-live": "polite" });
  const proofs = make("ul", { className: "proof-list" });
  const steps = make("tbody");
  const table = make("details", {}, make("summary", { textContent: words.known_table }),
    make("table", {}, make("thead", {}, make("tr", {}, ...[words.layers, words.known_tokens].map((textContent) => make("th", { scope: "col", textContent })))), steps));
  const seen = titledPart("sees", words.who_sees, make("p", { className: "note", textContent: words.map_help }), map.element,
    make("p", { className: "note", textContent: words.legend }), known, table, proofs);
  const costs = costsPart(words, format, model.get("models"), put);
  const recall = recallPart(words, format, model.get("recorded"));
  const saving = savingPart(words, "length", () => reachPicture(now(), neededNow()));
  root.append(controls, make("div", { className: "columns" }, seen.element, make("div", {}, costs.element, recall.element)), saving.element);

  function now() {
    return Object.fromEntries(TRAITS.map((name) => [name, model.get(name)]));
  }

  function neededNow() {
    const { pattern, n, width, stride, n_layers } = now();
    return layersNeeded(pattern, { width, stride }, n, n_layers);
  }

  function drawTable(needed, { n, n_layers }) {
    const last = needed.subarray((n - 1) * n);
    steps.replaceChildren(...Array.from({ length: n_layers + 1 }, (_, layers) => make("tr", {},
      make("th", { scope: "row", textContent: String(layers) }),
      make("td", { textContent: format.count(last.filter((each) => each >= 0 && each <= layers).length) }))));
  }

  function drawProofs({ pattern, n, width, stride }, { direct, future }) {
    const total = pairsOf(pattern, { width, stride }, n);
    const lines = [[future === 0, filled(words.proof_future, { n: format.count(future) })]];
    const isShared = pattern === "chunks" && stride < width;
    lines.push(isShared ? [true, words.proof_apart]
      : [direct === total, filled(words.proof_pairs, { n: format.count(direct), total: format.count(total) })]);
    proofs.replaceChildren(...lines.map(([isRight, textContent]) => make("li", { className: isRight ? "right" : "wrong", textContent })));
  }

  return () => {
    const state = now();
    choice.value = state.pattern;
    for (const [name, part] of Object.entries(sliders)) part.draw(state[name], MOST[name], format.count(state[name]));
    const name = HAS_STRIDE[state.pattern];
    sliders.stride.element.hidden = !name;
    sliders.stride.element.firstChild.textContent = words[name ?? "every"];
    sliders.width.element.hidden = ["full", "strided"].includes(state.pattern);
    const needed = neededNow();
    const read = readings(needed, state.n);
    map.draw(needed, state.n, state.n_layers);
    known.textContent = filled(words.known, { n: format.count(read.known), total: format.count(state.n), steps: format.count(read.farthest) });
    drawTable(needed, state);
    drawProofs(state, read);
    costs.draw(state);
    recall.draw(state.pattern);
  };
}

export function renderLength({ model, el }) {
  return mount({ model, el }, { name: "length", traits: TRAITS, build: (root) => lengthView(model, root) });
}
export default { render: renderLength };
