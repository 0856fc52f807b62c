import { choicesOf, linesOf, placesIn } from "./finetuned.js";
import { svg } from "./svg.js";
import { filled } from "./text.js";

const INKS = { lora: "#0072b2", "last-layer": "#007a59", full: "#b84a00", scratch: "#a8538a" }; // on white
const [WIDTH, HEIGHT, LEFT, TOP, SIDE, TALL] = [900, 420, 60, 80, 360, 280]; // px
const FONT = "DejaVu Sans, Noto Sans, Noto Sans CJK SC, Noto Color Emoji, system-ui, sans-serif";

/** The shares of the labels and the measured accuracies, as a file of their own. */
export function finetuneFile({ answer, table: { runs, classes, baselines, loss_before }, run, words, format }) {
  const names = { lora: words.lora, "last-layer": words.last_layer, full: words.full, scratch: words.scratch };
  const { counts } = choicesOf(runs);
  const { x, y } = placesIn(counts);
  const lines = linesOf(runs, answer.rank);
  const inside = { "vector-effect": "non-scaling-stroke", fill: "none" };
  const plot = svg("svg", { x: LEFT, y: TOP, width: SIDE, height: TALL, viewBox: "0 0 100 100", preserveAspectRatio: "none" },
    svg("rect", { width: 100, height: 100, fill: "#f4f4f4" }),
    svg("line", { x1: 0, x2: 100, y1: y(baselines.majority), y2: y(baselines.majority), stroke: "#595959", "stroke-dasharray": "2 3", ...inside }),
    ...lines.map(({ method, runs: own }) => svg("polyline", {
      points: own.map((each) => `${x(each.n_labels)},${y(each.accuracy)}`).join(" "), stroke: INKS[method], "stroke-width": 2.5, ...inside,
    })));
  const ends = lines.map(({ method, runs: own }, i) => svg("text", { x: LEFT + 8, y: TOP + 20 + 18 * i, fill: INKS[method] }, `${names[method]}: ${format.percent(own.at(-1).accuracy)}`));
  const ticks = [0, 0.5, 1].map((share) => svg("text", { x: LEFT - 8, y: TOP + TALL * (1 - share) + 4, "text-anchor": "end" }, format.percent(share, 0)));
  const axis = svg("text", { x: LEFT, y: TOP + TALL + 22 }, filled(words.axis, { first: format.count(counts[0]), end: format.count(counts.at(-1)) }));
  const bars = (answer.shares?.after ?? []).flatMap((share, i) => [
    svg("text", { x: 560, y: TOP + 24 + 40 * i, "text-anchor": "end" }, classes[i]),
    svg("rect", { x: 570, y: TOP + 8 + 40 * i, width: (200 * share).toFixed(2), height: 20, fill: INKS[run.method] }),
    svg("text", { x: 578 + 200 * share, y: TOP + 24 + 40 * i }, format.percent(share)),
  ]);
  const said = filled(run.method === "scratch" ? words.measured_fresh : words.measured_said, {
    name: names[run.method], n: format.count(run.n_labels), share: format.percent(run.accuracy), first: format.percent(run.low),
    second: format.percent(run.high), start: format.fixed(loss_before, 3), end: format.fixed(run.loss, 3),
  });
  return svg("svg", { width: WIDTH, height: HEIGHT, viewBox: `0 0 ${WIDTH} ${HEIGHT}`, "font-family": FONT, "font-size": 13, fill: "#1b1b1b" },
    svg("rect", { width: WIDTH, height: HEIGHT, fill: "white" }),
    svg("text", { x: 16, y: 28, "font-size": 16, "font-weight": 600 }, names[run.method]), svg("text", { x: 16, y: 52, "font-size": 12 }, said),
    plot, ...ends, ...ticks, axis, ...bars);
}
