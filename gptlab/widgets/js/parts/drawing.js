import { tokenText } from "../lib/naming.js";
import { stretchOf, wideStretches } from "../lib/predicting.js";
import { filled } from "../lib/text.js";
import { make } from "../lib/view.js";

const LEAST = 0.004; // narrower stretches are drawn together, as one grey ground
const LEAST_LABEL = 0.05; // narrower ones have no room for their token
const CLOSE = 0.04; // the close-up shows so much of the bar

/**
 * The draw: all probabilities laid end to end from 0 to 1, and the number that falls on one of them.
 * @param {Record<string, string>} words
 * @param {ReturnType<typeof import("../lib/numbers.js").formatted>} format
 */
export function drawingPart(words, format) {
  const ends = (number, digits = Number.isInteger(number) ? 0 : 3) => format.fixed(number, digits);
  const [strip, close] = [stripPart("whole", ends), stripPart("close", ends)];
  const closeNote = make("p", { className: "note", textContent: filled(words.close_up, { n: format.count(1 / CLOSE) }) });
  const closeUp = make("div", { className: "close-up" }, closeNote, close.element);
  const said = make("p", { className: "said" });
  const element = make("div", { className: "drawing" }, make("p", { className: "note", textContent: words.strip }), strip.element, closeUp, said);

  function draw({ byId, token, rank, u, isGreedy }, bytesOf) {
    const { start, end } = stretchOf(byId, token);
    const text = tokenText(bytesOf(token));
    strip.draw(byId, bytesOf, token, { from: 0, to: 1, u });
    closeUp.classList.toggle("is-idle", isGreedy); // it keeps its place, so that no button moves
    if (!isGreedy) drawCloseUp(byId, bytesOf, token, u);
    const values = { token: text, rank: format.count(rank + 1), u: format.fixed(u ?? 0, 4), start: format.fixed(start, 4), end: format.fixed(end, 4) };
    said.textContent = filled(isGreedy ? words.greedy : words.drawn, values);
  }

  function drawCloseUp(byId, bytesOf, token, u) {
    const from = Math.min(Math.max(0, u - CLOSE / 2), 1 - CLOSE);
    close.draw(byId, bytesOf, token, { from, to: from + CLOSE, u });
  }
  return { element, draw, said: () => said.textContent };
}

/** One bar of stretches, with ends marked and the random number above it. */
function stripPart(name, format) {
  const bar = make("div", { className: "stretches" });
  const [pointer, value] = [make("span", { className: "pointer" }), make("span", { className: "value" })];
  const ends = [make("span"), make("span")];
  const element = make("div", { className: `strip ${name}`, "aria-hidden": "true" }, value, pointer, bar, make("div", { className: "ends" }, ...ends));

  function draw(byId, bytesOf, drawn, { from, to, u }) {
    const size = to - from;
    const stretches = wideStretches(byId, LEAST * size).filter(({ start, share }) => start < to && start + share > from);
    if (!stretches.some(({ token }) => token === drawn)) stretches.push({ token: drawn, start: stretchOf(byId, drawn).start, share: byId[drawn] });
    bar.replaceChildren(...stretches.map(({ token, start, share }, i) => {
      const [left, right] = [Math.max(start, from), Math.min(start + share, to)];
      const part = make("span", { className: `stretch ${token === drawn ? "is-drawn" : `tone-${i % 2}`}` });
      part.style.left = `${(100 * (left - from)) / size}%`;
      part.style.width = `${(100 * (right - left)) / size}%`;
      if ((right - left) / size >= LEAST_LABEL) part.append(make("bdi", { textContent: tokenText(bytesOf(token)) }));
      return part;
    }));
    ends[0].textContent = format(from);
    ends[1].textContent = format(to);
    pointer.hidden = value.hidden = u === null;
    if (u === null) return;
    const place = (100 * (u - from)) / size;
    pointer.style.left = `${place}%`;
    value.style.left = `clamp(2.6em, ${place}%, 100% - 2.6em)`; // it stays inside the bar
    value.textContent = `u = ${format(u, 4)}`;
  }
  return { element, draw };
}
