import { fromHex } from "../lib/bytes.js";
import { moved } from "../lib/cursor.js";
import { tokenText } from "../lib/naming.js";
import { productOf } from "../lib/sentences.js";
import { filled } from "../lib/text.js";
import { make } from "../lib/view.js";
import { titledPart } from "./titled.js";

const KEYS = { ArrowDown: "ArrowRight", ArrowUp: "ArrowLeft" };

/** Every token as a row with a bar; the chosen one's rivals beside it. */
export function sentenceTokens(words, format, choose) {
  const names = [words.token, words.probability, words.surprise, words.so_far, words.bits_so_far];
  const head = make("tr", {}, ...names.map((name) => make("th", { scope: "col", textContent: name })));
  const body = make("tbody");
  const table = make("table", { className: "tokens-table", "aria-label": words.tokens_title }, make("thead", {}, head), body);
  const help = make("p", { className: "note", textContent: words.tokens_help });
  const box = make("div", { className: "scroll", role: "group", "aria-label": words.tokens_title }, table);
  const said = make("p", { className: "summary", "aria-live": "polite" });
  const rivals = make("table", { className: "rivals" });
  const { element } = titledPart("tokens-part", words.tokens_title, help, make("div", { className: "sides" }, box, make("div", {}, said, rivals)));
  let buttons = [];
  let at = 0;

  function draw({ names: spelt, own, control, sentence }) {
    const hadFocus = body.contains(document.activeElement);
    const most = Math.max(...own.bits, ...(control?.bits ?? [0]));
    buttons = spelt.map((name) => make("button", { type: "button", tabIndex: -1 }, make("bdi", { textContent: name })));
    body.replaceChildren(...buttons.map((button, i) => {
      const [bits, sum] = [own.bits[i], own.sums[i]];
      return make("tr", {}, make("th", { scope: "row" }, make("span", { className: "note", textContent: `${i + 1} ` }), button),
        make("td", { textContent: productOf(bits, format.fixed) }), surprise(bits, control?.bits[i], most),
        make("td", { textContent: productOf(sum, format.fixed) }), make("td", { textContent: format.fixed(sum, 1) }));
    }));
    buttons.forEach((button, i) => button.setAttribute("aria-label", sentenceOf(spelt, own, sentence, i)));
    if (hadFocus) buttons[Math.min(at, buttons.length - 1)]?.focus();
  }

  function surprise(bits, control, most) {
    const fill = make("span", { className: "fill" });
    fill.style.width = `${(100 * bits) / most}%`;
    const track = make("span", { className: "track", "aria-hidden": "true" }, fill);
    if (control !== undefined) {
      const mark = make("span", { className: "own-mark" });
      mark.style.left = `${(100 * control) / most}%`;
      track.append(mark);
    }
    return make("td", { className: "bar" }, track, make("span", { textContent: format.fixed(bits, 2) }));
  }

  function sentenceOf(spelt, own, { ranks }, i) {
    return filled(words.rank_said, {
      number: i + 1, token: spelt[i], probability: productOf(own.bits[i], format.fixed), n: format.fixed(own.bits[i], 2), rank: format.count(ranks[i]),
    });
  }

  function drawRivals({ names: spelt, own, sentence }, place) {
    if (at < buttons.length) buttons[at].tabIndex = -1;
    at = place;
    buttons[at].tabIndex = 0;
    [...body.rows].forEach((row, i) => row.toggleAttribute("aria-current", i === at));
    said.textContent = sentenceOf(spelt, own, sentence, at);
    const title = make("caption", { textContent: filled(words.expected_title, { number: at + 1 }) });
    const rows = sentence.expected[at].map(({ bytes, probability }, rank) => {
      const name = make("th", { scope: "row" }, make("bdi", { textContent: tokenText(fromHex(bytes)) }));
      const isIt = rank === sentence.ranks[at] ? ` ← ${words.is_it}` : "";
      return make("tr", {}, name, make("td", { textContent: `${format.percent(probability)}${isIt}` }));
    });
    const top = make("tr", {}, ...[words.token, words.probability].map((name) => make("th", { scope: "col", textContent: name })));
    rivals.replaceChildren(title, make("thead", {}, top), make("tbody", {}, ...rows));
  }

  body.addEventListener("focusin", (event) => {
    const to = buttons.indexOf(event.target.closest("button"));
    if (to >= 0 && to !== at) choose(to);
  });
  body.addEventListener("click", (event) => {
    const to = [...body.rows].indexOf(event.target.closest("tr"));
    if (to >= 0) buttons[to].focus();
  });
  body.addEventListener("keydown", (event) => {
    const to = moved(KEYS[event.key] ?? event.key, at, buttons.length);
    if (to === null) return;
    event.preventDefault();
    buttons[to].focus();
  });
  return { element, draw, drawRivals };
}
