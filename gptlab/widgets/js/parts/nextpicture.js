import { tokenText } from "../lib/naming.js";
import { restOf } from "../lib/predicting.js";
import { svg } from "../lib/svg.js";
import { filled } from "../lib/text.js";

// Inks of a file of its own, on white: as in gptlab/style.py.
const [BLUE, VERMILION, INK, QUIET, LINE] = ["#0072B2", "#D55E00", "#1b1b1b", "#595959", "#d0d0d0"];
const [WIDTH, HEAD, ROW, LABEL, BAR, PAD] = [720, 64, 26, 190, 360, 16];
const FONT = "system-ui, sans-serif";

/**
 * The bars as a picture of its own, with the settings they were drawn with.
 * @param {{ words: Record<string, string>, written: (share: number) => string, n: number,
 *   title: string, settings: string }} about
 */
export function nextPicture({ words, written, count, n, title, settings }, { ranks, decided, bytesOf }) {
  const rows = Array.from({ length: n }, (_, rank) => ({
    label: tokenText(bytesOf(ranks.order[rank])), own: ranks.own[rank], made: decided.made[rank],
    isCut: decided.isCut(rank), ink: rank === decided.rank ? VERMILION : BLUE,
  }));
  const [own, made] = [restOf(ranks.own, n), restOf(decided.made, n)];
  if (own.n) rows.push({ label: filled(words.rest, { n: count(own.n) }), own: own.share, made: made.share, isCut: made.share === 0, ink: QUIET });
  const height = HEAD + ROW * rows.length + 3 * ROW;
  const legend = text(PAD, HEAD + ROW * (rows.length + 1), `■ ${words.legend_made}   ┃ ${words.legend_own}`, QUIET, 13);
  const caption = text(PAD, HEAD + ROW * (rows.length + 2), settings, QUIET, 13);
  return svg("svg", { xmlns: "http://www.w3.org/2000/svg", width: WIDTH, height, viewBox: `0 0 ${WIDTH} ${height}` },
    svg("title", {}, title), svg("rect", { width: WIDTH, height, fill: "#fff" }), text(PAD, 30, title, INK, 16),
    ...rows.map((row, i) => rowOf(row, HEAD + ROW * i, written, words)), legend, caption);
}

function rowOf({ label, own, made, isCut, ink }, top, written, words) {
  const left = PAD + LABEL;
  return svg("g", {},
    text(left - 8, top + 14, label, INK, 13, "end"),
    svg("rect", { x: left, y: top + 2, width: BAR, height: 16, fill: "none", stroke: LINE }),
    svg("rect", { x: left, y: top + 2, width: BAR * made, height: 16, fill: ink }),
    svg("rect", { x: left + BAR * own - 1, y: top, width: 2, height: 20, fill: INK }),
    text(left + BAR + 10, top + 14, isCut ? words.cut : written(made), INK, 13),
    text(WIDTH - PAD, top + 14, written(own), QUIET, 13, "end"));
}

function text(x, y, words, fill, size, anchor = "start") {
  return svg("text", { x, y, fill, "font-family": FONT, "font-size": size, "text-anchor": anchor }, words);
}
