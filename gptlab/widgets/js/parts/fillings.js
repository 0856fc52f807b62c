import { fromHex } from "../lib/bytes.js";
import { tokenText } from "../lib/naming.js";
import { filled } from "../lib/text.js";
import { make } from "../lib/view.js";
import { titledPart } from "./titled.js";

/** What both models expect in every gap, side by side. */
export function fillingsPart(words, format) {
  const help = make("p", { className: "note", textContent: words.gaps_help });
  const guessed = make("p", { className: "note", textContent: words.guessed });
  const list = make("div", { className: "gaps" });
  const { element } = titledPart("fillings", words.gaps_title, help, list, guessed);

  function draw({ answer }) {
    guessed.hidden = !answer.guessed;
    list.replaceChildren(...answer.gaps.map((place, i) => {
      const name = answer.at_end ? words.gap_after : filled(words.gap_number, { number: i + 1, position: place + 1 });
      const sides = ["causal", "masked"].map((model) => bars(model, answer[model][i], name));
      return make("div", { className: "gap", role: "group", "aria-label": name },
        make("p", { className: "gap-name", textContent: name }), make("div", { className: "sides" }, ...sides));
    }));
  }

  function bars(model, likeliest, name) {
    const caption = make("caption", { textContent: words[model] });
    if (!likeliest.length) return make("div", { className: model }, make("p", { className: "side-name", textContent: words[model] }), make("p", { textContent: words.no_left_side }));
    const most = Math.max(...likeliest.map(({ probability }) => probability));
    const rows = likeliest.map(({ bytes, probability }) => {
      const filling = make("span");
      filling.style.width = `${(100 * probability) / most}%`;
      return make("tr", {}, make("th", { scope: "row" }, make("bdi", { textContent: tokenText(fromHex(bytes)) })),
        make("td", {}, make("span", { className: "track" }, filling), make("span", { textContent: format.percent(probability) })));
    });
    const head = make("tr", {}, ...[words.token, words.share].map((text) => make("th", { scope: "col", textContent: text })));
    return make("table", { className: model, "aria-label": `${name}: ${words[model]}` }, caption, make("thead", {}, head), make("tbody", {}, ...rows));
  }
  return { element, draw };
}
