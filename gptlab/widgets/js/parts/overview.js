import { paintMap } from "../lib/mapcolours.js";
import { bytesOf } from "../lib/numbers.js";
import { filled } from "../lib/text.js";
import { make } from "../lib/view.js";
import { titledPart } from "./titled.js";

/**
 * All heads as small maps, a row for each layer. The arrow keys go from one to the next and choose it.
 * @param {Record<string, string>} words
 * @param {(layer: number, head: number) => void} onChoose
 */
export function overviewPart(words, onChoose) {
  const table = make("table", { role: "grid", "aria-label": words.all_heads });
  const { element } = titledPart("overview", words.all_heads,
    make("p", { className: "note", textContent: words.all_heads_note }),
    make("div", { className: "scroll" }, table),
  );
  let buttons = []; // one row for each layer
  let drawn = null;
  let chosen = [0, 0];

  function build(n_layers, n_heads) {
    const column = (head) => make("th", { scope: "col", textContent: filled(words.head_name, { head }) });
    const row = (layer) => make("tr", {},
      make("th", { scope: "row", textContent: filled(words.layer_name, { layer }) }),
      ...buttons[layer].map((button) => make("td", { role: "gridcell" }, button)),
    );
    buttons = range(n_layers).map((layer) => range(n_heads).map((head) => headButton(words, layer, head)));
    table.replaceChildren(
      make("thead", {}, make("tr", {}, make("td"), ...range(n_heads).map(column))),
      make("tbody", {}, ...range(n_layers).map(row)),
    );
  }

  function draw(attention, layer, head) {
    const { n_layers, n_heads, side, overview } = attention;
    if (buttons.length !== n_layers || buttons[0].length !== n_heads) build(n_layers, n_heads);
    choose(layer, head);
    if (drawn === overview) return;
    drawn = overview;
    const levels = bytesOf(overview);
    buttons.flat().forEach((button, i) => {
      // 0 is a masked cell and 1 … 255 are the shares 0 … 1.
      const level = (cell) => Math.round(((levels[i * side * side + cell] - 1) * 255) / 254);
      paintMap(button.firstChild, side, level);
    });
  }

  function choose(layer, head) {
    const was = buttons[chosen[0]]?.[chosen[1]];
    const now = buttons[layer][head];
    const hadFocus = was !== now && was === document.activeElement;
    for (const button of buttons.flat()) {
      button.tabIndex = button === now ? 0 : -1;
      button.setAttribute("aria-pressed", String(button === now));
    }
    chosen = [layer, head];
    if (hadFocus) now.focus();
  }

  table.addEventListener("click", ({ target }) => {
    const place = placeOf(target.closest("button"));
    if (place) onChoose(...place);
  });
  table.addEventListener("keydown", (event) => {
    const place = placeOf(event.target);
    const to = place && neighbour(event.key, place, buttons);
    if (!to) return;
    event.preventDefault();
    buttons[to[0]][to[1]].focus();
    choose(...to);
    onChoose(...to);
  });

  function placeOf(button) {
    const layer = buttons.findIndex((row) => row.includes(button));
    return layer < 0 ? null : [layer, buttons[layer].indexOf(button)];
  }
  return { element, draw };
}

function range(n) {
  return Array.from({ length: n }, (_, i) => i);
}

function headButton(words, layer, head) {
  const name = filled(words.layer_and_head, { layer, head });
  return make("button", { type: "button", tabIndex: -1, title: name, "aria-label": name, "aria-pressed": "false" }, make("canvas"));
}

/** Where a key goes from a head; null if it is no key of the grid. */
function neighbour(key, [layer, head], { length: n_layers, 0: { length: n_heads } }) {
  const to = {
    ArrowLeft: [layer, head - 1], ArrowRight: [layer, head + 1],
    ArrowUp: [layer - 1, head], ArrowDown: [layer + 1, head],
    Home: [layer, 0], End: [layer, n_heads - 1],
  }[key];
  const kept = (number, n) => Math.min(Math.max(number, 0), n - 1);
  return to ? [kept(to[0], n_layers), kept(to[1], n_heads)] : null;
}
