import { fromHex } from "../lib/bytes.js";
import { tokenText } from "../lib/naming.js";
import { shareWriter } from "../lib/shares.js";
import { filled } from "../lib/text.js";
import { make } from "../lib/view.js";
import { titledPart } from "./titled.js";

/** What the same body says as a language model, before and after: what fine-tuning did to the old task. */
export function nextShift(words, format) {
  const summary = make("p", { className: "summary", "aria-live": "polite" });
  const sides = make("div", { className: "sides" });
  const { element } = titledPart("next-shift", words.next_title, make("p", { className: "note", textContent: words.next_help }), summary, sides);

  const written = shareWriter(format, words);

  function draw({ answer: { next, surprise, ids } }) {
    const number = (value) => format.fixed(value, 3);
    const [before, after] = surprise;
    summary.textContent = ids.length < 2 ? words.no_surprise
      : after === null ? filled(words.surprise_before, { first: number(before) })
        : filled(words.surprise, { first: number(before), second: number(after) });
    sides.replaceChildren(...["before", "after"].filter((side) => next[side].length).map((side) => bars(side, next[side])));
  }

  function bars(side, likeliest) {
    const most = Math.max(...likeliest.map(({ probability }) => probability));
    const rows = likeliest.map(({ bytes, probability }) => {
      const bar = make("span");
      bar.style.width = `${(100 * probability) / most}%`;
      return make("tr", {}, make("th", { scope: "row" }, make("bdi", { textContent: tokenText(fromHex(bytes)) })),
        make("td", {}, make("span", { className: "track", "aria-hidden": "true" }, bar), make("span", { textContent: written(probability) })));
    });
    const head = make("tr", {}, ...[words.token, words.share].map((textContent) => make("th", { scope: "col", textContent })));
    const caption = side === "before" ? words.next_before : words.next_after;
    return make("table", { className: side }, make("caption", { textContent: caption }), make("thead", {}, head), make("tbody", {}, ...rows));
  }
  return { element, draw };
}
