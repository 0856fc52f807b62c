import { changeOf, compared, lengthOf, rotation, turned, turnedBack } from "./lib/geometry.js";
import { formatted } from "./lib/numbers.js";
import { filled } from "./lib/text.js";
import { make, mount } from "./lib/view.js";
import { arrowPlane, arrowPicture } from "./parts/arrowplane.js";
import { savingPart } from "./parts/saving.js";
import { titledPart } from "./parts/titled.js";
import { mostOf, vectorBars } from "./parts/vectorbars.js";

const KEPT = ["dot", "cosine", "euclidean"]; // by a rotation
const FARTHEST = 1000; // as in cosine_calculator.py

function cosineView(model, root) {
  const words = model.get("words");
  root.lang = words.language;
  const format = formatted(words.language);
  const now = () => ({ vectors: model.get("vectors"), angle: model.get("angle") });

  function put(index, changes) {
    const vectors = model.get("vectors").map((each, i) => (i === index ? { ...each, ...changes } : each));
    model.set("vectors", vectors);
    model.save_changes();
  }

  const move = (index, numbers) => {
    const fits = numbers.every((number) => Number.isFinite(number) && Math.abs(number) <= FARTHEST);
    if (fits) put(index, { numbers });
  };
  const plane = arrowPlane(words, format, move);
  const bars = make("div", { className: "bars" }, make("p", { className: "note", textContent: words.bars }));
  const turn = turnPart(words, format, (angle) => {
    model.set("angle", angle);
    model.save_changes();
  });
  const table = vectorTable(words, format, put, (index, axis, number) => {
    const { vectors, angle } = now();
    const matrix = rotation(vectors[index].numbers.length, angle);
    const seen = turned(matrix, vectors[index].numbers);
    seen[axis] = number;
    move(index, turnedBack(matrix, seen));
  });
  const pairs = pairsTable(words, format);
  const proofs = [make("p", { className: "proof" }), make("p", { className: "proof" })];
  const drawn = titledPart("drawn", words.plane, plane.element, bars, turn.element);
  const numbers = titledPart("numbers", words.vectors, table.element);
  const measures = titledPart("measures", words.pairs, pairs.element, ...proofs);
  const saving = savingPart(words, "cosine", () => arrowPicture(words, format, now(), compared(seenNow())));
  root.append(make("div", { className: "columns" }, drawn.element, make("div", {}, numbers.element, measures.element)), saving.element);

  function seenNow() {
    const { vectors, angle } = now();
    const matrix = rotation(vectors[0].numbers.length, angle);
    return vectors.map((each) => turned(matrix, each.numbers));
  }

  return () => {
    const { vectors, angle } = now();
    const seen = seenNow();
    const isPlane = seen[0].length === 2;
    plane.element.hidden = !isPlane;
    bars.hidden = isPlane;
    if (isPlane) plane.draw(vectors, seen, angle);
    else {
      const most = mostOf(...seen);
      bars.replaceChildren(bars.firstChild, ...seen.map((each, i) => vectorBars(`colour-${i}`, vectors[i].name, each, most)));
    }
    turn.draw(angle);
    table.draw(vectors, seen);
    const [before, after] = [compared(vectors.map(({ numbers: each }) => each)), compared(seen)];
    pairs.draw(vectors, after);
    proofs[0].textContent = filled(words.kept, { deviation: format.power(changeOf(before, after, KEPT)) });
    proofs[1].textContent = filled(words.moved, { n: format.fixed(changeOf(before, after, ["manhattan"]), 3) });
  };
}

