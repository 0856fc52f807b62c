import { nearest } from "./remembering.js";
import { svg } from "./svg.js";
import { filled } from "./text.js";

export const DASHES = ["", "9 4", "9 3 2 3", "2 3", "9 3 2 3 2 3", "1 2"];
const INKS = ["#0072b2", "#b84a00", "#007a59", "#a8538a", "#8a6100", "#1b1b1b"]; // on white
const [WIDTH, HEIGHT, LEFT, TOP, SIDE, TALL] = [760, 420, 60, 40, 420, 320]; // px

/**
 * Lines and bands in a square from 0 to 100: mean, and lowest to highest, of each model that is shown.
 * @param {{distances: number[], models: {name: string, mean: number[], low: number[], high: number[]}[]}} curves
 * @param {string[]} hidden
 */
export function curveLines({ distances, models }, hidden) {
  const far = distances.at(-1);
  const points = (shares) => shares.map((share, i) => `${((100 * distances[i]) / far).toFixed(2)},${(100 * (1 - share)).toFixed(2)}`);
  return models.map((each, number) => ({ ...each, number, isHidden: hidden.includes(each.name) }))
    .filter(({ isHidden }) => !isHidden)
    .map(({ name, number, mean, low, high }) => ({
      name, number, line: points(mean).join(" "), band: [...points(high), ...points(low).reverse()].join(" "),
    }));
}

/** The curves as a file of their own. */
export function curvesFile(curves, { hidden, distance }, words, format) {
  const far = curves.distances.at(-1);
  const at = nearest(curves.distances, distance);
  const lines = curveLines(curves, hidden);
  const level = (share, dash) => svg("line", { x1: 0, x2: 100, y1: 100 * (1 - share), y2: 100 * (1 - share), stroke: "#595959", "stroke-dasharray": dash, "vector-effect": "non-scaling-stroke" });
  const plot = svg("svg", { x: LEFT, y: TOP, width: SIDE, height: TALL, viewBox: "0 0 100 100", preserveAspectRatio: "none" },
    svg("rect", { width: 100, height: 100, fill: "#f4f4f4" }), level(curves.chance, "2 3"), level(curves.baseline[at], "8 3"),
    ...lines.map(({ number, band }) => svg("polygon", { points: band, fill: INKS[number], "fill-opacity": 0.15 })),
    ...lines.map(({ number, line }) => svg("polyline", { points: line, fill: "none", stroke: INKS[number], "stroke-width": 2.5, "stroke-dasharray": DASHES[number], "vector-effect": "non-scaling-stroke" })),
    svg("line", { x1: (100 * distance) / far, x2: (100 * distance) / far, y1: 0, y2: 100, stroke: "#1b1b1b", "vector-effect": "non-scaling-stroke" }));
  const names = lines.map(({ name, number }, i) => {
    const share = format.percent(curves.models[number].mean[at], 0);
    return svg("text", { x: LEFT + SIDE + 16, y: TOP + 20 + 24 * i, fill: INKS[number] }, `${name}: ${share}`);
  });
  const ticks = [0, 0.5, 1].map((share) => svg("text", { x: LEFT - 8, y: TOP + TALL * (1 - share) + 4, "text-anchor": "end" }, format.percent(share, 0)));
  const ends = [svg("text", { x: LEFT, y: TOP + TALL + 18 }, "0"), svg("text", { x: LEFT + SIDE, y: TOP + TALL + 18, "text-anchor": "end" }, format.count(far)),
    svg("text", { x: LEFT + SIDE / 2, y: TOP + TALL + 36, "text-anchor": "middle" }, words.distance)];
  const base = [`${words.chance}: ${format.percent(curves.chance)}`, `${words.baseline}: ${format.percent(curves.baseline[at])}`]
    .map((text, i) => svg("text", { x: LEFT + SIDE + 16, y: TOP + 40 + 24 * (lines.length + i), fill: "#595959" }, text));
  const title = svg("text", { x: 16, y: 24, "font-size": 16, "font-weight": 600 }, curves.title);
  const here = svg("text", { x: LEFT + SIDE + 16, y: TOP + TALL }, filled(words.here_table, { n: format.count(distance), position: format.count(curves.distances[at]) }));
  return svg("svg", { width: WIDTH, height: HEIGHT, viewBox: `0 0 ${WIDTH} ${HEIGHT}`, "font-family": "system-ui, sans-serif", "font-size": 13, fill: "#1b1b1b" },
    svg("rect", { width: WIDTH, height: HEIGHT, fill: "white" }), title, plot, ...ticks, ...ends, ...names, ...base, here);
}
