import { fromHex } from "../lib/bytes.js";
import { spoken, tokenLabels } from "../lib/labels.js";
import { tokenText } from "../lib/naming.js";
import { filled } from "../lib/text.js";
import { make } from "../lib/view.js";

/** The tokens that a model reads, the written ones told from the text's, and the one that is drawn. */
export function chipsPart(words, count) {
  const element = make("div", { className: "chips", tabIndex: 0, role: "group" });
  const note = make("p", { className: "note" });
  const ghost = make("span", { className: "chip ghost" });

  function draw({ ids, bytes, lengths, n_text, n_left_out, n_ctx }) {
    const labels = tokenLabels(fromHex(bytes), lengths);
    const chips = labels.map((label, i) => make("bdi", {
      className: `chip ${i < n_text ? "given" : "added"}`, textContent: spoken(label), title: filled(words.chip, { id: ids[i] }),
    }));
    element.replaceChildren(...chips, ghost);
    element.setAttribute("aria-label", filled(words.tokens_read, { n: count(n_text), count: count(ids.length - n_text) }));
    element.scrollTop = element.scrollHeight;
    note.textContent = n_left_out ? filled(words.left_out, { n: count(n_ctx), count: count(n_left_out) }) : "";
  }

  function drawNext(token, bytesOf) {
    ghost.textContent = filled(words.ghost, { token: tokenText(bytesOf(token)) });
  }
  return { element, note, draw, drawNext };
}
