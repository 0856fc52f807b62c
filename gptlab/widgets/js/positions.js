import { tokenNames } from "./lib/naming.js";
import { floats, formatted } from "./lib/numbers.js";
import { outputsFile } from "./lib/positionfile.js";
import { filled } from "./lib/text.js";
import { make } from "./lib/view.js";
import { clockPart } from "./parts/clock.js";
import { outputsPart } from "./parts/outputs.js";
import { positionTable } from "./parts/positiontable.js";
import { reorderPart } from "./parts/reorder.js";
import { savingPart } from "./parts/saving.js";
import { mountTyped } from "./parts/typed.js";

const TRAITS = [
  "text", "checkpoint", "order", "scheme", "first", "second", "pair", "query_position", "key_position", "shuffled", "table",
];

function positionsView(model, root, signal, words) {
  const format = formatted(words.language);
  const change = (values) => {
    for (const [name, value] of Object.entries(values)) model.set(name, value);
    model.save_changes();
  };
  /** An order belongs to the text that it was made for; one that came with the new text stays. */
  const forget = () => {
    const { text, order } = model.get("shuffled");
    if (text !== model.get("text") && String(order) === String(model.get("order"))) model.set("order", []);
  };
  model.on("change:text", forget);
  signal.addEventListener("abort", () => model.off("change:text", forget));

  let shown = null;
  const reorder = reorderPart(words, (order) => change({ order }));
  const outputs = outputsPart(words, format);
  const table = positionTable(words, format, change);
  const clock = clockPart(words, format, change);
  const saving = savingPart(words, "positions", () => outputsFile({ ...shown, words, format }));
  const note = make("p", { className: "note" });
  const alarm = make("p", { className: "alarm" });
  const content = make("div", {}, reorder.element, outputs.element, saving.element);
  root.append(make("div", { className: "positions-view" }, note, alarm, content, table.element, clock.element));

  return () => {
    const answer = model.get("shuffled");
    const opened = model.get("table");
    alarm.textContent = answer.error;
    content.hidden = Boolean(answer.error);
    const left = answer.n_left_out;
    note.textContent = left ? filled(words.newest_only, { shown: format.count(answer.ids.length), left: format.count(left) }) : "";
    if (!answer.error && shown?.answer !== answer) {
      shown = { answer, names: tokenNames(answer), changes: floats(answer.changes), largest: floats(answer.largest) };
      reorder.draw(shown);
      outputs.draw(shown);
    }
    table.draw(opened, { scheme: model.get("scheme"), first: model.get("first"), second: model.get("second") });
    clock.draw(opened, { pair: model.get("pair"), query: model.get("query_position"), key: model.get("key_position") });
  };
}

export function renderPositions({ model, el }) {
  return mountTyped({ model, el }, { name: "positions", traits: TRAITS, output: "shuffled", view: positionsView });
}
export default { render: renderPositions };
