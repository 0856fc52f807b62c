import { lengthOf } from "../lib/geometry.js";
import { svg } from "../lib/svg.js";
import { filled } from "../lib/text.js";
import { make } from "../lib/view.js";
import { titledPart } from "./titled.js";

const LEAST = -16; // decades; smaller sizes stand on the lower edge

/** How strong the last loss is felt, by distance, beside the radius raised to the distance. */
export function distancePart(words, format, size) {
  const lines = { power: svg("polyline", { class: "power" }), waiting: svg("polyline", { class: "waiting" }), reached: svg("polyline", { class: "reached" }) };
  for (const line of Object.values(lines)) line.setAttribute("vector-effect", "non-scaling-stroke");
  const grid = svg("g", { class: "grid" });
  const picture = svg("svg", { viewBox: "0 0 100 100", preserveAspectRatio: "none", "aria-hidden": "true" }, grid, ...Object.values(lines));
  const ticks = make("div", { className: "decades", "aria-hidden": "true" });
  const dot = make("span", { className: "dot" });
  const plot = make("div", { className: "plot" }, picture, dot, ticks);
  const axis = make("p", { className: "note axis" }, make("span", { textContent: "0" }), make("span", { textContent: words.steps_back }), make("span"));
  const legend = make("p", { className: "note legend" }, make("span", { className: "reached", textContent: words.last_loss }), make("span", { className: "power", textContent: words.power_curve }));
  const said = make("p", { className: "chosen", "aria-live": "polite" });
  const { element } = titledPart("distances", words.distance_title, plot, axis, legend, said);

  function draw({ walk, walked }) {
    const n = walk.steps.length;
    const sizes = walk.arrived[n - 1].map(lengthOf).reverse(); // by distance
    const n_felt = sizes.findIndex((each) => each === 0) < 0 ? n : sizes.findIndex((each) => each === 0);
    const powers = sizes.map((_, k) => sizes[0] * walk.settings.radius ** k);
    const logs = [sizes.slice(0, n_felt), powers].map((values) => values.map((each) => Math.max(Math.log10(each), LEAST)));
    const [low, high] = [Math.floor(Math.min(-1, ...logs.flat())), Math.ceil(Math.max(0, ...logs.flat()))];
    const height = (log) => 100 * (1 - (log - low) / (high - low));
    const points = (values) => values.map((log, k) => `${((100 * k) / Math.max(n - 1, 1)).toFixed(2)},${height(log).toFixed(2)}`);
    const [felt, pure] = logs.map(points);
    lines.power.setAttribute("points", pure.join(" "));
    lines.waiting.setAttribute("points", felt.join(" "));
    lines.reached.setAttribute("points", felt.slice(0, walked).join(" "));
    drawDecades(low, high, height);
    const at = Math.min(Math.max(walked, 1), Math.max(n_felt, 1)) - 1;
    dot.hidden = n_felt === 0;
    if (n_felt) [dot.style.left, dot.style.top] = felt[at].split(",").map((place) => `${place}%`);
    axis.lastChild.textContent = format.count(n - 1);
    said.textContent = n_felt ? filled(words.distance_said, {
      n: format.count(at), first: size(sizes[at]), second: size(sizes[at] / sizes[0]), total: size(walk.settings.radius ** at),
    }) : "";
  }

  function drawDecades(low, high, height) {
    const every = Math.max(1, Math.ceil((high - low) / 6));
    const shown = Array.from({ length: high - low + 1 }, (_, i) => low + i).filter((log) => (log - high) % every === 0);
    grid.replaceChildren(...shown.map((log) => svg("line", { x1: 0, x2: 100, y1: height(log), y2: height(log), "vector-effect": "non-scaling-stroke" })));
    ticks.replaceChildren(...shown.map((log) => {
      const tick = make("span", { textContent: log >= -2 && log <= 2 ? format.fixed(10 ** log, Math.max(-log, 0)) : format.power(10 ** log) });
      tick.style.top = `${height(log)}%`;
      return tick;
    }));
  }
  return { element, draw };
}
