import { finetuneFile } from "./lib/finetunefile.js";
import { chosenRun } from "./lib/finetuned.js";
import { formatted } from "./lib/numbers.js";
import { filled } from "./lib/text.js";
import { make } from "./lib/view.js";
import { finetuneChoice } from "./parts/finetunechoice.js";
import { labelShares } from "./parts/labelshares.js";
import { finetuneMeasured } from "./parts/finetunemeasured.js";
import { finetuneProofs } from "./parts/finetuneproofs.js";
import { nextShift } from "./parts/nextshift.js";
import { savingPart } from "./parts/saving.js";
import { mountTyped } from "./parts/typed.js";

const CHOICE = ["method", "rank", "n_labels"];
const TRAITS = ["text", ...CHOICE, "table", "answer"];

function finetuneView(model, root, _signal, words) {
  const format = formatted(words.language);
  const change = (values) => {
    for (const [name, value] of Object.entries(values)) model.set(name, value);
    model.save_changes();
  };
  const alarm = make("p", { className: "alarm" });
  const note = make("p", { className: "note" });
  const choice = finetuneChoice(words, format, change);
  const [labels, shift] = [labelShares(words, format), nextShift(words, format)];
  const [measured, proofs] = [finetuneMeasured(words, format), finetuneProofs(words, format)];
  let drawn = null;
  const saving = savingPart(words, "finetune", () => finetuneFile({ ...drawn, words, format }));
  const asked = make("div", {}, labels.element, shift.element, proofs.element);
  root.append(make("div", { className: "finetune-view" }, choice.element, alarm, note, asked, measured.element, saving.element));

  return () => {
    const answer = model.get("answer");
    const table = model.get("table");
    const wanted = Object.fromEntries(CHOICE.map((name) => [name, model.get(name)]));
    choice.draw(wanted, table);
    alarm.textContent = answer.error;
    asked.hidden = Boolean(answer.error);
    note.textContent = answer.n_left_out ? filled(words.newest_only, { shown: format.count(answer.ids.length), left: format.count(answer.n_left_out) }) : "";
    drawn = { answer, table, run: chosenRun(table.runs, answer) };
    if (!answer.error) {
      labels.draw(drawn);
      shift.draw(drawn);
      proofs.draw(answer);
    }
    measured.draw(drawn);
  };
}

export function renderFinetune({ model, el }) {
  return mountTyped({ model, el }, { name: "finetune", traits: TRAITS, output: "answer", view: finetuneView });
}
export default { render: renderFinetune };
