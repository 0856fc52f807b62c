import { moved } from "../lib/cursor.js";
import { svg } from "../lib/svg.js";
import { filled } from "../lib/text.js";
import { make } from "../lib/view.js";

const [WIDTH, HEIGHT, PAD] = [560, 400, 46];

/** Where each point of a map stands in the drawing; one scale for both axes. */
export function placesOf(points, n) {
  const at = Array.from({ length: n }, (_, i) => [points[2 * i], points[2 * i + 1]]);
  const ends = [0, 1].map((k) => [Math.min(...at.map((p) => p[k])), Math.max(...at.map((p) => p[k]))]);
  const scales = [WIDTH, HEIGHT].map((size, k) => (size - 2 * PAD) / Math.max(ends[k][1] - ends[k][0], 1e-9));
  const scale = Math.min(...scales);
  const middle = ends.map(([low, high]) => (low + high) / 2);
  return at.map(([x, y]) => [WIDTH / 2 + (x - middle[0]) * scale, HEIGHT / 2 - (y - middle[1]) * scale]);
}

/**
 * Words as points. One cursor goes through them by keys; a click or Enter chooses the word.
 * @param {Record<string, string>} words
 * @param {ReturnType<import("../lib/numbers.js").formatted>} format
 * @param {(word: string) => void} choose
 */
export function wordMap(words, format, choose) {
  const picture = svg("svg", { class: "plot", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, tabindex: 0, role: "application", "aria-label": words.map, "aria-description": words.map_help });
  const said = make("p", { className: "said", "aria-live": "polite" });
  const body = make("tbody");
  const head = [words.word, words.first_axis, words.second_axis].map((name) => make("th", { scope: "col", textContent: name }));
  const box = make("div", { className: "scroll", tabIndex: 0, role: "group", "aria-label": words.points },
    make("table", {}, make("thead", {}, make("tr", {}, ...head)), body));
  const details = make("details", {}, make("summary", { textContent: words.points }), box);
  const element = make("div", {}, make("p", { className: "note", textContent: words.map_help }), picture, said,
    make("p", { className: "note", textContent: words.map_note }), details);
  let [answer, at] = [null, 0];

  function mark() {
    picture.querySelectorAll(".dot").forEach((dot, i) => dot.classList.toggle("is-here", i === at));
    said.textContent = answer.mapped.length ? sentence(at) : "";
  }

  const sentence = (i) => {
    const [first, second] = [answer.points[2 * i], answer.points[2 * i + 1]].map((x) => format.fixed(x, 2));
    return filled(words.point, { name: answer.mapped[i], first, second });
  };

  function draw(next) {
    answer = next;
    at = Math.max(0, answer.mapped.indexOf(answer.chosen));
    const places = placesOf(answer.points, answer.mapped.length);
    const { words: { length: n_own } } = answer;
    picture.replaceChildren(...answer.mapped.map((word, i) => pointOf(word, places[i], i < n_own, word === answer.chosen, () => choose(word))));
    fill();
    mark();
  }

  function fill() {
    if (!details.open || !answer) return;
    body.replaceChildren(...answer.mapped.map((word, i) => make("tr", {}, make("th", { scope: "row" }, make("bdi", { textContent: word })),
      ...[0, 1].map((k) => make("td", { textContent: format.fixed(answer.points[2 * i + k], 3) })))));
  }

  picture.addEventListener("keydown", (event) => {
    const to = moved(event.key, at, answer.mapped.length);
    if (to !== null) {
      at = to;
      mark();
    } else if (event.key === "Enter" && answer.mapped.length) choose(answer.mapped[at]);
    else return;
    event.preventDefault();
  });
  details.addEventListener("toggle", fill);
  return { element, draw };
}

function pointOf(word, [x, y], isOwn, isChosen, hear) {
  const point = svg("g", { class: `dot${isOwn ? " is-own" : ""}${isChosen ? " is-chosen" : ""}` },
    svg("circle", { cx: x, cy: y, r: 6 }), svg("text", { x: x + 8, y: y - 6 }, word));
  point.addEventListener("click", hear);
  return point;
}

/** The map as a picture of its own. */
export function mapPicture(words, { mapped, points, words: own, method }) {
  const places = placesOf(points, mapped.length);
  const names = { pca: words.pca, tsne: words.tsne, umap: words.umap };
  const dots = mapped.map((word, i) => svg("g", {},
    svg("circle", { cx: places[i][0], cy: places[i][1], r: 5, stroke: "#0072B2", fill: i < own.length ? "#0072B2" : "#fff" }),
    svg("text", { x: places[i][0] + 8, y: places[i][1] - 5 }, word)));
  const size = { width: WIDTH, height: HEIGHT, viewBox: `0 0 ${WIDTH} ${HEIGHT}` };
  return svg("svg", { xmlns: "http://www.w3.org/2000/svg", ...size, "font-family": "system-ui, sans-serif", "font-size": 14, fill: "#1b1b1b" },
    svg("title", {}, words.map), svg("rect", { width: WIDTH, height: HEIGHT, fill: "#fff" }), svg("text", { x: 10, y: 20 }, names[method]), ...dots);
}
