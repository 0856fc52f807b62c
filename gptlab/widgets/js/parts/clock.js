import { speedOf } from "../lib/positionmath.js";
import { svg } from "../lib/svg.js";
import { filled } from "../lib/text.js";
import { make } from "../lib/view.js";
import { slider } from "./slider.js";
import { titledPart } from "./titled.js";

const DISTANCES = 33; // rows of the table

/** Two hands of a clock, turned by the positions of a query and a key. */
export function clockPart(words, format, change) {
  const hands = { query: svg("line", { class: "query", x1: 0, y1: 0 }), key: svg("line", { class: "key", x1: 0, y1: 0 }) };
  const letters = { query: svg("text", { class: "query" }, "q"), key: svg("text", { class: "key" }, "k") };
  const dial = svg("svg", { viewBox: "-1.35 -1.35 2.7 2.7", role: "img", "aria-label": words.clock_label },
    svg("circle", { r: 1, class: "dial" }), ...Object.values(hands), ...Object.values(letters));
  const key = make("p", { className: "note legend" },
    make("span", { className: "query", textContent: `q ${words.query}` }), " ", make("span", { className: "key", textContent: `k ${words.key}` }));
  const sliders = {
    pair: slider("pair", words.pair, (pair) => change({ pair })),
    query: slider("query", words.query_position, (query_position) => change({ query_position })),
    key: slider("key", words.key_position, (key_position) => change({ key_position })),
  };
  const both = make("button", { type: "button", textContent: words.both_on });
  const said = make("p", { className: "chosen", "aria-live": "polite" });
  const body = make("tbody");
  const names = [words.distance, words.angle, words.cosine];
  const head = make("tr", {}, ...names.map((textContent) => make("th", { scope: "col", textContent })));
  const table = make("details", {}, make("summary", { textContent: words.clock_table }),
    make("div", { className: "scroll", tabIndex: 0, role: "group", "aria-label": words.clock_table }, make("table", {}, make("thead", {}, head), body)));
  const controls = make("div", {}, ...Object.values(sliders).map((part) => part.element), both, said, table);
  const { element } = titledPart("clock", words.clock_title, make("p", { className: "note", textContent: words.clock_help }),
    make("div", { className: "panels" }, make("div", { className: "dial-box" }, dial, key), controls));
  let now = { query: 0, key: 0 };
  let last = 0;

  both.addEventListener("click", () => change({
    query_position: (now.query + 1) % (last + 1), key_position: (now.key + 1) % (last + 1),
  }));

  function draw({ d_head, n_ctx }, { pair, query, key }) {
    const most = Math.floor(d_head / 2) - 1;
    const chosen = Math.min(pair, most);
    const speed = speedOf(chosen, d_head);
    last = n_ctx - 1;
    now = { query: Math.min(query, last), key: Math.min(key, last) };
    for (const name of ["query", "key"]) {
      const angle = now[name] * speed;
      const length = name === "query" ? 1 : 0.8; // so that one hand does not hide the other
      turn(hands[name], { x2: length * Math.cos(angle), y2: -length * Math.sin(angle) });
      turn(letters[name], { x: (length + 0.16) * Math.cos(angle) - 0.06, y: -(length + 0.16) * Math.sin(angle) + 0.06 });
      sliders[name].draw(now[name], last, String(now[name]));
    }
    sliders.pair.draw(chosen, most, String(chosen));
    const distance = now.query - now.key;
    said.textContent = filled(words.clock_said, {
      number: chosen, deviation: format.fixed(speed, 4), steps: format.fixed((2 * Math.PI) / speed, 1),
      first: format.fixed(now.query * speed, 2), second: format.fixed(now.key * speed, 2),
      n: distance, share: format.fixed(Math.cos(distance * speed), 3),
    });
    body.replaceChildren(...Array.from({ length: DISTANCES }, (_, n) => make("tr", {},
      make("th", { scope: "row", textContent: String(n) }),
      make("td", { textContent: format.fixed(n * speed, 3) }), make("td", { textContent: format.fixed(Math.cos(n * speed), 4) }))));
  }
  return { element, draw };
}

function turn(element, attributes) {
  for (const [name, number] of Object.entries(attributes)) element.setAttribute(name, number.toFixed(4));
}
