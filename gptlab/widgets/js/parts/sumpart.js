import { svg } from "../lib/svg.js";
import { filled } from "../lib/text.js";
import { make } from "../lib/view.js";
import { placesOf } from "./wordmap.js";

const [WIDTH, HEIGHT] = [560, 400]; // as wordmap.js draws

/**
 * Start − minus + plus: three fields, what is near, and the arrows in a plane.
 * @param {Record<string, string>} words
 * @param {ReturnType<import("../lib/numbers.js").formatted>} format
 * @param {(changes: Record<string, unknown>) => void} put
 */
export function sumPart(words, format, put) {
  const names = ["start", "minus", "plus"];
  const fields = names.map((name) => {
    const input = make("input", { type: "text", spellcheck: false, autocapitalize: "off", maxLength: 60 });
    input.addEventListener("change", () => put({ [name]: input.value.toWellFormed?.() ?? input.value }));
    return input;
  });
  const labels = [words.start, words.minus, words.plus].map((word, i) => make("label", {}, make("span", { textContent: word }), fields[i]));
  const box = make("input", { type: "checkbox" });
  box.addEventListener("change", () => put({ with_inputs: box.checked }));
  const check = make("label", { className: "check" }, box, make("span", { textContent: words.with_inputs }));
  const said = make("p", { className: "said", "aria-live": "polite" });
  const list = make("ol", { className: "answers" });
  const picture = svg("svg", { class: "plot", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img" });
  const element = make("div", { className: "columns" }, make("div", {}, make("div", { className: "three" }, ...labels), check, said, list), make("div", {}, picture));

  /** Put the present values into the fields, but not into the one that is being typed into. */
  function follow([start, minus, plus, withInputs]) {
    [start, minus, plus].forEach((value, i) => {
      if (fields[i].getRootNode().activeElement !== fields[i]) fields[i].value = value;
    });
    box.checked = withInputs;
  }

  function draw({ asked, missing, near, cosines, points }) {
    const [first, second, right] = asked;
    list.replaceChildren(...near.map((word, i) => make("li", {}, make("bdi", { textContent: word }), ` ${format.fixed(cosines[i], 3)}`)));
    said.textContent = missing.length ? filled(words.sum_missing, { list: missing.join(", ") }) : filled(words.sum_is, { first, second, right });
    picture.toggleAttribute("hidden", near.length === 0);
    if (!near.length) return;
    picture.setAttribute("aria-label", filled(words.sum_picture, { first, second, right, name: near[0] }));
    const places = placesOf(points, 5);
    const [start, minus, plus, , end] = places;
    const labelled = [first, second, right, near[0]].map((word, i) => svg("g", { class: "dot is-own" },
      svg("circle", { cx: places[i][0], cy: places[i][1], r: 5 }), svg("text", { x: places[i][0] + 8, y: places[i][1] - 6 }, word)));
    picture.replaceChildren(...arrow(minus, plus, "known"), ...arrow(start, end, "moved"), ...labelled);
  }
  return { element, follow, draw };
}

/** A line with a head of two strokes, which needs no marker with an id. */
function arrow([x1, y1], [x2, y2], kind) {
  const angle = Math.atan2(y2 - y1, x2 - x1);
  const wing = (turn) => `L${x2 - 12 * Math.cos(angle + turn)} ${y2 - 12 * Math.sin(angle + turn)}`;
  return [svg("path", { class: `arrow ${kind}`, d: `M${x1} ${y1}L${x2} ${y2}${wing(0.45)}M${x2} ${y2}${wing(-0.45)}` })];
}
