import { viridisCss, wantsDarkInk } from "../lib/colours.js";
import { decoded, fromHex } from "../lib/bytes.js";
import { tokenNames, tokenText } from "../lib/naming.js";
import { floats } from "../lib/numbers.js";
import { charactersOf, filled, shapeOf } from "../lib/text.js";
import { make } from "../lib/view.js";
import { titledPart } from "./titled.js";

/** A text's tokens, each with its loss; a quiet colour is a token that costs little. */
export function tokenLosses(words, format) {
  const [help, note] = [make("p", { className: "note" }), make("p", { className: "note" })];
  const chips = make("div", { className: "loss-chips" });
  const body = make("tbody");
  const head = make("tr", {}, ...[words.token, words.loss_column].map((textContent) => make("th", { scope: "col", textContent })));
  const table = make("details", {}, make("summary", { textContent: words.tokens_table }),
    make("div", { className: "scroll", tabIndex: 0, role: "group", "aria-label": words.tokens_table }, make("table", {}, make("thead", {}, head), body)));
  const { element } = titledPart("tokens-now", words.tokens_title, help, chips, note, table);

  function draw(stage) {
    const [losses, names, most] = [floats(stage.losses), tokenNames(stage), Math.log(stage.d_vocab)];
    const said = names.map((_, i) => (i ? format.fixed(losses[i - 1], 2) : words.only_read));
    help.textContent = filled(words.tokens_help, { n: format.fixed(most, 2) });
    note.textContent = stage.n_left_out ? filled(words.newest_only, { shown: format.count(names.length), left: format.count(stage.n_left_out) }) : "";
    chips.replaceChildren(...names.map((name, i) => {
      const chip = make("span", { className: i ? "loss-chip" : "loss-chip first" }, make("bdi", { textContent: name }), make("small", { textContent: said[i] }));
      if (i) {
        const share = Math.min(1, losses[i - 1] / most);
        chip.style.background = viridisCss(1 - share);
        chip.style.color = wantsDarkInk(1 - share) ? "#000" : "#fff";
      }
      return chip;
    }));
    body.replaceChildren(...names.map((name, i) => make("tr", {}, make("th", { scope: "row" }, make("bdi", { textContent: name })), make("td", { textContent: said[i] }))));
  }
  return { element, draw };
}

/** What the model expects after the text, and what it writes. */
export function expectations(words, format) {
  const body = make("tbody");
  const head = make("tr", {}, ...[words.token, words.share].map((textContent) => make("th", { scope: "col", textContent })));
  const sample = make("p", { className: "sample" });
  const next = titledPart("next-now", words.next_title, make("table", {}, make("thead", {}, head), body));
  const wrote = titledPart("sample-now", words.sample_title, make("p", { className: "note", textContent: words.sample_help }), sample);
  const element = make("div", { className: "expected" }, next.element, wrote.element);

  function draw(stage) {
    body.replaceChildren(...stage.next.map(({ bytes, probability }) => {
      const filling = make("span");
      filling.style.width = `${100 * probability}%`;
      return make("tr", {}, make("th", { scope: "row" }, make("bdi", { textContent: tokenText(fromHex(bytes)) })),
        make("td", {}, make("span", { className: "track" }, filling), make("span", { textContent: format.percent(probability) })));
    }));
    const shown = (sign) => (sign === " " || sign === "\n" ? sign : shapeOf(sign));
    sample.replaceChildren(make("bdi", { className: "given", textContent: stage.text }), make("bdi", { textContent: charactersOf(decoded(fromHex(stage.sample))).map(shown).join("") }));
  }
  return { element, draw };
}
