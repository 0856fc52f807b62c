import { fromHex } from "./bytes.js";
import { tokenText } from "./naming.js";
import { floats } from "./numbers.js";
import { svg } from "./svg.js";
import { filled } from "./text.js";
import { withTemperature } from "../engine/decoding.js";

const [WIDTH, TOP, ROW, LEFT, BAR] = [900, 90, 20, 620, 150]; // px
const [LETTERS, N_SHOWN] = [66, 8];
const [TUNED, UNTUNED] = ["#0072b2", "#e69f00"];
const FONT = "DejaVu Sans, Noto Sans, Noto Sans CJK SC, Noto Color Emoji, system-ui, sans-serif";

/** The raw prompt and what is expected next, as a file of its own. */
export function chatFile({ answer, ranks, bytesOf, words, format }) {
  const lines = wrapped(tokenText(fromHex(answer.bytes)), LETTERS);
  const before = withTemperature(floats(answer.control), 1);
  const best = Array.from(ranks.order.subarray(0, N_SHOWN));
  const height = TOP + ROW * Math.max(lines.length, 2 * N_SHOWN) + 20;
  const bars = best.flatMap((id, rank) => {
    const y = TOP + 2 * ROW * rank;
    return [
      svg("text", { x: LEFT - 6, y: y + 12, "text-anchor": "end" }, tokenText(bytesOf(id))),
      ...[[ranks.own[rank], TUNED, 0], [before[id], UNTUNED, 16]].flatMap(([share, fill, down]) => [
        svg("rect", { x: LEFT, y: y + down, width: (BAR * share).toFixed(2), height: 12, fill }),
        svg("text", { x: LEFT + BAR * share + 6, y: y + down + 11, "font-size": 11 }, format.percent(share)),
      ]),
    ];
  });
  const said = filled(words.raw_said, {
    n: answer.ids.length, total: answer.n_ctx, count: answer.n_prompt,
    shown: answer.ids.length - answer.n_prompt, left: answer.n_reply - (answer.ids.length - answer.n_prompt),
  });
  return svg("svg", { width: WIDTH, height, viewBox: `0 0 ${WIDTH} ${height}`, "font-family": FONT, "font-size": 13, fill: "#1b1b1b" },
    svg("rect", { width: WIDTH, height, fill: "white" }),
    svg("text", { x: 16, y: 30, "font-size": 16, "font-weight": 600 }, words.raw),
    svg("text", { x: 16, y: 52, "font-size": 12 }, said),
    svg("text", { x: LEFT, y: 76, "font-size": 12, fill: TUNED }, words.tuned),
    svg("text", { x: LEFT + BAR, y: 76, "font-size": 12, fill: "#8a6100" }, words.untuned),
    ...lines.map((line, i) => svg("text", { x: 16, y: TOP + 12 + ROW * i, "font-size": 12 }, line)), ...bars);
}

function wrapped(text, most) {
  const signs = Array.from(text);
  return Array.from({ length: Math.ceil(signs.length / most) }, (_, i) => signs.slice(i * most, (i + 1) * most).join(""));
}
