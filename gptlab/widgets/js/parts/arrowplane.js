import { rotation } from "../lib/geometry.js";
import { svg } from "../lib/svg.js";
import { filled } from "../lib/text.js";
import { make } from "../lib/view.js";

const SIZE = 360; // units of the drawing's own
const [STEP, LEAP] = [0.1, 1]; // of the arrow keys, without and with Shift
const KEYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
const INKS = ["#0072B2", "#D55E00", "#009E73", "#A8538A", "#8A6100"]; // on white, in a file of its own

/**
 * Arrows in a plane: heads are dragged, or moved with the arrow keys. The arrows keep their place
 * while the axes turn.
 * @param {Record<string, string>} words
 * @param {ReturnType<import("../lib/numbers.js").formatted>} format
 * @param {(index: number, numbers: [number, number]) => void} move
 */
export function arrowPlane(words, format, move) {
  const [axes, arrows, handles] = [svg("g", { class: "axes" }), svg("g", { "aria-hidden": "true" }), svg("g")];
  const picture = svg("svg", { class: "plane", viewBox: `0 0 ${SIZE} ${SIZE}`, role: "group", "aria-label": words.plane }, axes, arrows, handles);
  const element = make("div", {}, make("p", { className: "note", textContent: words.help }), picture);
  let [vectors, reach, dragged] = [[], 5, null];

  const place = ([x, y]) => [SIZE / 2 + (x / reach) * (SIZE / 2), SIZE / 2 - (y / reach) * (SIZE / 2)];
  const rounded = (number) => Math.round(number * 10) / 10;

  function under({ clientX, clientY }) {
    const { left, top, width, height } = picture.getBoundingClientRect();
    return [((clientX - left) / width - 0.5) * 2 * reach, (0.5 - (clientY - top) / height) * 2 * reach].map(rounded);
  }

  function handleOf(index) {
    const handle = svg("circle", { class: `head colour-${index}`, r: 11, tabindex: 0, role: "button" });
    handle.addEventListener("pointerdown", (event) => {
      dragged = index;
      handle.setPointerCapture(event.pointerId);
      handle.focus();
      event.preventDefault();
    });
    handle.addEventListener("pointermove", (event) => { if (dragged === index) move(index, under(event)); });
    for (const end of ["pointerup", "pointercancel"]) handle.addEventListener(end, () => { dragged = null; });
    handle.addEventListener("keydown", (event) => {
      const way = KEYS[event.key];
      if (!way) return;
      event.preventDefault();
      const step = event.shiftKey ? LEAP : STEP;
      move(index, vectors[index].numbers.map((number, axis) => rounded(number + step * way[axis])));
    });
    return handle;
  }

  /** @param {{name: string, numbers: number[]}[]} next @param {number[][]} seen in the turned axes */
  function draw(next, seen, angle) {
    vectors = next;
    if (dragged === null) reach = reachOf(vectors); // it must not change under the pointer
    axes.replaceChildren(...axisLines(angle, words));
    arrows.replaceChildren(...vectors.map(({ name, numbers }, i) => arrowOf(name, place(numbers), i)));
    while (handles.childElementCount > vectors.length) handles.lastChild.remove();
    while (handles.childElementCount < vectors.length) handles.append(handleOf(handles.childElementCount));
    vectors.forEach(({ name, numbers }, i) => {
      const [cx, cy] = place(numbers);
      const list = seen[i].map((number) => format.fixed(number, 2)).join(" | ");
      const said = { cx, cy, "aria-label": filled(words.arrow, { name, list }) };
      for (const [key, value] of Object.entries(said)) handles.children[i].setAttribute(key, value);
    });
  }
  return { element, draw };
}

/** How far the plane reaches: a round number beyond every arrow. */
function reachOf(vectors) {
  const most = Math.max(1, ...vectors.flatMap(({ numbers }) => numbers.map(Math.abs)));
  const power = 10 ** Math.floor(Math.log10(most));
  return power * [1.5, 3, 5, 7.5, 12].find((step) => most * 1.1 <= step * power);
}

function axisLines(angle, words) {
  return rotation(2, angle).flatMap(([x, y], i) => {
    const [dx, dy] = [x * SIZE, y * SIZE];
    const end = [SIZE / 2 + 0.43 * dx, SIZE / 2 - 0.43 * dy];
    return [
      svg("line", { x1: SIZE / 2 - dx, y1: SIZE / 2 + dy, x2: SIZE / 2 + dx, y2: SIZE / 2 - dy }),
      svg("text", { x: end[0], y: end[1] - 4, "text-anchor": "middle" }, filled(words.axis, { number: i + 1 })),
    ];
  });
}

function arrowOf(name, [x, y], index) {
  return svg("g", { class: `arrow colour-${index}` },
    svg("line", { x1: SIZE / 2, y1: SIZE / 2, x2: x, y2: y }),
    svg("text", { x, y: y - 15, "text-anchor": "middle" }, name));
}

/** The arrows (or, of wider vectors, the names alone) and every pair, as a picture of its own. */
export function arrowPicture(words, format, { vectors, angle }, { pairs, values }) {
  const [wide, row] = [760, 24];
  const reach = reachOf(vectors);
  const place = ([x, y]) => [SIZE / 2 + (x / reach) * (SIZE / 2), SIZE / 2 - (y / reach) * (SIZE / 2)];
  const isPlane = vectors[0].numbers.length === 2;
  const font = { "font-family": "system-ui, sans-serif", "font-size": 13, fill: "#1b1b1b" };
  const lines = isPlane ? axisLines(angle, words).map((part) => {
    part.setAttribute(part.tagName === "line" ? "stroke" : "fill", part.tagName === "line" ? "#d0d0d0" : "#595959");
    return part;
  }) : [];
  const arrows = isPlane ? vectors.map(({ name, numbers }, i) => {
    const [x, y] = place(numbers);
    return svg("g", {}, svg("line", { x1: SIZE / 2, y1: SIZE / 2, x2: x, y2: y, stroke: INKS[i], "stroke-width": 3 }),
      svg("circle", { cx: x, cy: y, r: 5, fill: INKS[i] }), svg("text", { x, y: y - 10, "text-anchor": "middle" }, name));
  }) : [];
  const texts = pairs.map(([i, j], at) => svg("text", { x: SIZE + 20, y: 40 + row * at },
    `${filled(words.pair_of, { first: vectors[i].name, second: vectors[j].name })}: ${Object.keys(values).map((name) =>
      `${words[name]} ${format.fixed(values[name][at], 3)}`).join(", ")}`));
  const turn = svg("text", { x: SIZE + 20, y: 16 }, `${words.turn}: ${filled(words.degrees, { n: format.count(angle) })}`);
  const size = { width: wide, height: SIZE, viewBox: `0 0 ${wide} ${SIZE}` };
  return svg("svg", { xmlns: "http://www.w3.org/2000/svg", ...size, ...font }, svg("title", {}, words.plane),
    svg("rect", { width: wide, height: SIZE, fill: "#fff" }), svg("svg", { width: SIZE, height: SIZE }, ...lines, ...arrows), turn, ...texts);
}
