import { fromHex } from "../lib/bytes.js";
import { tokenText } from "../lib/naming.js";
import { piecesAt } from "../lib/replay.js";
import { filled } from "../lib/text.js";
import { make } from "../lib/view.js";
import { tokenList } from "./tokenlist.js";

/** A slider through the merges that make the tokens of this text, one by one. */
export function mergesPart(model, words, onChoose) {
  const title = make("span");
  const slider = make("input", { type: "range", min: "0", step: "1" });
  const said = make("p", { className: "said" });
  const list = tokenList(words, onChoose);
  const note = make("p", { className: "note" });
  const element = make("section", { className: "merges" }, make("label", {}, title, slider), said, list.element, note);

  slider.addEventListener("input", () => {
    const last = slider.valueAsNumber === Number(slider.max);
    model.set("step", last ? null : slider.valueAsNumber); // null: all merges, of the next text too
    model.save_changes();
  });

  function draw({ name, replay }, n_code_points, showBytes) {
    const n = replay.merges.length;
    const step = Math.min(model.get("step") ?? n, n);
    const { lengths, ids } = piecesAt(replay, step);
    title.textContent = filled(words.merges, { name });
    slider.max = String(n);
    slider.value = String(step);
    slider.disabled = n === 0;
    said.textContent = sentence(words, replay.merges, step);
    slider.setAttribute("aria-valuetext", said.textContent);
    const label = filled(words.list, { name: `${title.textContent}, ${said.textContent}`, tokens: ids.length });
    list.draw({ label, bytes: fromHex(replay.bytes), lengths, ids, total: ids.length, showBytes });
    const whole = replay.n_characters === n_code_points;
    note.textContent = whole ? "" : filled(words.beginning, { n: replay.n_characters });
  }
  return { element, draw };
}

function sentence(words, merges, step) {
  if (step === 0) return words.merge_none;
  const [index, left, right] = merges[step - 1];
  const text = (hex) => tokenText(fromHex(hex));
  const values = { left: text(left), right: text(right), joined: text(left + right) };
  return filled(words.merge, { ...values, step, n: merges.length, id: 256 + index });
}
