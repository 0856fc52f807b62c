import { svg } from "./svg.js";
import { shapeOf } from "./text.js";

const [WIDTH, LEFT, BAR, ROW, TOP] = [760, 170, 420, 54, 110]; // px
const COLOURS = ["#0072b2", "#e69f00", "#595959"];
const FONT = "DejaVu Sans, Noto Sans, Noto Sans CJK SC, Noto Color Emoji, system-ui, sans-serif";

/**
 * How far each token's output moved, as a file of its own.
 * @param {{answer: {places: number[], text: string}, names: string[], changes: Float32Array,
 *   words: Record<string, string>, format: ReturnType<typeof import("./numbers.js").formatted>}} shown
 */
export function outputsFile({ answer, names, changes, words, format }) {
  const n = names.length;
  const most = Math.max(...changes, 0.1);
  const height = TOP + n * ROW + 20;
  const titles = [words.whole, words.no_positions, words.blind];
  const legend = titles.flatMap((title, i) => [
    svg("rect", { x: 16, y: 42 + 20 * i, width: 12, height: 12, fill: COLOURS[i] }),
    svg("text", { x: 34, y: 53 + 20 * i }, title),
  ]);
  const rows = answer.places.flatMap((place, at) => {
    const y = TOP + at * ROW;
    const bars = [0, 1, 2].flatMap((row) => {
      const change = changes[row * n + place];
      const width = (BAR * change) / most;
      return [
        svg("rect", { x: LEFT, y: y + 15 * row, width: width.toFixed(2), height: 12, fill: COLOURS[row] }),
        svg("text", { x: LEFT + width + 6, y: y + 15 * row + 11, "font-size": 12 }, format.percent(change)),
      ];
    });
    return [svg("text", { x: LEFT - 10, y: y + 28, "text-anchor": "end" }, shortened(names[place], 18)), ...bars];
  });
  return svg("svg", { width: WIDTH, height, viewBox: `0 0 ${WIDTH} ${height}`, "font-family": FONT, "font-size": 13, fill: "#1b1b1b" },
    svg("rect", { width: WIDTH, height, fill: "white" }),
    svg("text", { x: 16, y: 26, "font-size": 16, "font-weight": 600 }, shortened(oneLine(answer.text), 80)),
    ...legend, ...rows);
}

function shortened(text, most) {
  const letters = [...text];
  return letters.length > most ? `${letters.slice(0, most - 1).join("")}…` : text;
}

/** A text without line breaks, and without signs that XML forbids. */
function oneLine(text) {
  return Array.from(text, (sign) => (sign === " " ? sign : shapeOf(sign))).join("");
}
