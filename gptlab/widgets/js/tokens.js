import { fromHex } from "./lib/bytes.js";
import { formatted } from "./lib/numbers.js";
import { piecesAt } from "./lib/replay.js";
import { filled } from "./lib/text.js";
import { make } from "./lib/view.js";
import { mergesPart } from "./parts/merges.js";
import { savingPart } from "./parts/saving.js";
import { countsTable, tokenTable } from "./parts/tables.js";
import { titledPart } from "./parts/titled.js";
import { tokenList } from "./parts/tokenlist.js";
import { tokenPicture } from "./parts/tokenpicture.js";
import { mountTyped } from "./parts/typed.js";

/** One tokenizer's tokens, its error if it has one, and what was checked about the numbers. */
function tokenizerSection(words, format, onChoose, onLeave) {
  const list = tokenList(words, onChoose, onLeave);
  const note = make("p", { className: "note" });
  const proof = make("p", { className: "proof" });
  const { element, name } = titledPart("", "", list.element, note, proof);

  function draw(cut, n_bytes, showBytes) {
    const { n_tokens, error } = cut;
    const row = rowOf(words, format, cut);
    name(row.title);
    list.draw({ ...row, label: row.title, total: n_tokens, showBytes });
    list.element.hidden = row.ids.length === 0;
    note.textContent = row.note;
    const sums = { tokens: format(cut.n_bytes), bytes: format(n_bytes) };
    proof.textContent = error ? "" : filled(cut.equal && cut.n_bytes === n_bytes ? words.equal : words.differs, sums);
    proof.classList.toggle("wrong", !cut.equal);
  }
  return { element, draw, focusAt: list.focusAt };
}

/** A tokenizer's tokens with what stands above and below them. */
function rowOf(words, format, { name, ids, lengths, bytes, n_tokens, error }) {
  const more = n_tokens - ids.length;
  const uncounted = more ? filled(words.more, { n: format(more) }) : "";
  const title = filled(words.list, { name, tokens: format(n_tokens) });
  return { title, note: error || uncounted || (n_tokens ? "" : words.none), ids, lengths, bytes: fromHex(bytes) };
}

/** The pieces after the merges that are replayed; nothing where no step was chosen. */
function replayedRows(words, { tokenizers }, step) {
  const found = tokenizers.find(({ replay }) => replay);
  if (!found || step === null) return [];
  const n = found.replay.merges.length;
  const title = filled(words.replayed, { name: found.name, step: Math.min(step, n), n });
  return [{ title, note: "", bytes: fromHex(found.replay.bytes), ...piecesAt(found.replay, step) }];
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

function tokensView(model, root, _signal, words) {
  const { fixed } = formatted(words.language);
  const format = (n, digits = 0) => fixed(n, digits);
  const chosen = make("p", { className: "chosen", "aria-live": "polite", textContent: words.choose });
  const choose = (label) => { if (chosen.textContent !== label) chosen.textContent = label; };
  const counts = countsTable(words, format);
  const sections = tokenizerSections(words, format, choose);
  const merges = mergesPart(model, words, choose);
  const table = tokenTable(words);
  const box = make("input", { type: "checkbox" });
  const check = make("label", { className: "check" }, box, make("span", { textContent: words.show_bytes }));
  const saving = savingPart(words, "tokens", () => {
    const result = model.get("result");
    const rows = result.tokenizers.map((cut) => rowOf(words, format, cut));
    const all = [...rows, ...replayedRows(words, result, model.get("step"))];
    return tokenPicture(captionOf(words, format, result), all, model.get("show_bytes"));
  });
  root.append(counts.element, check, sections.element, chosen, merges.element, table.element, saving.element);
  box.addEventListener("change", () => {
    model.set("show_bytes", box.checked);
    model.save_changes();
  });

  let [result, step, showBytes] = [null, null, null]; // as last drawn
  return () => {
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

export function renderTokens({ model, el }) {
  const traits = ["text", "result", "step", "show_bytes"];
  return mountTyped({ model, el }, { name: "tokens", traits, output: "result", view: tokensView });
}
export default { render: renderTokens };
