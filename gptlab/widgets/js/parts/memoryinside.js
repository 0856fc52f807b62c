import { viridis } from "../lib/colours.js";
import { diverging } from "../lib/diverging.js";
import { lengthOf } from "../lib/geometry.js";
import { letterOf, N_SYMBOLS } from "../lib/remembering.js";
import { svg } from "../lib/svg.js";
import { filled } from "../lib/text.js";
import { make } from "../lib/view.js";
import { titledPart } from "./titled.js";

const KEYS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0], PageUp: [0, -10], PageDown: [0, 10], Home: [0, -1000], End: [0, 1000] };

/** The hidden state of a recurrent network over time, or where the question of a Transformer looks. */
export function insidePart(words, format) {
  const help = make("p", { className: "note" });
  const canvas = make("canvas");
  const [ring, keyMark] = [make("div", { className: "ring" }), make("div", { className: "key" })];
  const cells = make("div", { className: "cells", tabIndex: 0, role: "application" }, canvas, keyMark, ring);
  const line = svg("polyline", { "vector-effect": "non-scaling-stroke" });
  const curve = make("div", { className: "asked" }, make("p", { className: "note", textContent: words.asked_curve }),
    make("div", { className: "plot" }, svg("svg", { viewBox: "0 0 100 100", preserveAspectRatio: "none", "aria-hidden": "true" }, line)));
  const outside = make("p", { className: "outside" });
  const said = make("p", { className: "chosen", "aria-live": "polite" });
  const [head, body] = [make("tr"), make("tbody")];
  const table = make("details", {}, make("summary", { textContent: words.inside_table }),
    make("div", { className: "scroll", tabIndex: 0, role: "group", "aria-label": words.inside_table }, make("table", {}, make("thead", {}, head), body)));
  const { element, name } = titledPart("inside", "", help, outside, cells, said, curve, table);
  let [shown, grid, at] = [null, null, { row: 0, column: 0 }];

  function draw(found) {
    if (found === shown) return;
    shown = found;
    const { reading, inside, tokens } = found;
    const isRow = Boolean(reading.pattern);
    const first = isRow ? reading.left : 0;
    const rows = isRow ? reading.pattern.map((row) => Array.from(row)) : transposed(reading.states);
    grid = { rows, first, isRow, n: rows[0].length };
    name(filled(isRow ? words.row_title : words.state_title, { name: inside.name }));
    help.textContent = isRow ? words.row_help : words.state_help;
    cells.setAttribute("aria-label", help.textContent);
    cells.classList.toggle("is-row", isRow);
    outside.textContent = first ? filled(words.outside, { n: format.count(inside.window), left: format.count(first) }) : "";
    keyMark.hidden = !isRow || first > 0;
    keyMark.style.width = `${100 / grid.n}%`;
    paint();
    curve.hidden = isRow;
    if (!isRow) line.setAttribute("points", asked(reading, tokens).map((share, i, all) => `${(100 * i) / Math.max(all.length - 1, 1)},${100 * (1 - share)}`).join(" "));
    move({ row: 0, column: isRow ? 0 : grid.n - 1 });
    fill();
  }

  function asked({ asked: early, shares }, tokens) {
    return [...early, shares[tokens[0] - N_SYMBOLS]];
  }

  function paint() {
    [canvas.width, canvas.height] = [grid.n, grid.rows.length];
    const context = canvas.getContext("2d");
    grid.rows.forEach((row, i) => row.forEach((number, j) => {
      context.fillStyle = grid.isRow ? `rgb(${viridis(number).join(" ")})` : diverging(number).background;
      context.fillRect(j, i, 1, 1);
    }));
  }

  function move({ row, column }) {
    const { rows, n, first, isRow } = grid;
    at = { row: Math.min(Math.max(row, 0), rows.length - 1), column: Math.min(Math.max(column, 0), n - 1) };
    const [wide, high] = [100 / n, 100 / rows.length];
    Object.assign(ring.style, { left: `${wide * at.column}%`, top: `${high * at.row}%`, width: `${wide}%`, height: `${high}%` });
    const { reading, tokens } = shown;
    const number = rows[at.row][at.column];
    const values = { position: format.count(first + at.column), text: letterOf(tokens[first + at.column]), head: format.count(at.row + 1), number: format.count(at.row + 1) };
    if (isRow) said.textContent = filled(words.row_cell, { ...values, share: format.percent(number) });
    else {
      const share = format.percent(asked(reading, tokens)[at.column]);
      said.textContent = filled(at.column === n - 1 ? words.at_question : words.state_cell, { ...values, share, n: format.fixed(number, 3) });
    }
  }

  function fill() {
    if (!table.open || !shown) return;
    const { reading, tokens } = shown;
    const { rows, first, isRow, n } = grid;
    const names = isRow ? rows.map((_, i) => filled(words.head_of, { head: format.count(i + 1) })) : [words.if_asked, words.state_length];
    head.replaceChildren(...[words.token_column, ...names].map((textContent) => make("th", { scope: "col", textContent })));
    const shares = isRow ? [] : asked(reading, tokens);
    body.replaceChildren(...Array.from({ length: n }, (_, j) => make("tr", {},
      make("th", { scope: "row", textContent: `${format.count(first + j)} ${letterOf(tokens[first + j])}` }),
      ...(isRow ? rows.map((row) => format.percent(row[j])) : [format.percent(shares[j]), format.fixed(lengthOf(reading.states[j]), 3)])
        .map((textContent) => make("td", { textContent })))));
  }

  cells.addEventListener("keydown", (event) => {
    const way = KEYS[event.key];
    if (!way) return;
    event.preventDefault();
    move({ row: at.row + way[0], column: at.column + way[1] });
  });
  cells.addEventListener("pointermove", (event) => {
    const { left, top, width, height } = canvas.getBoundingClientRect();
    move({ row: Math.floor(((event.clientY - top) / height) * grid.rows.length), column: Math.floor(((event.clientX - left) / width) * grid.n) });
  });
  table.addEventListener("toggle", fill);
  return { element, draw };
}

function transposed(states) {
  return Array.from(states[0], (_, i) => states.map((state) => state[i]));
}
