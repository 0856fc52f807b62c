import { fromHex } from "./bytes.js";
import { tokenText } from "./naming.js";
import { svg } from "./svg.js";
import { shapeOf } from "./text.js";

const [WIDTH, SIDE, LABEL, BAR, ROW, TOP] = [900, 440, 120, 200, 22, 90]; // px
const COLOURS = { causal: "#0072b2", masked: "#e69f00" };
const FONT = "DejaVu Sans, Noto Sans, Noto Sans CJK SC, Noto Color Emoji, system-ui, sans-serif";

/**
 * What both models expect in the first gap, as a file of its own.
 * @param {{answer: Record<string, any>, words: Record<string, string>,
 *   format: ReturnType<typeof import("./numbers.js").formatted>}} shown
 */
export function fillingsFile({ answer, words, format }) {
  const height = TOP + 9 * ROW;
  const parts = ["causal", "masked"].flatMap((model, i) => {
    const left = 16 + i * SIDE;
    const likeliest = answer[model][0];
    const most = Math.max(...likeliest.map(({ probability }) => probability), 1e-9);
    const title = svg("text", { x: left, y: 64, "font-weight": 600 }, words[model]);
    if (!likeliest.length) return [title, svg("text", { x: left, y: TOP + 12, "font-size": 11 }, words.no_left_side)];
    return [title, ...likeliest.flatMap(({ bytes, probability }, at) => {
      const [y, width] = [TOP + at * ROW, (BAR * probability) / most];
      return [
        svg("text", { x: left + LABEL - 8, y: y + 12, "text-anchor": "end" }, tokenText(fromHex(bytes))),
        svg("rect", { x: left + LABEL, y, width: width.toFixed(2), height: 14, fill: COLOURS[model] }),
        svg("text", { x: left + LABEL + width + 6, y: y + 12, "font-size": 12 }, format.percent(probability)),
      ];
    })];
  });
  return svg("svg", { width: WIDTH, height, viewBox: `0 0 ${WIDTH} ${height}`, "font-family": FONT, "font-size": 13, fill: "#1b1b1b" },
    svg("rect", { width: WIDTH, height, fill: "white" }),
    svg("text", { x: 16, y: 30, "font-size": 16, "font-weight": 600 }, oneLine(answer.text)), ...parts);
}

/** A text without line breaks, and without signs that XML forbids; its beginning, if it is long. */
function oneLine(text) {
  const signs = Array.from(text, (sign) => (sign === " " ? sign : shapeOf(sign)));
  return signs.length > 90 ? `${signs.slice(0, 89).join("")}…` : signs.join("");
}
