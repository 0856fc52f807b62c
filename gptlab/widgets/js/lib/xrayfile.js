import { tokenText } from "./naming.js";
import { svg } from "./svg.js";
import { filled } from "./text.js";

// Inks of a file of its own, on white: as in gptlab/style.py.
const [BLUE, GREEN, SKY, INK, QUIET] = ["#0072B2", "#009E73", "#56B4E9", "#1b1b1b", "#595959"];
const [WIDTH, HEAD, ROW, LABEL, BAR, PAD] = [820, 60, 24, 230, 300, 16];
const FONT = "DejaVu Sans, Noto Sans, Noto Sans CJK SC, Noto Color Emoji, system-ui, sans-serif";

/**
 * The stages of the model as a picture of its own: how long the vector is, and what the stream says.
 * @param {{ xray: Record<string, any>, names: string[], rows: { best: number, share: number }[],
 *   bytesOf: (id: number) => Uint8Array, words: Record<string, string>,
 *   format: ReturnType<typeof import("./numbers.js").formatted>, nameOf: (part: string) => string }} shown
 */
export function xrayFile({ xray, names, rows, bytesOf, words, format, nameOf }) {
  const bars = xray.norms.filter(([stage]) => !stage.endsWith("resid_pre"));
  const most = Math.max(...bars.map(([, length]) => length));
  const height = HEAD + ROW * bars.length + PAD;
  const title = filled(words.chosen_part, { part: words.drawing, token: names[xray.at] });
  const off = xray.off.length ? filled(words.off_now, { list: xray.off.map(nameOf).join(", ") }) : "";
  return svg("svg", { xmlns: "http://www.w3.org/2000/svg", width: WIDTH, height, viewBox: `0 0 ${WIDTH} ${height}` },
    svg("title", {}, title), svg("rect", { width: WIDTH, height, fill: "#fff" }),
    write(PAD, 26, title, INK, 16), write(PAD, 48, off, QUIET, 12),
    ...bars.map(([stage, length], i) => {
      const top = HEAD + ROW * i;
      const guess = guessAt(stage, xray, rows, bytesOf, format);
      const width = (BAR * length) / most;
      return svg("g", {},
        write(PAD + LABEL - 8, top + 15, nameOf(partOf(stage)), INK, 13, "end"),
        svg("rect", { x: PAD + LABEL, y: top + 2, width, height: ROW - 6, fill: colourOf(stage) }),
        write(PAD + LABEL + width + 8, top + 15, `${format.fixed(length, 1)}  ${guess}`, INK, 13));
    }));
}

function partOf(stage) {
  return stage === "ln_final" ? "ln_f" : stage.replace(/_out$/, "");
}

function guessAt(stage, { adds }, rows, bytesOf, format) {
  const found = /^blocks\.(\d+)\.resid_post$/.exec(stage);
  const row = found ? rows[Number(found[1]) + 1] : stage === (adds ? "pos_embed" : "embed") ? rows[0] : null;
  return row ? `→ ${tokenText(bytesOf(row.best))} ${format.percent(row.share)}` : "";
}

function colourOf(stage) {
  if (stage.endsWith("attn_out")) return BLUE;
  if (stage.endsWith("mlp_out")) return GREEN;
  return /ln/.test(stage) ? QUIET : SKY;
}

function write(x, y, words, fill, size, anchor = "start") {
  return svg("text", { x, y, fill, "font-family": FONT, "font-size": size, "text-anchor": anchor }, words);
}
