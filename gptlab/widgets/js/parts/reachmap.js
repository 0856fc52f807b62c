import { cellSize, movedOnMap } from "../lib/axes.js";
import { viridisCss } from "../lib/colours.js";
import { paintMap } from "../lib/mapcolours.js";
import { svg } from "../lib/svg.js";
import { filled } from "../lib/text.js";
import { make } from "../lib/view.js";

const MOST_SIDE = 420; // px

/** How light a cell is: the more layers a path takes, the lighter. */
const shareOf = (needed, layers) => 0.15 + (0.85 * needed) / Math.max(layers, 1);

/**
 * After how many layers each token can know of each other; a cursor goes through the cells.
 * @param {Record<string, string>} words
 */
export function reachMap(words) {
  const canvas = make("canvas");
  const ring = make("div", { className: "ring cursor" });
  const cells = make("div", {
    className: "cells", tabIndex: 0, role: "application", "aria-label": words.map_name, "aria-description": words.map_help,
  }, canvas, ring);
  const said = make("p", { className: "said", "aria-live": "polite" });
  const element = make("div", { className: "map" }, cells, said);
  let [needed, n, cell] = [new Int8Array(), 0, 0];
  let at = { query: 0, key: 0 };

  /** @param {Int8Array} next @param {number} tokens @param {number} layers */
  function draw(next, tokens, layers) {
    if (tokens !== n) at = { query: tokens - 1, key: 0 };
    [needed, n] = [next, tokens];
    cell = cellSize(Math.min(element.clientWidth || MOST_SIDE, MOST_SIDE), n);
    cells.style.setProperty("--side", `${cell * n}px`);
    paintMap(canvas, n, (i) => (needed[i] < 0 ? -1 : Math.round(255 * shareOf(needed[i], layers))));
    move(at);
  }

  function move(to) {
    at = to;
    const { query, key } = at;
    Object.assign(ring.style, { left: `${key * cell}px`, top: `${query * cell}px`, width: `${cell}px`, height: `${cell}px` });
    const layers = needed[query * n + key];
    const message = key > query ? words.later : layers < 0 ? words.never : layers === 0 ? words.itself : layers === 1 ? words.at_once : words.after;
    said.textContent = filled(message, { query: query + 1, key: key + 1, n: layers });
  }

  cells.addEventListener("pointermove", ({ clientX, clientY }) => {
    const { left, top, width } = canvas.getBoundingClientRect();
    const [key, query] = [clientX - left, clientY - top].map((px) => Math.floor((px / width) * n));
    if ([key, query].every((i) => i >= 0 && i < n)) move({ query, key });
  });
  cells.addEventListener("keydown", (event) => {
    const to = movedOnMap(event, at, n);
    if (!to) return;
    move(to);
    event.preventDefault();
  });
  return { element, draw };
}

/** The map as a picture of its own. @param {{n: number, n_layers: number}} state @param {Int8Array} needed */
export function reachPicture({ n, n_layers }, needed) {
  const squares = Array.from(needed, (layers, i) => [layers, i % n, Math.floor(i / n)]).filter(([layers]) => layers >= 0)
    .map(([layers, x, y]) => svg("rect", { x, y, width: 1, height: 1, fill: viridisCss(shareOf(layers, n_layers)) }));
  const ground = svg("rect", { width: n, height: n, fill: "#f2f2f2" });
  return svg("svg", { viewBox: `0 0 ${n} ${n}`, width: 480, height: 480, "shape-rendering": "crispEdges" }, ground, ...squares);
}
