import { diverging } from "./diverging.js";
import { N_HIDDEN } from "./elman.js";
import { lengthOf } from "./geometry.js";
import { svg } from "./svg.js";
import { filled, shapeOf } from "./text.js";

export const LEFT = 92; // px, for the names of the rows
const [COLUMN, HEIGHT] = [66, 236]; // px
const Y = { target: 18, loss: 46, state: 112, norm: 152, input: 196, step: 224 };
const CELL = { width: 5.5, height: 26 };
const BOX = N_HIDDEN * CELL.width;
const [FAINT, DECADES] = [-6, 7]; // sizes from 10⁻⁶ to 10 have an arrow of their own width

/** The middle of a step's column. @param {number} t counted from 0 */
export function columnOf(t) {
  return LEFT + (t + 0.5) * COLUMN;
}

/**
 * The network unrolled, a column for each step, and the gradient as far as it has been walked back.
 * @param {{walk: ReturnType<typeof import("./unrolling.js").unrolled>, walked: number}} shown
 * @param {Record<string, string>} words
 * @param {ReturnType<typeof import("./numbers.js").formatted>} format
 * @param {(size: number) => string} size
 * @param {Record<"ink" | "quiet" | "line" | "flow" | "cut", string>} inks
 * @returns {SVGElement} with width and height
 */
export function graphOf({ walk, walked }, words, format, size, inks) {
  const n = walk.steps.length;
  const width = LEFT + n * COLUMN + 8;
  const columns = walk.steps.map((step, t) => columnParts({ walk, step, t, isReached: t >= n - walked }, words, format, size, inks));
  return svg("svg", {
    width, height: HEIGHT, viewBox: `0 0 ${width} ${HEIGHT}`, fill: inks.ink, "font-size": 13,
    "font-family": "system-ui, DejaVu Sans, Noto Sans, Noto Sans CJK SC, Noto Color Emoji, sans-serif",
  },
  svg("title", {}, words.graph_label), ...rowNames(words, inks), ...columns.flat());
}

/** What stands at the left of the graph, by itself, for when the graph is moved. */
export function namesOf(words, inks) {
  return svg("svg", { class: "names", width: LEFT - 14, height: HEIGHT, "aria-hidden": "true" }, ...rowNames(words, inks));
}

function rowNames(words, inks) {
  const names = { target: words.predicts, loss: words.loss, state: words.state, norm: words.gradient, input: words.reads, step: words.time_step };
  return Object.entries(names).map(([row, name]) => svg("text", { x: 0, y: Y[row] + 4, fill: inks.quiet, "font-size": 12 }, name));
}

function columnParts({ walk, step, t, isReached }, words, format, size, inks) {
  const { sequence, run, settings } = walk;
  const x = columnOf(t);
  const isOwn = isReached && lengthOf(step.own) > 0;
  const text = (y, content, options = {}) => svg("text", { x, y, "text-anchor": "middle", ...options }, content);
  const sign = (at) => shapeOf(sequence.signs[at]);
  const parts = [
    text(Y.target + 4, sign(t + 1), { "font-size": 16 }),
    svg("rect", { x: x - 24, y: Y.loss - 11, width: 48, height: 22, rx: 11, fill: "none", stroke: isOwn ? inks.flow : inks.line, "stroke-width": isOwn ? 2.5 : 1 }),
    text(Y.loss + 4, format.fixed(run.losses[t], 2), settings.losses === "last" && t < walk.steps.length - 1 ? { fill: inks.quiet, "text-decoration": "line-through" } : {}),
    ...arrow([x - 9, Y.state - 14], [x - 9, Y.loss + 13], inks.line, 1.2),
    ...arrow([x, Y.input - 14], [x, Y.norm + 10], inks.line, 1.2),
    ...stateCells(x, run.states[t + 1], inks),
    text(Y.input + 5, sign(t), { "font-size": 16 }),
    text(Y.step + 4, format.count(t + 1), { fill: inks.quiet, "font-size": 12 }),
  ];
  if (t > 0) parts.push(...arrow([x - COLUMN + BOX / 2, Y.state - 7], [x - BOX / 2, Y.state - 7], inks.line, 1.2));
  if (isOwn) parts.push(...arrow([x + 9, Y.loss + 12], [x + 9, Y.state - 15], inks.flow, thickness(lengthOf(step.own))));
  if (isReached) parts.push(text(Y.norm + 2, size(lengthOf(step.together)), { fill: inks.flow, "font-weight": 600 }));
  if (isReached && t < walk.steps.length - 1) parts.push(...fromLater(x, lengthOf(step.later), words, inks));
  return parts;
}

/** What comes from the step after, or that nothing does. */
function fromLater(x, strength, words, inks) {
  const [right, left] = [[x + COLUMN - BOX / 2, Y.state + 7], [x + BOX / 2, Y.state + 7]];
  if (strength > 0) return arrow(right, left, inks.flow, thickness(strength));
  const middle = (right[0] + left[0]) / 2;
  return [svg("text", { x: middle, y: Y.state + 12, "text-anchor": "middle", fill: inks.cut, "font-weight": 700 }, "✕", svg("title", {}, words.cut_here))];
}

function stateCells(x, state, inks) {
  const cells = Array.from(state, (number, i) => svg("rect", {
    class: "state-cell", x: x - BOX / 2 + i * CELL.width, y: Y.state - CELL.height / 2, width: CELL.width, height: CELL.height,
    fill: diverging(number).background,
  }));
  return [...cells, svg("rect", { x: x - BOX / 2, y: Y.state - CELL.height / 2, width: BOX, height: CELL.height, fill: "none", stroke: inks.quiet })];
}

function thickness(strength) {
  const share = (Math.log10(strength) - FAINT) / DECADES;
  return 1.2 + 4.8 * Math.min(Math.max(share, 0), 1);
}

function arrow([x1, y1], [x2, y2], colour, width) {
  const length = Math.hypot(x2 - x1, y2 - y1) || 1;
  const [dx, dy] = [(x2 - x1) / length, (y2 - y1) / length];
  const head = 3.5 + width;
  const [bx, by] = [x2 - head * dx, y2 - head * dy];
  const corners = [[x2, y2], [bx - head * 0.6 * dy, by + head * 0.6 * dx], [bx + head * 0.6 * dy, by - head * 0.6 * dx]];
  return [
    svg("line", { x1, y1, x2: bx, y2: by, stroke: colour, "stroke-width": width.toFixed(2) }),
    svg("polygon", { points: corners.map((corner) => corner.map((at) => at.toFixed(1)).join(",")).join(" "), fill: colour }),
  ];
}

/**
 * What the walk has come to, in words.
 * @param {{walk: object, walked: number}} shown
 */
export function walkSaid({ walk, walked }, words, format, size) {
  const n = walk.steps.length;
  if (walked === 0) return filled(words.not_walked, { n: format.count(n) });
  const t = n - walked;
  const { own, later, together } = walk.steps[t];
  const values = {
    step: format.count(t + 1), text: shapeOf(walk.sequence.signs[t]), first: size(lengthOf(own)), second: size(lengthOf(later)),
    total: size(lengthOf(together)), number: format.count(t + 2),
  };
  return filled(t === n - 1 ? words.at_the_end : words.walked_to, values);
}
