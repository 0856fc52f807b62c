import { lengthOf } from "../lib/geometry.js";
import { shapeOf } from "../lib/text.js";
import { sumsAfter } from "../lib/unrolling.js";
import { make } from "../lib/view.js";

/** Every step as a row, in the order of the walk; built when it is opened. */
export function stepTable(words, format, size) {
  const names = [words.time_step, words.reads, words.predicts, words.loss, words.from_own, words.from_later, words.together, words.this_part, words.sum_so_far, words.from_last];
  const body = make("tbody");
  const head = make("tr", {}, ...names.map((textContent) => make("th", { scope: "col", textContent })));
  const table = make("table", {}, make("caption", { textContent: words.step_caption }), make("thead", {}, head), body);
  const element = make("details", { className: "steps" }, make("summary", { textContent: words.step_table }),
    make("div", { className: "scroll", tabIndex: 0, role: "group", "aria-label": words.step_table }, table));
  let shown = null;

  function fill() {
    if (!element.open || !shown) return;
    const { walk, walked } = shown;
    const n = walk.steps.length;
    body.replaceChildren(...walk.steps.map((step, t) => rowOf(walk, step, t, t >= n - walked)).reverse());
  }

  function rowOf(walk, { own, later, together, parts }, t, isReached) {
    const n = walk.steps.length;
    const { signs } = walk.sequence;
    const sum = sumsAfter(walk, n - t).W_h;
    const gradients = [own, later, together, parts.W_h, sum, walk.arrived[n - 1][t]].map((each) => (isReached ? size(lengthOf(each)) : "–"));
    return make("tr", {}, make("th", { scope: "row", textContent: format.count(t + 1) }),
      ...[shapeOf(signs[t]), shapeOf(signs[t + 1])].map((sign) => make("td", {}, make("bdi", { textContent: sign }))),
      make("td", { textContent: format.fixed(walk.run.losses[t], 3) }), ...gradients.map((textContent) => make("td", { textContent })));
  }
  element.addEventListener("toggle", fill);
  return { element, draw: (next) => { shown = next; fill(); } };
}
