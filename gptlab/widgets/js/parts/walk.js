import { columnOf, graphOf, LEFT, namesOf, walkSaid } from "../lib/unrolledgraph.js";
import { filled } from "../lib/text.js";
import { make } from "../lib/view.js";
import { slider } from "./slider.js";
import { titledPart } from "./titled.js";

const INKS = {
  ink: "var(--lab-ink)", quiet: "var(--lab-quiet)", line: "var(--lab-line)", flow: "var(--drawn)", cut: "var(--lab-alarm)",
};

/**
 * The unrolled network, and what walks back through it: buttons, a slider, and the arrow keys.
 * @param {(walked: number) => void} walk gets how many steps have been walked back
 */
export function walkPart(words, format, size, walk) {
  const box = make("div", {
    className: "graph", tabIndex: 0, role: "application", "aria-label": words.graph_label, "aria-description": words.graph_help,
  });
  const said = make("p", { className: "chosen", "aria-live": "polite" });
  const buttons = {
    back: make("button", { type: "button", className: "back", textContent: words.step_back }),
    undo: make("button", { type: "button", textContent: words.step_forward }),
    all: make("button", { type: "button", textContent: words.walk_all }),
    none: make("button", { type: "button", textContent: words.walk_none }),
  };
  const far = slider("far", words.steps_walked, walk);
  const help = make("p", { className: "note", textContent: words.graph_help });
  const { element } = titledPart("walking", words.walk_title, help, make("div", { className: "framed" }, box, namesOf(words, INKS)),
    make("div", { className: "buttons" }, ...Object.values(buttons)), far.element, said);
  let [walked, n] = [0, 0];

  const to = (next) => {
    const within = Math.min(Math.max(next, 0), n);
    if (within !== walked) walk(within);
  };
  const moves = { back: () => walked + 1, undo: () => walked - 1, all: () => n, none: () => 0 };
  for (const [name, button] of Object.entries(buttons)) button.addEventListener("click", () => to(moves[name]()));
  const keys = { ArrowLeft: moves.back, ArrowRight: moves.undo, Home: moves.all, End: moves.none };
  box.addEventListener("keydown", (event) => {
    if (!keys[event.key]) return;
    event.preventDefault();
    to(keys[event.key]());
  });

  function draw(shown) {
    ({ walked } = shown);
    n = shown.walk.steps.length;
    const at = box.scrollLeft;
    box.replaceChildren(graphOf(shown, words, format, size, INKS));
    box.scrollLeft = at;
    show(columnOf(Math.min(n - walked, n - 1)));
    far.draw(walked, n, filled(words.of_steps, { n: format.count(walked), total: format.count(n) }));
    said.textContent = walkSaid(shown, words, format, size);
    for (const name of ["back", "all"]) buttons[name].setAttribute("aria-disabled", String(walked === n));
    for (const name of ["undo", "none"]) buttons[name].setAttribute("aria-disabled", String(walked === 0));
  }

  /** Bring a column into the box, without moving the page. */
  function show(middle) {
    const [start, end] = [box.scrollLeft, box.scrollLeft + box.clientWidth];
    if (middle - LEFT - 40 < start) box.scrollLeft = middle - box.clientWidth / 2;
    else if (middle + 60 > end) box.scrollLeft = middle + 60 - box.clientWidth;
  }
  return { element, draw };
}
