import { viridisTable } from "../lib/colours.js";
import { floats } from "../lib/numbers.js";
import { colourLimit, comparedWith, wavesProduct } from "../lib/positionmath.js";
import { svg } from "../lib/svg.js";
import { filled } from "../lib/text.js";
import { make } from "../lib/view.js";
import { slider } from "./slider.js";
import { titledPart } from "./titled.js";

const COLOURS = viridisTable();
const CLOSE = 1e-3; // a sum of a hundred products of float32
const SCHEMES = ["learned", "sinusoidal", "untrained"];
const KEYS = { ArrowUp: -1, ArrowDown: 1, PageUp: -10, PageDown: 10 };

/** A table of position vectors as a heat map, two of its rows, and how alike one row is to all. */
export function positionTable(words, format, change) {
  const options = SCHEMES.map((value) => make("option", { value, textContent: words[value] }));
  const select = make("select", {}, ...options);
  const chooser = make("label", { className: "chooser" }, make("span", { textContent: words.scheme }), select);
  const canvas = make("canvas");
  const marks = ["first", "second"].map((name) => make("div", { className: `mark ${name}` }));
  const map = make("div", { className: "map", tabIndex: 0, role: "application", "aria-description": words.table_help }, canvas, ...marks);
  const scale = make("p", { className: "note" });
  const titles = { first: words.first_position, second: words.second_position };
  const sliders = ["first", "second"].map((name) => slider(name, titles[name], (value) => change({ [name]: value })));
  const said = make("p", { className: "chosen", "aria-live": "polite" });
  const curve = curvePart(words);
  const proof = make("p", { className: "proof" });
  const table = dataTable(words, format);
  const alarm = make("p", { className: "alarm" });
  const left = make("div", {}, map, scale);
  const right = make("div", {}, ...sliders.map((part) => part.element), said, curve.element, proof, table.element);
  const content = make("div", { className: "panels" }, left, right);
  const { element } = titledPart("tables", words.table_title, make("p", { className: "note", textContent: words.table_help }), chooser, alarm, content);
  let [shown, opened, at] = [null, null, { first: 0, second: 0 }];

  select.addEventListener("change", () => change({ scheme: select.value }));
  map.addEventListener("keydown", (event) => {
    const step = KEYS[event.key];
    if (!step || !opened) return;
    event.preventDefault();
    const name = event.shiftKey ? "second" : "first";
    change({ [name]: Math.min(Math.max(at[name] + step, 0), opened.rows - 1) });
  });
  map.addEventListener("pointerdown", (event) => {
    const { top, height } = canvas.getBoundingClientRect();
    const row = Math.floor(((event.clientY - top) / height) * opened.rows);
    if (row >= 0 && row < opened.rows) change({ [event.shiftKey ? "second" : "first"]: row });
  });

  function draw(answer, { scheme, first, second }) {
    select.value = scheme;
    alarm.textContent = answer.error;
    content.hidden = Boolean(answer.error);
    if (answer.error) return;
    if (answer !== shown) {
      shown = answer;
      opened = { ...answer, numbers: floats(answer.numbers) };
      paint();
    }
    const last = opened.rows - 1;
    at = { first: Math.min(first, last), second: Math.min(second, last) };
    ["first", "second"].forEach((name, i) => {
      marks[i].style.top = `${(100 * (at[name] + 0.5)) / opened.rows}%`;
      sliders[i].draw(at[name], last, String(at[name]));
    });
    const { dots, cosines } = comparedWith(opened, at.first);
    const distance = Math.abs(at.first - at.second);
    said.textContent = filled(words.pair_said, {
      ...at, n: distance, total: format.fixed(dots[at.second], 3), share: format.fixed(cosines[at.second], 3),
    });
    curve.draw(dots, at);
    table.draw(dots, cosines);
    proof.hidden = scheme !== "sinusoidal" || answer.scheme !== "sinusoidal";
    const deviation = Math.abs(wavesProduct(distance, opened.columns) - dots[at.second]);
    proof.classList.toggle("wrong", !proof.hidden && !(deviation < CLOSE));
    proof.textContent = proof.hidden ? "" : filled(words.proof_waves, { deviation: format.power(deviation) });
  }

  function paint() {
    const { numbers, rows, columns } = opened;
    const most = colourLimit(numbers);
    [canvas.width, canvas.height] = [columns, rows];
    const context = canvas.getContext("2d");
    const image = context.createImageData(columns, rows);
    numbers.forEach((number, i) => {
      const level = Math.round((255 * (Math.min(Math.max(number / most, -1), 1) + 1)) / 2);
      image.data.set(COLOURS.subarray(4 * level, 4 * level + 4), 4 * i);
    });
    context.putImageData(image, 0, 0);
    map.setAttribute("aria-label", filled(words.table_label, { n: rows, count: columns }));
    scale.textContent = filled(words.table_scale, { first: format.fixed(-most, 2), second: format.fixed(most, 2) });
  }
  return { element, draw };
}

/** The dot product with every position; the second position is marked on it. */
function curvePart(words) {
  const line = svg("polyline", { fill: "none", "vector-effect": "non-scaling-stroke", class: "line" });
  const zero = svg("line", { x1: 0, x2: 100, class: "zero", "vector-effect": "non-scaling-stroke" });
  const picture = svg("svg", { viewBox: "0 0 100 100", preserveAspectRatio: "none", "aria-hidden": "true" }, zero, line);
  const dots = ["first", "second"].map((name) => make("span", { className: `dot ${name}` }));
  const title = make("p", { className: "note" });
  const element = make("div", { className: "curve" }, title, make("div", { className: "plot" }, picture, ...dots));

  function draw(products, { first, second }) {
    const [low, high] = [Math.min(0, ...products), Math.max(0, ...products)];
    const height = (product) => 100 * (1 - (product - low) / (high - low || 1));
    const place = (i) => (100 * i) / Math.max(products.length - 1, 1);
    line.setAttribute("points", products.map((product, i) => `${place(i)},${height(product)}`).join(" "));
    for (const end of ["y1", "y2"]) zero.setAttribute(end, String(height(0)));
    [first, second].forEach((position, i) => {
      dots[i].style.left = `${place(position)}%`;
      dots[i].style.top = `${height(products[position])}%`;
    });
    title.textContent = filled(words.curve_title, { first });
  }
  return { element, draw };
}

/** The curve in numbers; built when it is opened. */
function dataTable(words, format) {
  const names = [words.position, words.dot, words.cosine];
  const body = make("tbody");
  const head = make("tr", {}, ...names.map((textContent) => make("th", { scope: "col", textContent })));
  const box = make("div", { className: "scroll", tabIndex: 0, role: "group", "aria-label": words.curve_table },
    make("table", {}, make("thead", {}, head), body));
  const element = make("details", {}, make("summary", { textContent: words.curve_table }), box);
  let columns = [[], []];

  function fill() {
    if (!element.open) return;
    body.replaceChildren(...columns[0].map((product, i) => make("tr", {},
      make("th", { scope: "row", textContent: String(i) }),
      make("td", { textContent: format.fixed(product, 4) }), make("td", { textContent: format.fixed(columns[1][i], 4) }))));
  }
  element.addEventListener("toggle", fill);
  return { element, draw: (...next) => { columns = next; fill(); } };
}
