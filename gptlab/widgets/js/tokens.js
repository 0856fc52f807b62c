import { fromHex } from "./lib/bytes.js";
import { filled } from "./lib/text.js";
import { make, mount } from "./lib/view.js";
import { mergesPart } from "./parts/merges.js";
import { countsTable, tokenTable } from "./parts/tables.js";
import { textField } from "./parts/textfield.js";
import { tokenList } from "./parts/tokenlist.js";

/** One tokenizer's tokens, its error if it has one, and what was checked about the numbers. */
function tokenizerSection(words, format, onChoose, onLeave) {
  const title = make("h4");
  const list = tokenList(words, onChoose, onLeave);
  const note = make("p", { className: "note" });
  const proof = make("p", { className: "proof" });
  const element = make("section", {}, title, list.element, note, proof);

  function draw(cut, n_bytes, showBytes) {
    const { name, ids, lengths, n_tokens, error } = cut;
    const label = filled(words.list, { name, tokens: format(n_tokens) });
    title.textContent = label;
    const bytes = fromHex(cut.bytes);
    list.draw({ label, bytes, lengths, ids, total: n_tokens, showBytes });
    list.element.hidden = ids.length === 0;
    const more = n_tokens - ids.length;
    note.textContent = error || (more ? filled(words.more, { n: format(more) }) : "") || (n_tokens ? "" : words.none);
    const sums = { tokens: format(cut.n_bytes), bytes: format(n_bytes) };
    proof.textContent = error ? "" : filled(cut.equal && cut.n_bytes === n_bytes ? words.equal : words.differs, sums);
    proof.classList.toggle("wrong", !cut.equal);
  }
  return { element, draw, focusAt: list.focusAt };
}

/** One section for each tokenizer; the up and down keys go from one to the next at the same byte. */
function tokenizerSections(words, format, onChoose) {
  const element = make("div", { className: "columns" });
  let sections = [];

  function draw({ tokenizers, n_bytes }, showBytes) {
    if (sections.length !== tokenizers.length) {
      sections = tokenizers.map((_, i) =>
        tokenizerSection(words, format, onChoose, (way, place) => sections[i + way]?.focusAt(place)),
      );
      element.replaceChildren(...sections.map((section) => section.element));
    }
    sections.forEach((section, i) => section.draw(tokenizers[i], n_bytes, showBytes));
  }
  return { element, draw };
}

function build(model, root, signal) {
  const words = model.get("words");
  const format = (n, digits = 0) =>
    n.toLocaleString(words.language, { minimumFractionDigits: digits, maximumFractionDigits: digits });
  const chosen = make("p", { className: "chosen", "aria-live": "polite", textContent: words.choose });
  const choose = (label) => { if (chosen.textContent !== label) chosen.textContent = label; };
  const field = textField(model, words, signal);
  const counts = countsTable(words, format);
  const sections = tokenizerSections(words, format, choose);
  const merges = mergesPart(model, words, choose);
  const table = tokenTable(words);
  const box = make("input", { type: "checkbox" });
  const check = make("label", { className: "check" }, box, make("span", { textContent: words.show_bytes }));
  root.lang = words.language;
  root.append(field.element, counts.element, check, sections.element, chosen, merges.element, table.element);
  box.addEventListener("change", () => {
    model.set("show_bytes", box.checked);
    model.save_changes();
  });

  let [result, step, showBytes] = [null, null, null]; // as last drawn
  return () => {
    field.update();
    const [newer, newStep, newBytes] = ["result", "step", "show_bytes"].map((name) => model.get(name));
    const same = newer === result && newBytes === showBytes;
    if (same && newStep === step) return;
    [result, step, showBytes] = [newer, newStep, newBytes];
    box.checked = showBytes;
    choose(words.choose); // a list that has the focus says its token again when it is drawn
    const replayed = result.tokenizers.find(({ replay }) => replay);
    merges.element.hidden = !replayed;
    if (replayed) merges.draw(replayed, result.n_code_points, showBytes);
    if (same) return;
    counts.draw(captionOf(words, format, result), result);
    sections.draw(result, showBytes);
    table.draw(result.tokenizers);
  };
}

function captionOf(words, format, { n_bytes, n_characters, n_code_points }) {
  const joined = n_characters !== n_code_points;
  const values = { bytes: n_bytes, characters: n_characters, code_points: n_code_points };
  const shown = Object.entries(values).map(([name, n]) => [name, format(n)]);
  return filled(joined ? words.counts_joined : words.counts, Object.fromEntries(shown));
}

function render({ model, el }) {
  return mount({ model, el }, {
    name: "tokens",
    traits: ["text", "result", "step", "show_bytes"],
    build: (root, signal) => build(model, root, signal),
  });
}
export default { render };
