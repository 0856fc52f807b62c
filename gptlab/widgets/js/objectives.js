import { MARK } from "./lib/gaps.js";
import { tokenNames } from "./lib/naming.js";
import { formatted } from "./lib/numbers.js";
import { fillingsFile } from "./lib/objectivefile.js";
import { filled } from "./lib/text.js";
import { make } from "./lib/view.js";
import { fillingsPart } from "./parts/fillings.js";
import { leakTest } from "./parts/leaktest.js";
import { objectiveSwitch } from "./parts/objectiveswitch.js";
import { savingPart } from "./parts/saving.js";
import { mountTyped } from "./parts/typed.js";

const TRAITS = ["text", "objective", "place", "answer"];

function objectivesView(model, root, signal, words) {
  const format = formatted(words.language);
  const change = (name) => (value) => {
    model.set(name, value);
    model.save_changes();
  };
  const insert = make("button", { type: "button", textContent: words.insert_gap });
  insert.addEventListener("click", () => {
    const input = root.querySelector("textarea");
    input.setRangeText(MARK, input.selectionStart, input.selectionEnd, "end");
    input.dispatchEvent(new Event("input"));
    input.focus();
  }, { signal });
  const [fillings, leak] = [fillingsPart(words, format), leakTest(words, format, change("place"))];
  const training = objectiveSwitch(words, format, change("objective"));
  let drawn = null;
  const saving = savingPart(words, "objectives", () => fillingsFile({ ...drawn, words, format }));
  const [note, alarm] = [make("p", { className: "note" }), make("p", { className: "alarm" })];
  const content = make("div", {}, fillings.element, saving.element, training.element, leak.element);
  root.append(make("div", { className: "objectives-view" }, insert, note, alarm, content));

  return () => {
    const answer = model.get("answer");
    alarm.textContent = answer.error;
    content.hidden = Boolean(answer.error);
    const left = answer.n_left_out;
    note.textContent = left ? filled(words.newest_only, { shown: format.count(answer.ids.length), left: format.count(left) }) : "";
    if (answer.error) return;
    if (drawn?.answer !== answer) {
      drawn = { answer, names: tokenNames(answer) };
      fillings.draw(drawn);
      leak.draw(drawn);
    }
    training.draw(drawn, model.get("objective"));
  };
}

export function renderObjectives({ model, el }) {
  return mountTyped({ model, el }, { name: "objectives", traits: TRAITS, output: "answer", view: objectivesView });
}
export default { render: renderObjectives };
