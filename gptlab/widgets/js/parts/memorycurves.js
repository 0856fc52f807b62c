import { curveLines, DASHES } from "../lib/curvesfile.js";
import { FARTHEST, nearest } from "../lib/remembering.js";
import { svg } from "../lib/svg.js";
import { filled } from "../lib/text.js";
import { make } from "../lib/view.js";
import { slider } from "./slider.js";
import { titledPart } from "./titled.js";

/**
 * The recorded curves: a task, models, and a distance that is dragged.
 * @param {(values: Record<string, unknown>) => void} change
 */
export function curvesPart(words, format, change) {
  const select = make("select");
  const chooser = make("label", { className: "chooser" }, make("span", { textContent: words.experiment }), select);
  const asks = make("p", { className: "note" });
  const picture = svg("svg", { viewBox: "0 0 100 100", preserveAspectRatio: "none", role: "img", "aria-label": words.curve_label });
  const [top, half, bottom] = [1, 0.5, 0].map((share) => make("span", { textContent: format.percent(share, 0) }));
  const [here, trained] = [make("div", { className: "here" }), make("div", { className: "trained" }, make("span"))];
  const plot = make("div", { className: "plot" }, picture, trained, here);
  const scale = make("div", { className: "shares", "aria-hidden": "true" }, top, half, bottom);
  const far = make("span");
  const axis = make("p", { className: "note axis" }, make("span", { textContent: "0" }), make("span", { textContent: words.distance }), far);
  const move = slider("distance", words.distance, (distance) => change({ distance }), 1);
  const names = make("div", { className: "models", role: "group", "aria-label": words.models });
  const caption = make("caption");
  const body = make("tbody");
  const heads = [words.model_column, words.mean, words.span].map((textContent) => make("th", { scope: "col", textContent }));
  const table = make("div", { className: "wide" }, make("table", { "aria-live": "polite" }, caption, make("thead", {}, make("tr", {}, ...heads)), body));
  const all = everyTable(words, format);
  const help = make("p", { className: "note", textContent: words.curves_help });
  const frame = make("div", { className: "frame" }, scale, plot, axis);
  const { element } = titledPart("curves", words.curves_title, help, chooser, asks, frame, move.element,
    make("div", { className: "panels" }, names, table), all.element);
  let [shown, now] = [null, { hidden: [] }];

  select.addEventListener("change", () => change({ experiment: select.value }));
  for (const kind of ["pointerdown", "pointermove"]) {
    plot.addEventListener(kind, (event) => {
      if (!(event.buttons & 1)) return;
      const { left, width } = plot.getBoundingClientRect();
      const distance = Math.round(((event.clientX - left) / width) * shown.distances.at(-1));
      change({ distance: Math.min(Math.max(distance, 1), FARTHEST) });
    });
  }

  function draw(curves, state) {
    const isNew = curves !== shown;
    [shown, now] = [curves, state];
    if (select.childElementCount === 0) {
      select.append(...state.curves.map(({ name, title }) => make("option", { value: name, textContent: title })));
    }
    select.value = curves.name;
    asks.textContent = filled(words.asks, { text: curves.question, count: format.count(curves.n_seeds) });
    const end = curves.distances.at(-1);
    far.textContent = format.count(end);
    if (isNew) fillNames();
    drawLines();
    const place = (100 * state.distance) / end;
    here.hidden = place > 100;
    here.style.left = `${place}%`;
    trained.hidden = !curves.trained;
    trained.style.left = `${(100 * curves.trained) / end}%`;
    trained.firstChild.textContent = curves.trained ? filled(words.trained, { n: format.count(curves.trained) }) : "";
    move.draw(state.distance, FARTHEST, format.count(state.distance));
    fillTable();
    all.draw(curves);
  }

  function fillNames() {
    names.replaceChildren(...shown.models.map(({ name }, number) => {
      const box = make("input", { type: "checkbox" });
      box.addEventListener("change", () => {
        const others = now.hidden.filter((each) => each !== name);
        change({ hidden: box.checked ? others : [...others, name] });
      });
      const sample = svg("svg", { class: `sample ink-${number}`, viewBox: "0 0 40 8", "aria-hidden": "true" },
        svg("line", { x1: 0, x2: 40, y1: 4, y2: 4, "stroke-dasharray": DASHES[number] }));
      return make("label", { className: "check" }, box, sample, make("span", { textContent: name }));
    }));
  }

  function drawLines() {
    [...names.querySelectorAll("input")].forEach((box, i) => { box.checked = !now.hidden.includes(shown.models[i].name); });
    const lines = curveLines(shown, now.hidden);
    const end = shown.distances.at(-1);
    const level = (share, className) => svg("line", { class: className, x1: 0, x2: 100, y1: 100 * (1 - share), y2: 100 * (1 - share) });
    const baseline = shown.baseline.map((share, i) => `${(100 * shown.distances[i]) / end},${100 * (1 - share)}`).join(" ");
    picture.replaceChildren(level(shown.chance, "chance"), svg("polyline", { class: "baseline", points: baseline }),
      ...lines.map(({ number, band }) => svg("polygon", { class: `band ink-${number}`, points: band })),
      ...lines.map(({ number, line }) => svg("polyline", { class: `line ink-${number}`, points: line, "stroke-dasharray": DASHES[number] })));
  }

  function fillTable() {
    const at = nearest(shown.distances, now.distance);
    caption.textContent = filled(words.here_table, { n: format.count(now.distance), position: format.count(shown.distances[at]) });
    const rows = shown.models.filter(({ name }) => !now.hidden.includes(name)).map(({ name, mean, low, high }) => [
      name, format.percent(mean[at]), filled(words.from_to, { first: format.percent(low[at]), second: format.percent(high[at]) })]);
    rows.push([words.chance, format.percent(shown.chance), words.known], [words.baseline, format.percent(shown.baseline[at]), words.known]);
    body.replaceChildren(...rows.map(([name, ...cells]) => make("tr", {}, make("th", { scope: "row", textContent: name }),
      ...cells.map((textContent) => make("td", { textContent })))));
  }
  return { element, draw };
}

/** All curves in numbers; built when it is opened. */
function everyTable(words, format) {
  const [head, body] = [make("tr"), make("tbody")];
  const element = make("details", {}, make("summary", { textContent: words.curve_table }),
    make("div", { className: "scroll", tabIndex: 0, role: "group", "aria-label": words.curve_table }, make("table", {}, make("thead", {}, head), body)));
  let curves = null;

  function fill() {
    if (!element.open) return;
    head.replaceChildren(...[words.distance, ...curves.models.map(({ name }) => name), words.chance, words.baseline].map((textContent) => make("th", { scope: "col", textContent })));
    body.replaceChildren(...curves.distances.map((distance, i) => make("tr", {}, make("th", { scope: "row", textContent: format.count(distance) }),
      ...[...curves.models.map(({ mean }) => mean[i]), curves.chance, curves.baseline[i]].map((share) => make("td", { textContent: format.percent(share) })))));
  }
  element.addEventListener("toggle", fill);
  return { element, draw: (next) => { curves = next; fill(); } };
}
