import { labelled } from "./axes.js";
import { viridisCss } from "./colours.js";
import { isHidden } from "./headmath.js";
import { svg } from "./svg.js";
import { shapeOf } from "./text.js";

const SIDE = 560; // px of the map
const MOST_CELL = 56;
const [TOP, RIGHT] = [74, 120];
const [TITLE, LETTER] = [48, 8.6]; // px: room for an axis' title, for a letter of a label
const [INK, EMPTY] = ["#1b1b1b", "#f2f2f2"];
const [QUERY, KEY] = ["#0072b2", "#d55e00"];
const LETTERS = 14; // of a label; longer ones end in …
const FONT = "DejaVu Sans, Noto Sans, Noto Sans CJK SC, Noto Color Emoji, system-ui, sans-serif";

/**
 * The large map as a file of its own: labels, what the axes are, and what the colours mean.
 * @param {{head: object, names: string[], title: string, text: string, words: Record<string, string>,
 *   percent: (share: number, digits?: number) => string}} map
 */
export function mapFile({ head, names, title, text, words, percent }) {
  const cell = Math.min(SIDE / head.n, MOST_CELL);
  const side = cell * head.n;
  const room = labelRoom(names);
  const left = TITLE + room;
  const [width, height] = [left + Math.max(side, 260) + RIGHT, TOP + Math.max(side, 240) + room + TITLE];
  return svg("svg", { width, height, viewBox: `0 0 ${width} ${height}`, "font-family": FONT, "font-size": 13, fill: INK },
    svg("rect", { width, height, fill: "white" }),
    write(16, 28, title, { "font-size": 18, "font-weight": 600 }),
    write(16, 52, shortened(oneLine(text), 70)),
    svg("g", { transform: `translate(${left} ${TOP})` },
      svg("rect", { width: side, height: side, fill: EMPTY }),
      svg("g", { "shape-rendering": "crispEdges" }, ...squares(head, cell)),
      ...axes(head.n, cell, names, words, room)),
    scaleBar(left + side + 28, TOP, percent, words.share),
  );
}

function write(x, y, text, attributes = {}) {
  return svg("text", { x, y, ...attributes }, text);
}

function shortened(text, most) {
  const letters = [...text];
  return letters.length > most ? `${letters.slice(0, most - 1).join("")}…` : text;
}

/** A text without line breaks, and without signs that XML forbids. */
function oneLine(text) {
  return Array.from(text, (sign) => (sign === " " ? sign : shapeOf(sign))).join("");
}

/** Room for the longest label, in px; emoji and Chinese are two letters wide. */
function labelRoom(names) {
  const widths = names.map((name) => Array.from(shortened(name, LETTERS)).reduce((sum, sign) => sum + (sign > "\u2e80" ? 2 : 1), 0));
  return 14 + LETTER * Math.max(...widths);
}

/** One path for each colour, since a square of its own for each cell makes a large file. */
function squares(head, cell) {
  const paths = new Map();
  const size = Number(cell.toFixed(3));
  for (let at = 0; at < head.n * head.n; at += 1) {
    const [query, key] = [Math.floor(at / head.n), at % head.n];
    if (isHidden(head, query, key)) continue;
    const level = Math.round(255 * head.pattern[at]);
    const [x, y] = [key, query].map((i) => Number((i * cell).toFixed(2)));
    paths.set(level, `${paths.get(level) ?? ""}M${x} ${y}h${size}v${size}h-${size}z`);
  }
  return Array.from(paths, ([level, d]) => svg("path", { d, fill: viridisCss(level / 255) }));
}

function axes(n, cell, names, words, room) {
  const side = n * cell;
  const shown = labelled(n, cell);
  const middle = (i) => (i + 0.5) * cell;
  const rows = shown.map((i) => write(-6, middle(i) + 4.5, shortened(names[i], LETTERS), { "text-anchor": "end" }));
  const columns = shown.map((i) => write(-6, 4.5, shortened(names[i], LETTERS), {
    "text-anchor": "end", transform: `translate(${middle(i)} ${side}) rotate(-90)`,
  }));
  return [
    ...rows, ...columns,
    write(0, 0, words.query_axis, { fill: QUERY, "text-anchor": "middle", transform: `translate(${-room - 16} ${Math.max(side / 2, 100)}) rotate(-90)` }),
    write(Math.max(side / 2, 90), side + room + 20, words.key_axis, { fill: KEY, "text-anchor": "middle" }),
  ];
}

function scaleBar(x, y, percent, name) {
  const [height, steps] = [240, 60];
  const parts = Array.from({ length: steps }, (_, i) => svg("rect", {
    width: 14, height: height / steps + 0.5, y: height - ((i + 1) * height) / steps, fill: viridisCss((i + 0.5) / steps),
  }));
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((share) => write(20, height * (1 - share) + 4.5, percent(share, 0)));
  const title = write(0, 0, name, { "text-anchor": "middle", "font-size": 12, transform: `translate(76 ${height / 2}) rotate(-90)` });
  return svg("g", { transform: `translate(${x} ${y})` }, ...parts, ...ticks, title);
}
