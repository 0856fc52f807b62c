import { blocksOf, startsOf, tokenAt } from "../lib/blocks.js";
import { shownBytes } from "../lib/bytes.js";
import { moved } from "../lib/cursor.js";
import { filled } from "../lib/text.js";
import { make } from "../lib/view.js";

const COLOURS = 4;

/**
 * Tokens to look at and to go through with the arrow keys.
 * @param {Record<string, string>} words
 * @param {(label: string) => void} onChoose gets what there is to say about the token
 * @param {(way: number, place: number) => void} onLeave goes up (-1) or down (1) from a byte
 */
export function tokenList(words, onChoose, onLeave = () => {}) {
  const element = make("div", { className: "tokens", role: "listbox", "aria-orientation": "horizontal" });
  let options = [];
  let labels = [];
  let spans = [];
  let at = 0;

  function draw({ label, bytes, lengths, ids, total, showBytes }) {
    const hadFocus = element.contains(document.activeElement);
    const starts = startsOf(lengths);
    spans = lengths;
    const tokens = ids.map((id, i) => ({ id, bytes: bytes.subarray(starts[i], starts[i] + lengths[i]) }));
    const blocks = blocksOf(bytes, lengths);
    labels = blocks.flatMap((block) => labelsOf(words, block, tokens, total));
    const drawn = blocks.map((block) => blockElement(words, block, tokens, labels, showBytes));
    element.replaceChildren(...drawn);
    element.setAttribute("aria-label", label);
    options = [...element.querySelectorAll("[role=option]")];
    at = Math.min(at, Math.max(options.length - 1, 0));
    if (options.length) options[at].tabIndex = 0;
    if (options.length && hadFocus) options[at].focus();
  }

  function choose(to) {
    options[at].tabIndex = -1;
    options[at].setAttribute("aria-selected", "false");
    at = to;
    options[at].tabIndex = 0;
    options[at].setAttribute("aria-selected", "true");
    onChoose(labels[at]);
  }

  element.addEventListener("focusin", (event) => {
    const to = options.indexOf(event.target);
    if (to >= 0) choose(to);
  });
  element.addEventListener("click", (event) => event.target.closest("[role=option]")?.focus());
  element.addEventListener("keydown", (event) => {
    const leave = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    const to = moved(event.key, at, options.length);
    if (to === null && !leave) return;
    event.preventDefault();
    if (leave) onLeave(leave, startsOf(spans)[at]);
    else options[to].focus();
  });
  return { element, draw, focusAt: (place) => options[tokenAt(spans, place)]?.focus() };
}

function labelsOf(words, { characters, tokens: [first, end] }, tokens, total) {
  return tokens.slice(first, end).map(({ id, bytes }, i) => {
    const text = end - first > 1 ? filled(words.part, { characters: characters.join("") }) : characters.join("");
    return filled(words.token, { number: first + i + 1, total, text, id, bytes: shownBytes(bytes) });
  });
}

function blockElement(words, block, tokens, labels, showBytes) {
  const [first, end] = block.tokens;
  if (end - first === 1) return option(tokens[first], first, labels[first], block.characters, showBytes);
  const characters = block.characters.map((character, i) => spanning(block.sizes[i], "character", character));
  const parts = tokens.slice(first, end).map((token, i) => {
    const part = option(token, first + i, labels[first + i], [], true);
    part.style.gridColumn = `span ${token.bytes.length}`;
    return part;
  });
  const cut = make("span", { className: "cut", role: "group" }, ...characters, ...parts);
  cut.setAttribute("aria-label", filled(words.cut, { characters: block.characters.join("") }));
  cut.style.setProperty("--bytes", String(block.sizes.reduce((a, b) => a + b, 0)));
  return cut;
}

function spanning(size, className, text) {
  const element = make("bdi", { className, textContent: text, "aria-hidden": "true" });
  element.style.gridColumn = `span ${size}`;
  return element;
}

function option({ id, bytes }, number, label, characters, showBytes) {
  const element = make("span", {
    className: `token colour-${number % COLOURS}`, role: "option", tabIndex: -1,
    "aria-label": label, "aria-selected": "false",
  });
  if (characters.length) element.append(make("bdi", { className: "text", textContent: characters.join("") }));
  if (showBytes) {
    const each = Array.from(bytes, (byte) => make("span", { textContent: shownBytes([byte]) }));
    element.append(make("span", { className: "bytes" }, ...each));
  }
  element.append(make("span", { className: "id", textContent: String(id) }));
  return element;
}
