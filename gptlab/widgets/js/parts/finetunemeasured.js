import { linesOf, choicesOf, placesIn } from "../lib/finetuned.js";
import { svg } from "../lib/svg.js";
import { filled } from "../lib/text.js";
import { make } from "../lib/view.js";
import { titledPart } from "./titled.js";

/** What was measured on plays that no model has read: by method and number of labels, with baselines. */
export function finetuneMeasured(words, format) {
  const names = { lora: words.lora, "last-layer": words.last_layer, full: words.full, scratch: words.scratch };
  const summary = make("p", { className: "summary", "aria-live": "polite" });
  const picture = svg("svg", { viewBox: "0 0 100 100", preserveAspectRatio: "none", role: "img", "aria-label": words.curve_label });
  const scale = make("div", { className: "shares", "aria-hidden": "true" }, ...[1, 0.5, 0].map((share) => make("span", { textContent: format.percent(share, 0) })));
  const axis = make("p", { className: "note axis" });
  const legend = make("ul", { className: "legend" });
  const body = make("tbody");
  const heads = [words.method, words.accuracy, words.interval, words.trained_share, words.old_loss];
  const head = make("tr", {}, ...heads.map((textContent) => make("th", { scope: "col", textContent })));
  const caption = make("caption");
  const table = make("div", { className: "scroll", tabIndex: 0, role: "group", "aria-label": words.measured_title }, make("table", {}, caption, make("thead", {}, head), body));
  const every = everyRun(words, format, names);
  const help = make("p", { className: "note" });
  const { element } = titledPart("measured", words.measured_title, help,
    summary, make("div", { className: "frame" }, scale, picture), axis, legend, table, every.element);

  function draw({ answer, table: { runs, baselines, loss_before, n_tested }, run }) {
    const { counts } = choicesOf(runs);
    help.textContent = filled(words.measured_help, { count: format.count(n_tested) });
    const number = (value) => format.fixed(value, 3);
    summary.textContent = filled(run.method === "scratch" ? words.measured_fresh : words.measured_said, {
      name: names[run.method], n: format.count(run.n_labels), share: format.percent(run.accuracy),
      first: format.percent(run.low), second: format.percent(run.high), start: number(loss_before), end: number(run.loss),
    });
    const { x, y } = placesIn(counts);
    const lines = linesOf(runs, answer.rank);
    const flat = (share, className) => svg("line", { class: className, x1: 0, x2: 100, y1: y(share), y2: y(share) });
    picture.replaceChildren(flat(baselines.majority, "majority"),
      svg("polyline", { class: "tfidf", points: baselines.tfidf.map(({ n_labels, accuracy }) => `${x(n_labels)},${y(accuracy)}`).join(" ") }),
      ...lines.flatMap(({ method, runs: own }) => [
        svg("polyline", { class: `line ${method}`, points: own.map((each) => `${x(each.n_labels)},${y(each.accuracy)}`).join(" ") }),
      ]),
      svg("line", { class: "chosen", x1: x(run.n_labels), x2: x(run.n_labels), y1: y(run.low), y2: y(run.high) }));
    axis.textContent = filled(words.axis, { first: format.count(counts[0]), end: format.count(counts.at(-1)) });
    legend.replaceChildren(...[...lines.map(({ method }) => [method, names[method]]), ["tfidf", words.tfidf], ["majority", words.majority]]
      .map(([className, name]) => make("li", { className }, name)));
    caption.textContent = filled(words.here_table, { n: format.count(run.n_labels) });
    const here = lines.flatMap(({ runs: own }) => own.filter(({ n_labels }) => n_labels === run.n_labels));
    body.replaceChildren(...here.map((each) => rowOf(names[each.method], each, each === run)),
      baseline(words.tfidf, baselines.tfidf.find(({ n_labels }) => n_labels === run.n_labels)),
      baseline(words.majority, { accuracy: baselines.majority }));
    every.draw(runs);
  }

  function rowOf(name, { accuracy, low, high, share, loss }, isChosen) {
    const row = make("tr", { className: isChosen ? "is-chosen" : "" }, make("th", { scope: "row", textContent: name }),
      ...[format.percent(accuracy), range(low, high), format.percent(share, 2), format.fixed(loss, 3)].map((textContent) => make("td", { textContent })));
    if (isChosen) row.setAttribute("aria-current", "true");
    return row;
  }

  const range = (low, high) => filled(words.from_to, { first: format.percent(low), second: format.percent(high) });

  function baseline(name, { accuracy, low, high }) {
    const interval = low === undefined ? "–" : range(low, high);
    return make("tr", { className: "baseline" }, make("th", { scope: "row", textContent: name }),
      ...[format.percent(accuracy), interval, "–", "–"].map((textContent) => make("td", { textContent })));
  }
  return { element, draw };
}

/** Every run in numbers; filled while it is open. */
function everyRun(words, format, names) {
  const heads = [words.method, words.rank, words.n_labels, words.accuracy, words.old_loss].map((textContent) => make("th", { scope: "col", textContent }));
  const body = make("tbody");
  const box = make("div", { className: "scroll", tabIndex: 0, role: "group", "aria-label": words.every_run }, make("table", {}, make("thead", {}, make("tr", {}, ...heads)), body));
  const element = make("details", {}, make("summary", { textContent: words.every_run }), box);
  let runs = [];

  function fill() {
    if (!element.open) return;
    body.replaceChildren(...runs.map(({ method, rank, n_labels, accuracy, loss }) => make("tr", {}, make("th", { scope: "row", textContent: names[method] ?? method }),
      ...[rank || "–", format.count(n_labels), format.percent(accuracy), format.fixed(loss, 3)].map((text) => make("td", { textContent: String(text) })))));
  }
  element.addEventListener("toggle", fill);
  return { element, draw: (next) => { runs = next; fill(); } };
}
