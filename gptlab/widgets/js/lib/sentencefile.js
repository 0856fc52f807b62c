import { onOneLine } from "./sentences.js";
import { svg } from "./svg.js";

const [WIDTH, LABEL, BAR, ROW, TOP] = [900, 180, 560, 22, 74]; // px
const MOST = 60; // rows
const COLOURS = { own: "#0072b2", control: "#d55e00" };
const FONT = "DejaVu Sans, Noto Sans, Noto Sans CJK SC, Noto Color Emoji, system-ui, sans-serif";

/**
 * The surprise of each token, as a file of its own.
 * @param {{names: string[], own: {bits: number[], sums: number[]}, control: {bits: number[]} | null,
 *   sentence: {text: string}, words: Record<string, string>,
 *   format: ReturnType<typeof import("./numbers.js").formatted>}} shown
 */
export function sentenceFile({ names, own, control, sentence, words, format }) {
  const rows = names.slice(0, MOST);
  const height = TOP + ROW * (rows.length + 1);
  const most = Math.max(...own.bits, ...(control?.bits ?? [0]));
  const x = (bits) => LABEL + (BAR * bits) / most;
  const total = `${words.surprise}: ${format.fixed(own.sums.at(-1), 1)}`;
  const drawn = rows.flatMap((name, i) => {
    const y = TOP + i * ROW;
    const parts = [
      svg("text", { x: LABEL - 8, y: y + 13, "text-anchor": "end" }, name),
      svg("rect", { x: LABEL, y, width: (x(own.bits[i]) - LABEL).toFixed(2), height: 15, fill: COLOURS.own }),
      svg("text", { x: WIDTH - 16, y: y + 13, "text-anchor": "end" }, format.fixed(own.bits[i], 2)),
    ];
    if (control) parts.push(svg("rect", { x: x(control.bits[i]).toFixed(2), y: y - 2, width: 2, height: 19, fill: COLOURS.control }));
    return parts;
  });
  return svg("svg", { width: WIDTH, height, viewBox: `0 0 ${WIDTH} ${height}`, "font-family": FONT, "font-size": 13, fill: "#1b1b1b" },
    svg("rect", { width: WIDTH, height, fill: "white" }),
    svg("text", { x: 16, y: 28, "font-size": 16, "font-weight": 600 }, onOneLine(sentence.text, 90)),
    svg("text", { x: 16, y: 52 }, total), ...drawn);
}
