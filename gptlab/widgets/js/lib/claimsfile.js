import { VERDICTS } from "./claiming.js";
import { svg } from "./svg.js";

const [WIDTH, LEFT, ROW, TOP] = [640, 190, 34, 48];
const COLOURS = ["#009e73", "#56b4e9", "#e69f00", "#d55e00"];
const FONT = "DejaVu Sans, Noto Sans, Noto Sans CJK SC, system-ui, sans-serif";

/**
 * The chosen claims by verdict, as bars in a file of its own.
 * @param {Record<string, number>} counts by verdict
 * @param {Record<string, string>} names of the verdicts
 * @param {string} title
 */
export function claimsFile(counts, names, title) {
  const most = Math.max(1, ...VERDICTS.map((verdict) => counts[verdict]));
  const height = TOP + ROW * VERDICTS.length + 16;
  const width = (count) => ((WIDTH - LEFT - 70) * count) / most;
  return svg("svg", { width: WIDTH, height, viewBox: `0 0 ${WIDTH} ${height}`, "font-family": FONT, "font-size": 15, fill: "#1b1b1b" },
    svg("rect", { width: WIDTH, height, fill: "white" }),
    svg("text", { x: 16, y: 28, "font-weight": 600 }, title),
    ...VERDICTS.map((verdict, i) => svg("g", { transform: `translate(0 ${TOP + ROW * i})` },
      svg("text", { x: LEFT - 10, y: 19, "text-anchor": "end" }, names[verdict]),
      svg("rect", { x: LEFT, y: 3, width: width(counts[verdict]), height: 24, fill: COLOURS[i], stroke: "#1b1b1b" }),
      svg("text", { x: LEFT + width(counts[verdict]) + 8, y: 20 }, String(counts[verdict])))));
}
