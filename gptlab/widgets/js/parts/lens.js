import { tokenText } from "../lib/naming.js";
import { filled } from "../lib/text.js";
import { make } from "../lib/view.js";
import { titledPart } from "./titled.js";

const BELOW = 10; // the scale begins so many times below what guessing gives
const DECADES = [1, 0.1, 0.01, 0.001, 0.0001, 0.00001, 0.000001];
const LABELLED = [1, 0.01, 0.0001];

/** What each layer would say if it were the last: a row for the embedding and for each block. */
export function lensPart(words, written, format) {
  const note = make("p", { className: "note" });
  const caption = make("caption");
  const names = ["stage", "likeliest-token", "probability", "final_probability", "final_rank"];
  const heads = [...names.map((name) => make("th", { scope: "col", className: name })), make("td", { className: "scale" })];
  const body = make("tbody");
  const table = make("table", { className: "lens" }, caption, make("thead", {}, make("tr", {}, ...heads)), body);
  const { element } = titledPart("", words.lens, table, note);

  /** The words of the head name the token that the whole model finds likeliest. */
  function drawHead(token) {
    const texts = [words.stage, words.stage_best, words.stage_probability, filled(words.final_probability, { token }), words.final_rank];
    texts.forEach((text, i) => { heads[i].textContent = text; });
    caption.textContent = words.lens_caption;
  }

  /**
   * @param {ReturnType<typeof import("../lib/lens.js").stages> | null} rows
   * @param {number} final
   * @param {number} d_vocab
   * @param {(token: number) => Uint8Array} bytesOf
   */
  function draw(rows, final, d_vocab, bytesOf) {
    table.hidden = !rows;
    note.textContent = words.no_lens;
    if (!rows) return;
    const token = tokenText(bytesOf(final));
    drawHead(token);
    const { place, uniform } = scale(1 / d_vocab);
    heads[5].replaceChildren(axis(place, format));
    body.replaceChildren(...rows.map((row, i) => {
      const name = i ? filled(words.block, { n: i }) : words.embedding;
      const best = make("td", { className: row.best === final ? "best is-final" : "best" }, make("bdi", { textContent: tokenText(bytesOf(row.best)) }));
      const numbers = [written(row.share), written(row.finalShare), format.count(row.finalRank)];
      const cells = numbers.map((textContent) => make("td", { className: "number", textContent }));
      return make("tr", {}, make("th", { scope: "row", textContent: name }), best, ...cells, track(row, place, uniform));
    }));
    const values = { n: format.count(d_vocab), share: written(1 / d_vocab), number: format.fixed(Math.log(d_vocab), 2), token };
    note.textContent = filled(words.lens_note, values);
  }
  return { element, draw };
}

/** From a probability to its place on a logarithmic scale from 0 to 1. */
function scale(uniform) {
  const least = Math.log(uniform / BELOW);
  const place = (share) => Math.max(0, 1 - Math.log(share) / least);
  return { place, uniform: place(uniform) };
}

function dot(className, at, textContent = "") {
  const mark = make("span", { className, textContent });
  mark.style.left = `${100 * at}%`;
  return mark;
}

function axis(place, format) {
  const labels = LABELLED.map((share) => dot("", place(share), format.percent(share, share < 0.01 ? 2 : 0)));
  return make("span", { className: "axis", "aria-hidden": "true" }, ...labels);
}

function track(row, place, uniform) {
  const marks = DECADES.filter((share) => place(share) > 0).map((share) => dot("decade", place(share)));
  marks.push(dot("guess", uniform), dot("likeliest", place(row.share)), dot("final", place(row.finalShare)));
  return make("td", { className: "track", "aria-hidden": "true" }, make("span", { className: "rail" }, ...marks));
}