/** The slider of the angle, and a button that turns back. */
function turnPart(words, format, hear) {
  const input = make("input", { type: "range", min: -180, max: 180, step: 1 });
  const output = make("output");
  const reset = make("button", { type: "button", textContent: words.reset });
  const label = make("label", {}, make("span", { textContent: words.turn }), input, output);
  const element = make("div", { className: "turn" }, label, reset);
  input.addEventListener("input", () => hear(Number(input.value)));
  reset.addEventListener("click", () => hear(0));

  function draw(angle) {
    input.value = String(angle);
    output.textContent = filled(words.degrees, { n: format.count(angle) });
    input.setAttribute("aria-valuetext", output.textContent);
  }
  return { element, draw };
}

/** Names and numbers as fields; a field that is being typed into is left alone. */
function vectorTable(words, format, put, change) {
  const head = make("tr");
  const body = make("tbody");
  const element = make("div", { className: "wide" }, make("table", {}, make("thead", {}, head), body));
  let rows = [];

  function build(n, d) {
    const columns = Array.from({ length: d }, (_, i) => filled(words.axis, { number: i + 1 }));
    head.replaceChildren(...[words.name, ...columns, words.length].map((name) => make("th", { scope: "col", textContent: name })));
    rows = Array.from({ length: n }, (_, index) => rowOf(index, d));
    body.replaceChildren(...rows.map((row) => row.element));
  }

  function rowOf(index, d) {
    const name = make("input", { type: "text", maxLength: 40, className: `name colour-${index}`, "aria-label": words.name, dir: "auto" });
    name.addEventListener("change", () => put(index, { name: name.value.toWellFormed?.() ?? name.value }));
    const fields = Array.from({ length: d }, (_, axis) => {
      const field = make("input", { type: "number", step: 0.1 });
      field.addEventListener("input", () => { if (field.value !== "") change(index, axis, Number(field.value)); });
      return field;
    });
    const length = make("td");
    return { name, fields, length, element: make("tr", {}, make("th", { scope: "row" }, name), ...fields.map((field) => make("td", {}, field)), length) };
  }

  function draw(vectors, seen) {
    if (rows.length !== vectors.length || rows[0].fields.length !== seen[0].length) build(vectors.length, seen[0].length);
    rows.forEach(({ name, fields, length }, i) => {
      const isFocused = (field) => field.getRootNode().activeElement === field;
      if (!isFocused(name)) name.value = vectors[i].name;
      fields.forEach((field, axis) => {
        field.setAttribute("aria-label", filled(words.number_of, { name: vectors[i].name, number: axis + 1 }));
        if (!isFocused(field)) field.value = String(Number(seen[i][axis].toFixed(3)));
      });
      length.textContent = format.fixed(lengthOf(seen[i]), 3);
    });
  }
  return { element, draw };
}

/** Every pair by every measure; the closest of each measure is marked in words. */
function pairsTable(words, format) {
  const names = ["dot", "cosine", "euclidean", "manhattan"];
  const titles = [words.pair, words.dot, words.cosine, words.euclidean, words.manhattan];
  const head = make("tr", {}, ...titles.map((title) => make("th", { scope: "col", textContent: title })));
  const body = make("tbody");
  const element = make("div", { className: "wide" }, make("table", { className: "pairs" }, make("thead", {}, head), body));

  function draw(vectors, { pairs, values, closest }) {
    body.replaceChildren(...pairs.map(([i, j], at) => make("tr", {},
      make("th", { scope: "row", textContent: filled(words.pair_of, { first: vectors[i].name, second: vectors[j].name }) }),
      ...names.map((name) => cellOf(values[name][at], closest[name] === at && pairs.length > 1)))));
  }

  function cellOf(value, isClosest) {
    const number = Number.isNaN(value) ? words.nothing : format.fixed(value, 3);
    return make("td", { className: isClosest ? "closest" : "" }, number,
      ...(isClosest ? [make("span", { className: "mark", textContent: ` ${words.closest}` })] : []));
  }
  return { element, draw };
}

export function renderCosine({ model, el }) {
  return mount({ model, el }, { name: "cosine", traits: ["vectors", "angle"], build: (root) => cosineView(model, root) });
}
export default { render: renderCosine };
