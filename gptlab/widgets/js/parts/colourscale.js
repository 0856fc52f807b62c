import { viridisCss } from "../lib/colours.js";
import { make } from "../lib/view.js";

const TICKS = [0, 0.25, 0.5, 0.75, 1];
const STOPS = 17;

/** What the colours mean, with numbers, and a pointer to the share under the cursor. */
export function colourScale(words, format) {
  const bar = make("div", { className: "bar" });
  const stops = Array.from({ length: STOPS }, (_, i) => viridisCss(i / (STOPS - 1)));
  bar.style.background = `linear-gradient(to right, ${stops.join(", ")})`;
  const pointer = make("div", { className: "pointer" });
  const ticks = TICKS.map((share) => at(make("span", { textContent: format.percent(share, 0) }), share));
  const element = make("div", { className: "scale" },
    pointer, bar, make("div", { className: "ticks" }, ...ticks), make("div", { className: "note", textContent: words.share }),
  );

  function point(share) {
    pointer.hidden = share === null;
    at(pointer, share ?? 0);
  }
  return { element, point };
}

function at(element, share) {
  element.style.left = `${100 * share}%`;
  return element;
}
