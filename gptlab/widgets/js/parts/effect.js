import { spoken, tokenLabels } from "../lib/labels.js";
import { fromHex } from "../lib/bytes.js";
import { isolated } from "../lib/naming.js";
import { floats } from "../lib/numbers.js";
import { filled } from "../lib/text.js";
import { make } from "../lib/view.js";
import { titledPart } from "./titled.js";

const LEAST = 0.001; // the change that a whole bar stands for at least, or noise would look large
const SAY_SO = 100; // ms of waiting before it says that it computes

/**
 * What the head does to the next token: the model without it, without another head, and both again
 * in an untrained copy.
 * @param {Record<string, string>} words
 * @param {ReturnType<import("../lib/numbers.js").formatted>} format
 * @param {{signal: AbortSignal, onDraw: () => void}} hear `onDraw`: another head shall be drawn
 */
export function effectPart(words, format, { signal, onDraw }) {
  const status = make("p", { className: "status", role: "status" });
  const [done, guess, alarm] = [make("p"), make("p"), make("p", { className: "note" })];
  const body = make("table");
  const draw_another = make("button", { type: "button", textContent: words.draw_another });
  const caution = make("p", { className: "note", textContent: words.caution });
  const content = make("div", {}, done, guess, make("div", { className: "scroll" }, body), draw_another, caution);
  const { element } = titledPart("effect", words.effect, content, alarm, status);
  let timer = 0;
  let drawn = null;
  draw_another.addEventListener("click", onDraw);
  signal.addEventListener("abort", () => clearTimeout(timer));

  /** @param {{effect: object, isAnswered: boolean}} next */
  function draw({ effect, isAnswered }) {
    content.setAttribute("aria-busy", String(!isAnswered));
    if (!isAnswered) {
      timer ||= setTimeout(() => { status.textContent = words.working; }, SAY_SO);
      return;
    }
    clearTimeout(timer);
    timer = 0;
    status.textContent = "";
    if (effect === drawn) return;
    drawn = effect;
    alarm.textContent = effect.error;
    content.hidden = Boolean(effect.error);
    if (!effect.error) fill(effect);
  }

  function fill({ layer, head, random, token_bytes, probabilities }) {
    const numbers = floats(probabilities);
    const bytes = fromHex(token_bytes);
    const token = isolated(spoken(tokenLabels(bytes, [bytes.length])[0]));
    done.textContent = filled(words.done, { layer, head });
    guess.textContent = filled(words.guess, { token, probability: format.percent(numbers[0], 2) });
    draw_another.hidden = !random;
    const cases = [words.whole_model, filled(words.without_head, { layer, head })];
    if (random) cases.push(filled(words.without_random, { layer: random[0], head: random[1] }));
    const groups = [[words.trained, 0], [words.untrained, 3]].filter(([, from]) => !Number.isNaN(numbers[from]));
    const changes = Array.from(numbers, (p, i) => Math.abs(p - numbers[i < 3 ? 0 : 3]));
    const most = Math.max(LEAST, ...changes.filter((change) => !Number.isNaN(change)));
    body.replaceChildren(
      make("caption", { textContent: filled(words.effect_table, { token }) }),
      make("thead", {}, make("tr", {}, make("td"), ...[words.probability, words.change].map(columnHead))),
      ...groups.map(([name, from]) => group(name, from, cases, numbers, most)),
    );
  }

  function group(name, from, cases, numbers, most) {
    const title = make("tr", {}, make("th", { scope: "rowgroup", colSpan: 3, textContent: name }));
    const rows = cases.map((text, i) => {
      const change = numbers[from + i] - numbers[from];
      return make("tr", { className: ["whole", "this-head", "random-head"][i] },
        make("th", { scope: "row", textContent: text }),
        make("td", { textContent: format.percent(numbers[from + i], 2) }),
        i ? changeCell(format, change, most) : make("td", { textContent: "–" }));
    });
    return make("tbody", {}, title, ...rows);
  }
  return { element, draw };
}

function columnHead(textContent) {
  return make("th", { textContent, scope: "col" });
}

/** A bar to the left for a loss and to the right for a gain, and the number. */
function changeCell(format, change, most) {
  const bar = make("span", { className: change < 0 ? "loss" : "gain" });
  bar.style.width = `${(50 * Math.abs(change)) / most}%`;
  return make("td", { className: "change" }, make("span", { className: "track" }, bar), make("span", { textContent: points(format, change) }));
}

/** A change in percentage points, with its sign: −4.21. */
function points(format, change) {
  const text = format.fixed(100 * change, 2);
  return change > 0 && /[1-9]/.test(text) ? `+${text}` : text;
}
