import { sequenceOf, unrolled } from "./lib/unrolling.js";
import { graphOf } from "./lib/unrolledgraph.js";
import { formatted } from "./lib/numbers.js";
import { sizeWriter } from "./lib/sizes.js";
import { filled } from "./lib/text.js";
import { make, mount } from "./lib/view.js";
import { distancePart } from "./parts/distances.js";
import { gradientMap } from "./parts/gradientmap.js";
import { savingPart } from "./parts/saving.js";
import { stepTable } from "./parts/steptable.js";
import { textField } from "./parts/textfield.js";
import { unrolledSettings } from "./parts/unrolledsettings.js";
import { walkPart } from "./parts/walk.js";
import { walkProofs } from "./parts/walkproofs.js";
import { weightSums } from "./parts/weightsums.js";

const SETTINGS = ["losses", "truncation", "radius", "recurrence", "squash", "seed"];
const TRAITS = ["text", "walked", ...SETTINGS];
const INKS = { ink: "#1b1b1b", quiet: "#595959", line: "#bbbbbb", flow: "#b84a00", cut: "#b3261e" }; // on white, in a file

function bpttView(model, root, signal) {
  const words = model.get("words");
  root.lang = words.language;
  const format = formatted(words.language);
  const size = sizeWriter(format);
  const change = (values) => {
    for (const [name, value] of Object.entries(values)) model.set(name, value);
    model.save_changes();
  };
  // The view computes, so the present text is answered at once.
  const field = textField(model, words, signal, () => model.get("text"));
  const [note, alarm] = [make("p", { className: "note" }), make("p", { className: "alarm", role: "alert" })];
  const walking = walkPart(words, format, size, (walked) => change({ walked }));
  const settings = unrolledSettings(words, format, change);
  const map = gradientMap(words, format, size);
  const distances = distancePart(words, format, size);
  const sums = weightSums(words, format, size);
  const table = stepTable(words, format, size);
  const proofs = walkProofs(words, format);
  let [shown, key] = [null, ""];
  const saving = savingPart(words, "backprop-through-time", () => graphOf(shown, words, format, size, INKS));
  const panels = make("div", { className: "panels" }, map.element, distances.element);
  const content = make("div", {}, walking.element, settings.element, panels, sums.element, table.element, proofs.element, saving.element);
  root.append(field.element, make("div", { className: "bptt-view" }, note, alarm, content));

  function answered() {
    const text = model.get("text");
    const settings = Object.fromEntries(SETTINGS.map((name) => [name, model.get(name)]));
    const asked = JSON.stringify([text, settings]);
    if (asked === key) return shown?.walk ?? null;
    key = asked;
    const sequence = sequenceOf(text);
    return sequence.alphabet.length > 1 ? unrolled(sequence, settings) : null;
  }

  return () => {
    field.update();
    const walk = answered();
    alarm.textContent = walk ? "" : words.too_little;
    content.hidden = !walk;
    if (!walk) {
      [shown, note.textContent] = [null, ""];
      return;
    }
    const n = walk.steps.length;
    const isNew = shown?.walk !== walk;
    shown = { walk, walked: Math.min(Math.max(model.get("walked"), 0), n) };
    const left = walk.sequence.nLeftOut;
    note.textContent = left ? filled(words.newest_signs, { shown: format.count(n + 1), left: format.count(left) }) : "";
    walking.draw(shown);
    settings.draw(walk);
    map.draw(shown);
    distances.draw(shown);
    sums.draw(shown);
    table.draw(shown);
    if (isNew) proofs.draw(walk, { ...model.get("recorded") }, model.get("text"));
  };
}

export function renderBPTT({ model, el }) {
  return mount({ model, el }, { name: "bptt", traits: TRAITS, build: (root, signal) => bpttView(model, root, signal) });
}
export default { render: renderBPTT };
