import { laidOut, nKept } from "./beamlayout.js";
import { fromHex } from "./bytes.js";
import { tokenText } from "./naming.js";
import { svg } from "./svg.js";
import { shapeOf } from "./text.js";

const [COLUMN, ROW, NODE, HEIGHT, TOP] = [152, 30, 112, 24, 86]; // px
const FONT = "DejaVu Sans, Noto Sans, Noto Sans CJK SC, Noto Color Emoji, system-ui, sans-serif";
const [KEPT, DROPPED, GREEDY, INK] = ["#0072b2", "#767676", "#b84a00", "#1b1b1b"];

/**
 * The tree as a file of its own.
 * @param {{ answer: Record<string, any>, words: Record<string, any>,
 *   format: ReturnType<typeof import("./numbers.js").formatted> }} shown
 */
export function beamFile({ answer, words, format }) {
  const spots = laidOut(answer.steps);
  const most = Math.max(...spots.map((column) => column.length));
  const [width, height] = [COLUMN * (spots.length + 1) + 16, TOP + ROW * most + 16];
  const x = (step) => 16 + COLUMN * (step + 1);
  const y = (row) => TOP + ROW * row;
  const lines = spots.flatMap((column, step) => column.map(({ row, node }) => {
    const parent = step ? spots[step - 1].find(({ place }) => place === node.parent).row : 0;
    const [from, to] = [y(parent) + HEIGHT / 2, y(row) + HEIGHT / 2];
    const [start, end] = [x(step - 1) + NODE, x(step)];
    const isKept = node.rank >= 0;
    return svg("path", {
      d: `M${start} ${from}C${(start + end) / 2} ${from} ${(start + end) / 2} ${to} ${end} ${to}`, fill: "none",
      stroke: isKept ? KEPT : DROPPED, "stroke-width": isKept ? 2 : 1, "stroke-dasharray": isKept ? "none" : "4 3",
    });
  }));
  const nodes = spots.flatMap((column, step) => column.flatMap(({ row, node }) => {
    const isKept = node.rank >= 0;
    const marks = `${node.greedy ? " ◆" : ""}${node.ended ? " ■" : ""}`;
    return [
      svg("rect", { x: x(step), y: y(row), width: NODE, height: HEIGHT, rx: 4, fill: "white", stroke: node.greedy ? GREEDY : isKept ? KEPT : DROPPED, "stroke-dasharray": isKept ? "none" : "4 3" }),
      svg("text", { x: x(step) + 6, y: y(row) + 16, fill: isKept ? INK : DROPPED }, `${tokenText(fromHex(node.bytes))}${marks}`),
      svg("text", { x: x(step) + NODE - 6, y: y(row) + 16, "text-anchor": "end", "font-size": 11, fill: isKept ? INK : DROPPED }, format.fixed(node.log_prob, 1)),
    ];
  }));
  const cuts = spots.flatMap((column, step) => {
    const kept = nKept(answer.steps[step]);
    if (kept === column.length) return [];
    const at = y(kept) - (ROW - HEIGHT) / 2;
    return [svg("line", { x1: x(step) - 6, x2: x(step) + NODE + 6, y1: at, y2: at, stroke: INK })];
  });
  return svg("svg", { width, height, viewBox: `0 0 ${width} ${height}`, "font-family": FONT, "font-size": 13, fill: INK },
    svg("rect", { width, height, fill: "white" }),
    svg("text", { x: 16, y: 30, "font-size": 16, "font-weight": 600 }, shortened(answer.text)),
    svg("text", { x: 16, y: 54, "font-size": 12 }, `${words.width}: ${format.count(answer.width)} · ${words.stop}: ${words.stops[answer.stop]}`),
    svg("text", { x: 16, y: TOP + 16 }, words.prompt), ...lines, ...cuts, ...nodes);
}

/** A text without line breaks, and without signs that XML forbids; its beginning, if it is long. */
function shortened(text) {
  const signs = Array.from(text, (sign) => (sign === " " ? sign : shapeOf(sign)));
  return signs.length > 90 ? `${signs.slice(0, 89).join("")}…` : signs.join("");
}
