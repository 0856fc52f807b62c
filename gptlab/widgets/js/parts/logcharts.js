import { placeOf, pointsOf, roundTop } from "../lib/logmath.js";
import { floats } from "../lib/numbers.js";
import { svg } from "../lib/svg.js";
import { filled } from "../lib/text.js";
import { make } from "../lib/view.js";
import { titledPart } from "./titled.js";

const NAMES = ["loss", "yours", "lr", "grad_norm"];

/** Loss, learning rate and gradient of a training, and the loss of the reader's text, by step. */
export function logCharts(words, format) {
  const charts = Object.fromEntries(NAMES.map((name) => [name, chart(words[name], name)]));
  const axis = make("p", { className: "note" });
  const said = make("p", { className: "note said" });
  const [logTable, yoursTable] = [foldedTable(words.log_table), foldedTable(words.yours_table)];
  const grid = make("div", { className: "charts-grid" }, ...NAMES.map((name) => charts[name].element));
  const { element } = titledPart("charts", words.charts_title, grid, axis, said, logTable.element, yoursTable.element);
  charts.loss.element.querySelector("figcaption").append(make("span", { className: "dots-key", textContent: words.validation }));

  /** @param {{ log: Record<string, number[]>, checkpoints: number[], course: Record<string, any>, at: number }} shown */
  function draw({ log, checkpoints, course, at }) {
    const last = Math.max(1, ...checkpoints, ...log.step.slice(-1));
    axis.textContent = filled(words.steps_axis, { total: format.count(last) });
    const here = placeOf(checkpoints[at] ?? 0, last);
    const [mine, number] = [floats(course.losses), (value) => format.fixed(value, 2)];
    const rows = { loss: log.loss, lr: log.lr, grad_norm: log.grad_norm };
    for (const [name, values] of Object.entries(rows)) {
      charts[name].draw({ steps: log.step, values, last, here, write: (value) => short(value, format) });
    }
    charts.loss.drawDots(log.validation_step, log.validation, last, roundTop([...log.loss, ...log.validation]));
    const known = mine.length === checkpoints.length ? mine : new Float32Array(0);
    charts.yours.draw({ steps: known.length ? checkpoints : [], values: known, last, here, write: (value) => short(value, format) });
    charts.yours.drawDots(known.length ? checkpoints : [], known, last, roundTop(known), at);
    said.textContent = log.step.length ? filled(words.chart_said, { name: words.loss, first: number(log.loss[0]), second: number(log.loss.at(-1)) }) : "";
    const judged = new Map(log.validation_step.map((step, i) => [step, number(log.validation[i])]));
    logTable.draw([words.step_column, words.loss, words.validation_column, words.lr, words.grad_norm],
      log.step.map((step, i) => [format.count(step), number(log.loss[i]), judged.get(step) ?? "–", short(log.lr[i], format), number(log.grad_norm[i])]));
    yoursTable.draw([words.step_column, words.loss_column], Array.from(known, (loss, i) => [format.count(checkpoints[i]), number(loss)]));
  }
  return { element, draw };
}

function short(value, format) {
  return format.fixed(value, value >= 10 || value === 0 ? 0 : value >= 0.1 ? 1 : 4);
}

function chart(title, className) {
  const line = svg("polyline", { fill: "none", "vector-effect": "non-scaling-stroke" });
  const picture = svg("svg", { viewBox: "0 0 100 100", preserveAspectRatio: "none" }, line);
  const [top, cursor] = [make("span", { className: "top" }), make("span", { className: "cursor" })];
  const dots = make("div", { className: "dots" });
  const plot = make("div", { className: "plot", "aria-hidden": "true" }, top, picture, cursor, dots);
  const element = make("figure", { className }, make("figcaption", { textContent: title }), plot);

  function draw({ steps, values, last, here, write }) {
    const most = roundTop(values);
    top.textContent = steps.length ? write(most) : "";
    line.setAttribute("points", pointsOf(steps, values, last, most));
    cursor.style.left = `${100 * here}%`;
  }
  function drawDots(steps, values, last, most, at = -1) {
    dots.replaceChildren(...steps.map((step, i) => {
      const dot = make("span", { className: i === at ? "dot is-here" : "dot" });
      dot.style.left = `${100 * placeOf(step, last)}%`;
      dot.style.top = `${100 * (1 - values[i] / most)}%`;
      return dot;
    }));
  }
  return { element, draw, drawDots };
}

/** A table that is filled when it is opened. */
function foldedTable(title) {
  const [head, body] = [make("thead"), make("tbody")];
  const scroll = make("div", { className: "scroll", tabIndex: 0, role: "group", "aria-label": title }, make("table", {}, head, body));
  const element = make("details", {}, make("summary", { textContent: title }), scroll);
  let fill = () => {};
  element.addEventListener("toggle", () => fill());

  function draw(names, rows) {
    fill = () => {
      if (!element.open) return;
      head.replaceChildren(make("tr", {}, ...names.map((textContent) => make("th", { scope: "col", textContent }))));
      body.replaceChildren(...rows.map(([first, ...rest]) => make("tr", {}, make("th", { scope: "row", textContent: first }),
        ...rest.map((textContent) => make("td", { textContent })))));
    };
    fill();
  }
  return { element, draw };
}
