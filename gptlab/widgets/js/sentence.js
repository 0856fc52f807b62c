import { tokenNames } from "./lib/naming.js";
import { floats, formatted } from "./lib/numbers.js";
import { sentenceFile } from "./lib/sentencefile.js";
import { filled } from "./lib/text.js";
import { make } from "./lib/view.js";
import { savingPart } from "./parts/saving.js";
import { sentenceOrders } from "./parts/sentenceorders.js";
import { sentenceProduct, surprisesOf } from "./parts/sentenceproduct.js";
import { sentenceProofs } from "./parts/sentenceproofs.js";
import { sentenceTokens } from "./parts/sentencetokens.js";
import { mountTyped } from "./parts/typed.js";

const TRAITS = ["text", "checkpoint", "place", "seed", "sentence", "order"];

function sentenceView(model, root, signal, words) {
  const format = formatted(words.language);
  const put = (name, value) => {
    model.set(name, value);
    model.save_changes();
  };
  const product = sentenceProduct(words, format);
  const tokens = sentenceTokens(words, format, (place) => put("place", place));
  const orders = sentenceOrders(words, format, () => put("seed", model.get("seed") + 1));
  const proofs = sentenceProofs(words, format);
  let drawn = null;
  const saving = savingPart(words, "sentence", () => sentenceFile({ ...drawn, words, format }));
  const [note, alarm] = [make("p", { className: "note" }), make("p", { className: "alarm" })];
  const content = make("div", {}, product.element, tokens.element, saving.element, orders.element, proofs.element);
  root.append(make("div", { className: "sentence-view" }, note, alarm, content));

  return () => {
    const [sentence, order] = [model.get("sentence"), model.get("order")];
    alarm.textContent = sentence.error;
    content.hidden = Boolean(sentence.error);
    const left = sentence.n_left_out;
    note.textContent = left ? filled(words.newest_only, { shown: format.count(sentence.ids.length), left: format.count(left) }) : "";
    if (sentence.error) return;
    if (drawn?.sentence !== sentence) {
      drawn = { sentence, names: tokenNames(sentence), ...surprisesOf(sentence, floats) };
      product.draw(drawn);
      tokens.draw(drawn);
      proofs.draw(sentence);
    }
    const place = model.get("place");
    tokens.drawRivals(drawn, place >= 0 && place < drawn.names.length ? place : drawn.names.length - 1);
    const isLate = !order?.totals || order.text !== sentence.text || order.seed !== model.get("seed") || order.checkpoint !== sentence.checkpoint;
    if (order?.totals) orders.draw(order, isLate);
  };
}

export function renderSentence({ model, el }) {
  return mountTyped({ model, el }, { name: "sentence", traits: TRAITS, output: "sentence", view: sentenceView });
}
export default { render: renderSentence };
