import { startsOf } from "../lib/blocks.js";
import { fromHex, shownBytes } from "../lib/bytes.js";
import { tokenText } from "../lib/naming.js";
import { make } from "../lib/view.js";

/** How many tokens each tokenizer needs, beside each other. */
export function countsTable(words, format) {
  const summary = make("caption");
  const body = make("tbody");
  const names = ["tokenizer", "vocabulary", "tokens", "bytes_per_token", "characters_per_token"];
  const element = make("table", { className: "counts" }, summary, head(names.map((name) => words[name])), body);

  function draw(caption, { n_bytes, n_characters, tokenizers }) {
    summary.textContent = caption;
    const rows = tokenizers.map(({ name, vocab_size, n_tokens, error }) => {
      const ratio = (n) => (n_tokens ? format(n / n_tokens, 2) : "–");
      const cells = [format(vocab_size), error ? "–" : format(n_tokens), ratio(n_bytes), ratio(n_characters)];
      return row([name, ...cells]);
    });
    body.replaceChildren(...rows);
  }
  return { element, draw };
}

/** Every drawn token as a row; built when it is opened, for it may have thousands. */
export function tokenTable(words) {
  const body = make("tbody");
  const names = ["tokenizer", "number", "text", "id", "bytes"].map((name) => words[name]);
  const table = make("table", {}, head(names), body);
  const element = make("details", {}, make("summary", { textContent: words.table }), make("div", { className: "scroll", tabIndex: 0, role: "group", "aria-label": words.table }, table));
  let tokenizers = [];
  let drawn = null;

  function fill() {
    if (!element.open || drawn === tokenizers) return;
    drawn = tokenizers;
    body.replaceChildren(...tokenizers.flatMap(rowsOf));
  }
  element.addEventListener("toggle", fill);
  return { element, draw: (next) => { tokenizers = next; fill(); } };
}

function rowsOf({ name, ids, lengths, bytes }) {
  const all = fromHex(bytes);
  const starts = startsOf(lengths);
  return ids.map((id, i) => {
    const own = all.subarray(starts[i], starts[i] + lengths[i]);
    return row([name, i + 1, tokenText(own), id, shownBytes(own)]);
  });
}

function head(names) {
  return make("thead", {}, make("tr", {}, ...names.map((name) => make("th", { scope: "col", textContent: name }))));
}

function row([first, ...rest]) {
  const cells = rest.map((cell) => make("td", {}, make("bdi", { textContent: String(cell) })));
  return make("tr", {}, make("th", { scope: "row", textContent: first }), ...cells);
}
