import { cellSize, labelled, movedOnMap } from "../lib/axes.js";
import { wantsDarkInk } from "../lib/colours.js";
import { isHidden, strongest } from "../lib/headmath.js";
import { paintMap } from "../lib/mapcolours.js";
import { make } from "../lib/view.js";
import { colourScale } from "./colourscale.js";

const MOST_SIDE = 520; // px
const LABELS = { least: 24, most: 116 }; // px of an axis' labels
const ROOM = 34; // px for the title of the queries and the gaps
const NUMBERS = { most: 16, cell: 26 }; // tokens and px that numbers in cells need

/**
 * One head's pattern: rows look, columns are looked at. A cursor goes through it by mouse and keys.
 * @param {Record<string, string>} words
 * @param {ReturnType<import("../lib/numbers.js").formatted>} format
 * @param {{onMove: (at: Cell) => void, onPin: (at: Cell | null) => void}} hear
 * @typedef {{query: number, key: number}} Cell
 */
export function heatmapPart(words, format, { onMove, onPin }) {
  const canvas = make("canvas");
  const [numbers, lines] = [make("div", { className: "numbers" }), make("div", { className: "lines" })];
  const [rows, columns] = [axis("beside"), axis("below")];
  const marks = { cursor: mark("cursor", rows, columns), pin: mark("pin", rows, columns) };
  const cells = make("div", {
    className: "cells", tabIndex: 0, role: "application",
    "aria-roledescription": words.heat_map, "aria-description": words.map_help,
  }, canvas, lines, numbers, marks.pin.box, marks.cursor.box);
  const scale = colourScale(words, format);
  const frame = make("div", { className: "frame" },
    make("div", { className: "title query", textContent: words.query_axis }), rows.element, cells, columns.element,
    make("div", { className: "title key", textContent: words.key_axis }), scale.element,
  );
  const element = make("div", { className: "map" }, frame);
  let [head, names, cell, pinned] = [null, [], 0, null];
  let at = { query: 0, key: 0 };
  let width = 0;

  /** @param {{head: object, names: string[], label: string, pinned: Cell | null, isNewText: boolean}} next */
  function draw(next) {
    const isSame = next.head === head && element.clientWidth === width;
    ({ head, names, pinned } = next);
    width = element.clientWidth;
    if (next.isNewText) at = { query: head.n - 1, key: strongest(head, head.n - 1) };
    if (!isSame) {
      cells.setAttribute("aria-label", next.label);
      lay();
      paint();
    }
    place(marks.pin, pinned);
    move(at);
  }

  function lay() {
    const label = labelWidth(rows.element, names);
    cell = cellSize(Math.min(width - ROOM - label, MOST_SIDE), head.n);
    const sizes = { "--side": cell * head.n, "--labels": label, "--cell": cell };
    for (const [name, size] of Object.entries(sizes)) frame.style.setProperty(name, `${size}px`);
    const shown = labelled(head.n, cell);
    rows.label(shown, names, cell);
    columns.label(shown, names, cell);
    lines.hidden = cell < 8;
  }

  function paint() {
    const { n, pattern } = head;
    paintMap(canvas, n, (i) => (isHidden(head, Math.floor(i / n), i % n) ? -1 : Math.round(255 * pattern[i])));
    const isRoomy = n <= NUMBERS.most && cell >= NUMBERS.cell;
    numbers.replaceChildren(...(isRoomy ? numbersOf(head, cell) : []));
  }

  function place({ box, row, column }, place) {
    const parts = [box, row, column];
    for (const part of parts) part.hidden = !place;
    if (!place) return;
    const side = Math.max(cell, 8); // a mark on a tiny cell must still be seen
    const middle = (i) => (i + 0.5) * cell;
    const [left, top] = [place.key, place.query].map((i) => `${middle(i) - side / 2}px`);
    Object.assign(box.style, { left, top, width: `${side}px`, height: `${side}px` });
    [row.textContent, column.textContent] = [names[place.query], names[place.key]];
    [row.style.top, column.style.left] = [`${middle(place.query)}px`, `${middle(place.key)}px`];
  }

  function move(to) {
    const last = head.n - 1;
    at = { query: Math.min(to.query, last), key: Math.min(to.key, last) };
    place(marks.cursor, at);
    scale.point(isHidden(head, at.query, at.key) ? null : head.pattern[at.query * head.n + at.key]);
    onMove(at);
  }

  function cellUnder({ clientX, clientY }) {
    const { left, top, width: side } = canvas.getBoundingClientRect();
    const [key, query] = [clientX - left, clientY - top].map((px) => Math.floor((px / side) * head.n));
    const isInside = [key, query].every((i) => i >= 0 && i < head.n);
    return isInside ? { query, key } : null;
  }

  const isPinned = () => pinned?.query === at.query && pinned.key === at.key;
  cells.addEventListener("pointermove", (event) => {
    const to = cellUnder(event);
    if (to && (to.query !== at.query || to.key !== at.key)) move(to);
  });
  cells.addEventListener("click", (event) => {
    const to = cellUnder(event);
    if (!to) return;
    move(to);
    onPin(isPinned() ? null : at);
  });
  cells.addEventListener("keydown", (event) => {
    const to = movedOnMap(event, at, head.n);
    if (to) move(to);
    else if (event.key === "Enter" || event.key === " ") onPin(isPinned() ? null : at);
    else if (event.key === "Escape") onPin(null);
    else return;
    event.preventDefault();
  });
  return { element, draw };
}

/** The labels along one side. */
function axis(name) {
  const element = make("div", { className: `axis ${name}`, "aria-hidden": "true" });
  const side = name === "beside" ? "top" : "left";
  const chips = [];
  function label(shown, names, cell) {
    const labels = shown.map((i) => {
      const item = make("bdi", { textContent: names[i] });
      item.style[side] = `${(i + 0.5) * cell}px`;
      return item;
    });
    element.replaceChildren(...labels, ...chips);
  }
  return { element, label, chips };
}

/** A box around a cell, and its two tokens on the axes. */
function mark(name, rows, columns) {
  const chip = () => make("bdi", { className: `chip ${name}` });
  const made = { box: make("div", { className: `ring ${name}` }), row: chip(), column: chip() };
  rows.chips.push(made.row);
  columns.chips.push(made.column);
  return made;
}

function numbersOf(head, cell) {
  const { n, pattern } = head;
  return Array.from(pattern).flatMap((share, i) => {
    const [query, key] = [Math.floor(i / n), i % n];
    if (isHidden(head, query, key)) return [];
    const ink = wantsDarkInk(share) ? "dark" : "light";
    const number = make("span", { className: ink, textContent: String(Math.round(100 * share)), "aria-hidden": "true" });
    Object.assign(number.style, { left: `${(key + 0.5) * cell}px`, top: `${(query + 0.5) * cell}px` });
    return number;
  });
}

let ruler;
function labelWidth(element, names) {
  ruler ??= document.createElement("canvas").getContext("2d");
  ruler.font = getComputedStyle(element).font;
  const widest = Math.max(...names.map((name) => ruler.measureText(name).width));
  return Math.min(Math.max(widest + 10, LABELS.least), LABELS.most);
}
