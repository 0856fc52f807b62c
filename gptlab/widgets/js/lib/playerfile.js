import { tokenNames } from "./naming.js";
import { placeOf, roundTop } from "./logmath.js";
import { floats } from "./numbers.js";
import { svg } from "./svg.js";

const [WIDTH, SIDE, HIGH, GAP, TOP] = [900, 400, 110, 56, 60]; // px
const COLOURS = { loss: "#0072b2", yours: "#e69f00", lr: "#009e73", grad_norm: "#cc79a7" };
const FONT = "DejaVu Sans, Noto Sans, Noto Sans CJK SC, Noto Color Emoji, system-ui, sans-serif";
const MOST = 20; // tokens that fit beside each other

/**
 * The curves of a training and the losses of a text's tokens, as a file of its own.
 * @param {{ log: Record<string, number[]>, stage: Record<string, any>, course: Record<string, any>,
 *   checkpoints: number[], words: Record<string, string>,
 *   format: ReturnType<typeof import("./numbers.js").formatted> }} shown
 */
export function playerFile({ log, stage, course, checkpoints, words, format }) {
  const last = Math.max(1, ...checkpoints, ...log.step.slice(-1));
  const mine = floats(course.losses);
  const curves = [["loss", log.step, log.loss], ["yours", mine.length ? checkpoints : [], mine], ["lr", log.step, log.lr], ["grad_norm", log.step, log.grad_norm]];
  const parts = curves.flatMap(([name, steps, values], i) => {
    const [left, top] = [20 + (i % 2) * (SIDE + 40), TOP + Math.floor(i / 2) * (HIGH + GAP)];
    return curveOf({ name, steps, values, left, top, last, here: stage.step, title: words[name] });
  });
  const [losses, names] = [floats(stage.losses).slice(-MOST), tokenNames(stage).slice(1).slice(-MOST)];
  const below = TOP + 2 * (HIGH + GAP) + 10;
  const width = (WIDTH - 40) / Math.max(losses.length, 1);
  names.forEach((name, i) => parts.push(
    svg("text", { x: 20 + (i + 0.5) * width, y: below, "text-anchor": "middle", "font-size": 11 }, name),
    svg("text", { x: 20 + (i + 0.5) * width, y: below + 18, "text-anchor": "middle", "font-size": 11, fill: "#595959" }, format.fixed(losses[i], 2)),
  ));
  const height = below + 40;
  return svg("svg", { width: WIDTH, height, viewBox: `0 0 ${WIDTH} ${height}`, "font-family": FONT, "font-size": 13, fill: "#1b1b1b" },
    svg("rect", { width: WIDTH, height, fill: "white" }), ...parts);
}

function curveOf({ name, steps, values, left, top, last, here, title }) {
  const most = roundTop(values);
  const x = (step) => (left + SIDE * placeOf(step, last)).toFixed(1);
  const points = steps.map((step, i) => `${x(step)},${(top + HIGH * (1 - values[i] / most)).toFixed(1)}`).join(" ");
  return [
    svg("text", { x: left, y: top - 8, "font-weight": 600 }, title),
    svg("line", { x1: left, x2: left + SIDE, y1: top + HIGH, y2: top + HIGH, stroke: "#595959" }),
    svg("line", { x1: x(here), x2: x(here), y1: top, y2: top + HIGH, stroke: "#1b1b1b", "stroke-dasharray": "4 3" }),
    svg("polyline", { points, fill: "none", stroke: COLOURS[name], "stroke-width": 2 }),
    svg("text", { x: left, y: top + 12, "font-size": 11, fill: "#595959" }, steps.length ? String(most) : ""),
  ];
}
