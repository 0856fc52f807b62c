import { within } from "./lib/heads.js";
import { tokenNames } from "./lib/naming.js";
import { floats, formatted } from "./lib/numbers.js";
import { stages } from "./lib/lens.js";
import { shareWriter } from "./lib/shares.js";
import { filled } from "./lib/text.js";
import { make } from "./lib/view.js";
import { spellings } from "./lib/vocabulary.js";
import { xrayFile } from "./lib/xrayfile.js";
import { lensPart } from "./parts/lens.js";
import { savingPart } from "./parts/saving.js";
import { mountTyped } from "./parts/typed.js";
import { countsPart } from "./parts/xraycounts.js";
import { drawingPart } from "./parts/xraydrawing.js";
import { changePart } from "./parts/xraychange.js";
import { vectorsPart } from "./parts/xrayvectors.js";
import { placesPart } from "./parts/xrayplaces.js";
import { xrayProofs } from "./parts/xrayproofs.js";

export const XRAY_TRAITS = ["text", "checkpoint", "part", "position", "off", "xray", "effect", "vocabulary"];

/**
 * Everything about a model seen through but the text field; returns what draws it.
 * @param {import("@anywidget/types").AnyModel} model with XRAY_TRAITS
 * @param {HTMLElement} root
 * @param {AbortSignal} signal
 * @param {Record<string, string>} words
 */
export function xrayView(model, root, signal, words) {
  const format = formatted(words.language);
  const written = shareWriter(format, words);
  const put = (name, value) => {
    model.set(name, value);
    model.save_changes();
  };
  const [note, alarm] = [make("p", { className: "note" }), make("p", { className: "alarm" })];
  const places = placesPart(words, (position) => put("position", position));
  const drawing = drawingPart(words, format, (part) => put("part", part));
  const chosen = vectorsPart(words, format, {
    onSwitch: (part) => {
      const off = model.get("off");
      put("off", off.includes(part) ? off.filter((other) => other !== part) : [...off, part]);
    },
  });
  const change = changePart(words, format, written, () => put("off", []));
  const lens = lensPart(words, written, format);
  const counts = countsPart(words, format, drawing.nameOf);
  const proofs = xrayProofs(words, format);
  let shown = { xray: null };
  const saving = savingPart(words, "model", () => xrayFile({ ...shown, words, format, nameOf: drawing.nameOf }));
  // Bars and checks look as they do beside attention; the lens looks as it does beside a next token.
  const asAttention = (...children) => make("div", { className: "attention-view" }, ...children);
  const right = make("div", { className: "beside" }, asAttention(chosen.element, change.element), lens.element);
  const content = make("div", { className: "content" },
    places.element, make("div", { className: "halves" }, drawing.element, right), counts.element, asAttention(proofs.element), saving.element);
  root.append(make("div", { className: "xray-view next-token-view" }, note, alarm, content));

  return () => {
    const xray = model.get("xray");
    alarm.textContent = xray.error;
    content.hidden = Boolean(xray.error);
    const left = xray.n_left_out;
    note.textContent = left ? filled(words.newest_only, { shown: format.count(xray.ids.length), left: format.count(left) }) : "";
    if (xray.error) return;
    const isNew = xray !== shown.xray;
    if (isNew) {
      const logits = floats(xray.lens);
      const final = bestOf(logits.subarray(logits.length - xray.sizes.d_vocab));
      const bytesOf = spellings(model.get("vocabulary"));
      const rows = stages(logits, xray.sizes.d_vocab, final);
      shown = { xray, names: tokenNames(xray), rows, bytesOf };
      lens.draw(rows, final, xray.sizes.d_vocab, bytesOf);
      counts.draw(xray);
      proofs.draw(xray);
    }
    const n = shown.names.length;
    places.draw(shown.names, within(model.get("position") ?? n - 1, n));
    drawing.draw(shown, { part: model.get("part"), off: model.get("off") });
    chosen.draw(shown, { part: xray.part, off: model.get("off"), name: drawing.nameOf(xray.part) });
    change.draw(shown, { effect: model.get("effect"), isAnswered: isAnswered(model), nameOf: drawing.nameOf });
  };
}

/** Whether the effect belongs to what is shown. */
function isAnswered(model) {
  const [effect, xray] = [model.get("effect"), model.get("xray")];
  if (!effect) return false; // a page answers in two parts
  return ["text", "checkpoint", "position", "off"].every((name) => String(effect[name]) === String(xray[name]));
}

function bestOf(numbers) {
  return numbers.reduce((best, number, i) => (number > numbers[best] ? i : best), 0);
}

export function renderXRay({ model, el }) {
  return mountTyped({ model, el }, { name: "xray", traits: XRAY_TRAITS, output: "xray", view: xrayView });
}
export default { render: renderXRay };
