import { movedOnMap } from "../lib/axes.js";
import { viridisCss } from "../lib/colours.js";
import { isCounted } from "../lib/elman.js";
import { lengthOf } from "../lib/geometry.js";
import { paintMap } from "../lib/mapcolours.js";
import { filled } from "../lib/text.js";
import { make } from "../lib/view.js";
import { titledPart } from "./titled.js";

const DECADES = 6; // below the largest; what is smaller has the darkest colour

/** From each loss (a row) to each state (a column): the size of the gradient that arrives there. */
export function gradientMap(words, format, size) {
  const canvas = make("canvas");
  const [ring, front] = [make("div", { className: "ring" }), make("div", { className: "front" })];
  const cells = make("div", {
    className: "cells", tabIndex: 0, role: "application", "aria-label": words.map_title, "aria-description": words.map_help,
  }, canvas, ring, front);
  const said = make("p", { className: "chosen", "aria-live": "polite" });
  const bar = make("span", { className: "bar" });
  bar.style.background = `linear-gradient(to right, ${Array.from({ length: 9 }, (_, i) => viridisCss(i / 8)).join(", ")})`;
  const ends = [make("span"), make("span")];
  const axes = [make("p", { className: "note", textContent: words.map_rows }), make("p", { className: "note", textContent: words.map_columns })];
  const { element } = titledPart("map", words.map_title, axes[0], cells, axes[1],
    make("p", { className: "scale note" }, ends[0], bar, ends[1]), said);
  let [shown, at] = [null, { query: 0, key: 0 }];

  function draw(next) {
    const isNew = next.walk !== shown?.walk;
    shown = next;
    const { walk, walked } = shown;
    const n = walk.steps.length;
    const sizes = walk.arrived.map((row) => row.map(lengthOf));
    const top = Math.log10(Math.max(...sizes.flat(), 1e-300));
    paintMap(canvas, n, (cell) => {
      const [t, s] = [Math.floor(cell / n), cell % n];
      if (s < n - walked || sizes[t][s] === 0) return -1;
      return Math.round(255 * Math.max(0, 1 + (Math.log10(sizes[t][s]) - top) / DECADES));
    });
    front.style.left = `${(100 * (n - walked)) / n}%`;
    [ends[0].textContent, ends[1].textContent] = [`≤ ${size(10 ** (top - DECADES))}`, size(10 ** top)];
    move(isNew ? { query: n - 1, key: Math.max(n - walked, 0) === n ? n - 1 : n - walked } : at);
  }

  function move(to) {
    const { walk, walked } = shown;
    const n = walk.steps.length;
    at = { query: Math.min(to.query, n - 1), key: Math.min(to.key, n - 1) };
    const { query: t, key: s } = at;
    Object.assign(ring.style, { left: `${(100 * s) / n}%`, top: `${(100 * t) / n}%`, width: `${100 / n}%`, height: `${100 / n}%` });
    said.textContent = filled(sentence(walk, walked, t, s), {
      first: format.count(t + 1), second: format.count(s + 1), n: format.count(t - s), total: size(lengthOf(walk.arrived[t][s])),
    });
  }

  function sentence({ steps, settings }, walked, t, s) {
    if (s > t) return words.map_later;
    if (!isCounted(t, steps.length, settings.losses)) return words.map_uncounted;
    if (t - s >= settings.truncation) return words.map_cut;
    return s < steps.length - walked ? words.map_waiting : words.map_cell;
  }

  cells.addEventListener("keydown", (event) => {
    const to = movedOnMap(event, at, shown.walk.steps.length);
    if (!to) return;
    event.preventDefault();
    move(to);
  });
  cells.addEventListener("pointermove", (event) => {
    const { left, top, width } = canvas.getBoundingClientRect();
    const n = shown.walk.steps.length;
    const [key, query] = [event.clientX - left, event.clientY - top].map((px) => Math.floor((px / width) * n));
    if ([key, query].every((i) => i >= 0 && i < n)) move({ query, key });
  });
  return { element, draw };
}
