import { svg } from "../lib/svg.js";
import { filled } from "../lib/text.js";
import { make } from "../lib/view.js";
import { titledPart } from "./titled.js";

/**
 * Shares of right answers by distance, as an experiment recorded them: mean and range over seeds.
 * @param {Record<string, any>} words
 * @param {ReturnType<import("../lib/numbers.js").formatted>} format
 * @param {{edges: number[], length: number, width: number, seeds: number, chance: number,
 *   curves: Record<string, {mean: number[], low: number[], high: number[]}>, ways: Record<string, string[]>}} recorded
 */
export function recallPart(words, format, recorded) {
  const { edges, curves, ways, chance } = recorded;
  const places = edges.slice(0, -1);
  const last = places[places.length - 1];
  const picture = svg("svg", { viewBox: "0 0 100 100", preserveAspectRatio: "none", "aria-hidden": "true", class: "curve" });
  const legend = make("ul", { className: "legend" });
  const note = filled(words.recall_note, { n: recorded.length, count: recorded.width, total: recorded.seeds });
  const axis = filled(words.recall_axis, { first: places[0], end: last });
  const [head, body] = [make("tr"), make("tbody")];
  const table = make("div", { className: "scroll", tabIndex: 0, role: "group", "aria-label": words.recall_table }, make("table", {}, make("thead", {}, head), body));
  const { element } = titledPart("recall", words.recall, make("p", { className: "note", textContent: note }), picture,
    make("p", { className: "note axis", textContent: axis }), legend,
    make("details", {}, make("summary", { textContent: words.recall_table }), table));

  const x = (distance) => (100 * (distance - places[0])) / (last - places[0]);
  const y = (share) => 100 * (1 - share);
  const points = (shares) => shares.map((share, i) => `${x(places[i]).toFixed(2)},${y(share).toFixed(2)}`);

  /** @param {string} pattern */
  function draw(pattern) {
    const shown = ways[pattern];
    picture.replaceChildren(
      svg("line", { x1: 0, x2: 100, y1: y(chance), y2: y(chance), class: "chance", "vector-effect": "non-scaling-stroke" }),
      ...shown.flatMap((way, i) => {
        const { mean, low, high } = curves[way];
        return [
          svg("polygon", { points: [...points(high), ...points(low).reverse()].join(" "), class: `range way-${i}` }),
          svg("polyline", { points: points(mean).join(" "), class: `mean way-${i}`, fill: "none", "vector-effect": "non-scaling-stroke" }),
        ];
      }));
    legend.replaceChildren(...shown.map((way, i) => make("li", { className: `way-${i}`, textContent: words.ways[way] })),
      make("li", { className: "chance", textContent: `${words.guessing} ${format.percent(chance)}` }));
    head.replaceChildren(...[words.distance, ...shown.map((way) => words.ways[way])].map((name) => make("th", { scope: "col", textContent: name })));
    body.replaceChildren(...places.map((distance, i) => make("tr", {}, make("th", { scope: "row", textContent: String(distance) }),
      ...shown.map((way) => make("td", { textContent: format.percent(curves[way].mean[i], 0) })))));
  }
  return { element, draw };
}
