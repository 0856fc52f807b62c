import { tokenText } from "../lib/naming.js";
import { filled } from "../lib/text.js";
import { make } from "../lib/view.js";
import { partsOf, stageOf, taken } from "../lib/xraying.js";
import { titledPart } from "./titled.js";

const KEYS = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 };

/**
 * The model from top to bottom: a button for each part. The arrow keys go through them.
 * @param {Record<string, string>} words
 * @param {ReturnType<import("../lib/numbers.js").formatted>} format
 * @param {(part: string) => void} onChoose
 */
export function drawingPart(words, format, onChoose) {
  const stack = make("div", { className: "stack", role: "group", "aria-label": words.drawing });
  const { element } = titledPart("drawing", words.drawing, make("p", { className: "note", textContent: words.drawing_note }), stack);
  let buttons = new Map(); // by part
  let built = "";
  let chosen = "";

  /** What a part is called, with its block. */
  function nameOf(part) {
    const { block, inside } = taken(part);
    if (block === null || !inside) return shortName(part);
    return filled(words.in_block, { part: shortName(part), block: block + 1 });
  }

  function shortName(part) {
    const { block, inside, head } = taken(part);
    if (head !== null) return filled(words.a_head, { head });
    if (block !== null && !inside) return filled(words.a_block, { n: block + 1 });
    return {
      embed: words.embed, pos_embed: words.pos_embed, ln1: words.ln1, attn: words.attn, resid_mid: words.resid_mid,
      ln2: words.ln2, mlp: words.mlp, resid_post: words.resid_post, ln_f: words.ln_f, unembed: words.unembed,
    }[inside];
  }

  function build(shape) {
    buttons = new Map(partsOf(shape).map((part) => [part, partButton(part, shortName(part), nameOf(part))]));
    const rows = [...buttons].map(([part, { button }]) => [taken(part), button]);
    const outer = rows.filter(([{ block }]) => block === null).map(([, button]) => button);
    const blocks = Array.from({ length: shape.n_layers }, (_, i) => {
      const own = rows.filter(([{ block }]) => block === i);
      const heads = own.filter(([{ head }]) => head !== null).map(([, button]) => button);
      const [title, ln1, attn, mid, ln2, mlp, post] = own.filter(([{ head }]) => head === null).map(([, button]) => button);
      return make("div", { className: "block" }, title, ln1, make("div", { className: "attention" }, attn, make("div", { className: "heads" }, ...heads)), mid, ln2, mlp, post);
    });
    const n_before = shape.adds ? 2 : 1;
    stack.replaceChildren(...outer.slice(0, n_before), ...blocks, ...outer.slice(n_before));
  }

  function draw({ xray, rows, bytesOf }, { part, off }) {
    const { sizes, adds, norms } = xray;
    const shape = { n_layers: sizes.n_layers, n_heads: sizes.n_heads, adds };
    if (built !== JSON.stringify(shape)) {
      built = JSON.stringify(shape);
      build(shape);
    }
    const lengths = new Map(norms);
    for (const [name, { button, about, guess }] of buttons) {
      const length = lengths.get(stageOf(name));
      const isOff = isSwitchedOff(name, off);
      button.classList.toggle("is-off", isOff);
      about.textContent = isOff ? words.is_off : length === undefined ? "" : filled(words.length, { number: format.fixed(length, 1) });
      guess.textContent = guessAt(name, adds, rows, bytesOf, format);
    }
    choose(buttons.has(part) ? part : "embed");
  }

  function choose(part) {
    const hadFocus = buttons.get(chosen)?.button === document.activeElement;
    for (const [name, { button }] of buttons) {
      button.tabIndex = name === part ? 0 : -1;
      button.setAttribute("aria-pressed", String(name === part));
    }
    chosen = part;
    if (hadFocus) buttons.get(part).button.focus();
  }

  stack.addEventListener("click", ({ target }) => {
    const part = target.closest("button")?.dataset.part;
    if (part) onChoose(part);
  });
  stack.addEventListener("keydown", (event) => {
    const parts = [...buttons.keys()];
    const at = parts.indexOf(event.target.dataset?.part);
    const to = { Home: 0, End: parts.length - 1 }[event.key] ?? at + (KEYS[event.key] ?? NaN);
    const part = parts[to];
    if (at < 0 || part === undefined) return;
    event.preventDefault();
    buttons.get(part).button.focus();
    choose(part);
    onChoose(part);
  });
  return { element, draw, nameOf };
}

function partButton(part, name, label) {
  const [about, guess] = [make("span", { className: "about" }), make("bdi", { className: "guess" })];
  const button = make("button", { type: "button", tabIndex: -1, "aria-pressed": "false" }, make("span", { className: "name", textContent: name, title: label }), about, guess);
  button.dataset.part = part;
  button.classList.add("node", `is-${taken(part).head === null ? taken(part).inside || "title" : "head"}`);
  return { button, about, guess };
}

/** Whether a part adds nothing: it is off itself, or the part that it is in. */
function isSwitchedOff(part, off) {
  const { block, inside, head } = taken(part);
  if (off.includes(part)) return true;
  if (block === null || !["attn", "mlp"].includes(inside)) return false;
  return off.includes(`blocks.${block}`) || (head !== null && off.includes(`blocks.${block}.attn`));
}

/** What the stream would say after the embedding and after each block. */
function guessAt(part, adds, rows, bytesOf, format) {
  const { block, inside } = taken(part);
  const isFirst = part === (adds ? "pos_embed" : "embed");
  const row = isFirst ? rows[0] : inside === "resid_post" ? rows[block + 1] : null;
  return row ? `→ ${tokenText(bytesOf(row.best))} ${format.percent(row.share)}` : "";
}
