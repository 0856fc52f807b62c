import { fromHex } from "../lib/bytes.js";
import { tokenText } from "../lib/naming.js";
import { floats } from "../lib/numbers.js";
import { svg } from "../lib/svg.js";
import { filled } from "../lib/text.js";
import { make } from "../lib/view.js";

const TOPS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.75, 1]; // of the curve's frame
const MOST_LABELS = 12;
const PAUSE = 1000; // ms at each step while it plays

/**
 * A slider through the snapshots of a training; above it, how likely they found one token.
 * @param {import("@anywidget/types").AnyModel} model
 * @param {Record<string, string>} words
 * @param {(share: number) => string} written writes a probability
 * @param {ReturnType<typeof import("../lib/numbers.js").formatted>} format
 * @param {AbortSignal} signal
 */
export function coursePart(model, words, written, format, signal) {
  const steps = model.get("checkpoints");
  const last = steps.length - 1;
  const total = format.count(steps[last]);
  const curve = curvePart(words, written, format, steps);
  const title = make("p", { className: "course-title" });
  const slider = make("input", { type: "range", min: "0", max: String(last), step: "1" });
  const output = make("output");
  const play = make("button", { type: "button", className: "play" });
  const name = make("span", { className: "name", textContent: words.training });
  const drag = make("div", { className: "drag" }, make("label", {}, name, slider), output); // as in rules.js
  const said = make("p", { className: "said", "aria-live": "polite" });
  const table = courseTable(words, written, format, steps);
  const element = make("section", { className: "course" }, title, curve.element, drag, curve.ticks, make("div", { className: "controls" }, play, said), table.element);
  let playing = 0;

  function go(index) {
    model.set("checkpoint", index);
    model.save_changes();
  }

  function stop() {
    clearInterval(playing);
    playing = 0;
    play.textContent = words.play;
  }

  function advance() {
    if (model.get("checkpoint") >= last) stop();
    else go(model.get("checkpoint") + 1);
  }

  slider.addEventListener("input", () => {
    stop();
    go(slider.valueAsNumber);
  });
  play.addEventListener("click", () => {
    if (playing) {
      stop();
      return;
    }
    go(model.get("checkpoint") >= last ? 0 : model.get("checkpoint") + 1);
    playing = setInterval(advance, PAUSE);
    play.textContent = words.pause;
  });
  signal.addEventListener("abort", stop);
  stop();

  return { element, draw() {
    const [at, trajectory] = [model.get("checkpoint"), model.get("trajectory")];
    const sentence = filled(at === 0 && steps[0] === 0 ? words.no_step : words.step, { step: format.count(steps[at]), total });
    slider.value = String(at);
    output.textContent = sentence;
    slider.setAttribute("aria-valuetext", sentence);
    const isKnown = Boolean(trajectory?.text) && !trajectory.error;
    for (const part of [title, curve.element, said, table.element]) part.classList.toggle("is-missing", !isKnown);
    if (!isKnown) return;
    const shares = floats(trajectory.probabilities);
    const [token, name] = [trajectory.token_bytes, trajectory.best_bytes[at]].map((hex) => tokenText(fromHex(hex)));
    title.textContent = filled(words.curve, { token, total });
    const isBest = trajectory.best[at] === trajectory.token;
    said.textContent = filled(isBest ? words.here_same : words.here_other, { token, name, probability: written(shares[at]) });
    curve.draw(shares, at);
    table.draw(trajectory, shares, token);
  } };
}

/** The curve stands right above the slider, so that the thumb is under its point. */
function curvePart(words, written, format, steps) {
  const line = svg("polyline", { fill: "none", "vector-effect": "non-scaling-stroke" });
  const picture = svg("svg", { viewBox: "0 0 100 100", preserveAspectRatio: "none" }, line);
  const dots = steps.map(() => make("span", { className: "dot" }));
  const [top, half, here] = ["top", "half", "here"].map((className) => make("span", { className }));
  const plot = make("div", { className: "plot" }, half, picture, here, ...dots);
  const element = make("div", { className: "curve", "aria-hidden": "true" }, top, plot);
  const every = Math.ceil(steps.length / MOST_LABELS);
  const place = (i) => (100 * i) / (steps.length - 1);
  const ticks = make("div", { className: "ticks", "aria-hidden": "true" }, ...steps.map((step, i) => {
    const isShown = i % every === 0 || i === steps.length - 1;
    const tick = make("span", { textContent: isShown ? format.count(step) : "" });
    tick.style.left = `${place(i)}%`;
    return tick;
  }));

  function draw(shares, at) {
    const most = TOPS.find((limit) => limit >= Math.max(...shares)) ?? 1;
    const height = (share) => 100 * (1 - share / most);
    top.textContent = format.percent(most, 0);
    half.textContent = format.percent(most / 2, Number.isInteger(50 * most) ? 0 : 1);
    line.setAttribute("points", Array.from(shares, (share, i) => `${place(i)},${height(share)}`).join(" "));
    dots.forEach((dot, i) => {
      dot.style.left = `${place(i)}%`;
      dot.style.top = `${height(shares[i])}%`;
      dot.classList.toggle("is-here", i === at);
    });
    here.style.left = `${place(at)}%`;
    here.style.top = `${height(shares[at])}%`;
  }
  return { element, ticks, draw };
}

/** The curve in numbers. */
function courseTable(words, written, format, steps) {
  const share = make("th", { scope: "col" });
  const heads = [words.steps, words.likeliest_then].map((textContent) => make("th", { scope: "col", textContent }));
  const body = make("tbody");
  const table = make("table", {}, make("thead", {}, make("tr", {}, ...heads, share)), body);
  const element = make("details", {}, make("summary", { textContent: words.course_table }), table);

  function draw({ best_bytes }, shares, token) {
    share.textContent = filled(words.share_of, { token });
    body.replaceChildren(...steps.map((step, i) => make("tr", {},
      make("th", { scope: "row", textContent: format.count(step) }),
      make("td", {}, make("bdi", { textContent: tokenText(fromHex(best_bytes[i])) })),
      make("td", { textContent: written(shares[i]) }))));
  }
  return { element, draw };
}
