import { bytesOf, formatted } from "./lib/numbers.js";
import { openKept, rightKeys, textOf } from "./lib/remembering.js";
import { curvesFile } from "./lib/curvesfile.js";
import { make, mount } from "./lib/view.js";
import { answersPart } from "./parts/memoryanswers.js";
import { curvesPart } from "./parts/memorycurves.js";
import { insidePart } from "./parts/memoryinside.js";
import { memoryProofs } from "./parts/memoryproofs.js";
import { savingPart } from "./parts/saving.js";

const TRAITS = ["experiment", "distance", "hidden", "watched", "key", "seed", "curves", "weights"];

function memoryView(model, root) {
  const words = model.get("words");
  root.lang = words.language;
  const format = formatted(words.language);
  const now = () => Object.fromEntries(TRAITS.map((name) => [name, model.get(name)]));
  const change = (values) => {
    for (const [name, value] of Object.entries(values)) model.set(name, value);
    model.save_changes();
  };
  const curves = curvesPart(words, format, change);
  const answers = answersPart(words, format, change);
  const inside = insidePart(words, format);
  const proofs = memoryProofs(words, format);
  const chosen = ({ curves: every, experiment }) => every.find(({ name }) => name === experiment);
  const saving = savingPart(words, "memory", () => curvesFile(chosen(now()), now(), words, format));
  root.append(make("div", { className: "memory-view" }, curves.element, answers.element, inside.element, proofs.element, saving.element));
  let [kept, bytes, read, key] = [[], null, null, ""];

  /** What every model makes of the present text; asked again, it is at hand. */
  function answered({ weights, watched, distance, key: letter, seed }) {
    if (weights !== bytes) [bytes, kept, key] = [weights, openKept(bytesOf(weights)), ""];
    const text = { key: letter, distance, seed };
    const asked = JSON.stringify([text, watched]);
    if (asked !== key) {
      const tokens = textOf(text);
      const readings = kept.map((each) => each.read(tokens, each.name === watched));
      const at = kept.findIndex(({ name }) => name === watched);
      read = { text, tokens, kept, readings, inside: kept[at], reading: readings[at], right: rightKeys(kept[at], text) };
      key = asked;
    }
    return read;
  }

  return () => {
    const state = now();
    const found = answered(state);
    curves.draw(chosen(state), state);
    answers.draw(found, state);
    inside.draw(found);
    proofs.draw(found, model.get("recorded"));
  };
}

export function renderMemory({ model, el }) {
  return mount({ model, el }, { name: "memory", traits: TRAITS, build: (root) => memoryView(model, root) });
}
export default { render: renderMemory };
