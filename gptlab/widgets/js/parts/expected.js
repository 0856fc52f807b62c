import { tokenText } from "../lib/naming.js";
import { floats } from "../lib/numbers.js";
import { shareWriter } from "../lib/shares.js";
import { filled } from "../lib/text.js";
import { make } from "../lib/view.js";
import { withTemperature } from "../engine/decoding.js";
import { titledPart } from "./titled.js";

const N_SHOWN = 8;

/** The likeliest next tokens, with what the model expected before it was fine-tuned: the control. */
export function expectedPart(words, format) {
  const body = make("tbody");
  const heads = [words.token, words.tuned, words.untuned].map((textContent) => make("th", { scope: "col", textContent }));
  const caption = make("caption", { textContent: filled(words.expected_table, { n: N_SHOWN }) });
  const table = make("table", {}, caption, make("thead", {}, make("tr", {}, ...heads)), body);
  const drawn = make("p", { className: "summary" });
  const { element } = titledPart("expected", words.expected, make("p", { className: "note", textContent: words.expected_help }), table, drawn);
  const written = shareWriter(format, words);

  function draw({ answer, ranks, bytesOf, decided }) {
    const before = withTemperature(floats(answer.control), 1);
    const best = Array.from(ranks.order.subarray(0, N_SHOWN));
    const most = Math.max(ranks.own[0], ...best.map((id) => before[id]));
    body.replaceChildren(...best.map((id, rank) => {
      const row = make("tr", { className: id === decided.token ? "is-drawn" : "" },
        make("th", { scope: "row" }, make("bdi", { textContent: tokenText(bytesOf(id)) })),
        cell("tuned", ranks.own[rank], most), cell("untuned", before[id], most));
      return row;
    }));
    const ends = answer.stops.includes(decided.token) ? ` ${words.ends}` : "";
    drawn.textContent = filled(words.drawn, { token: tokenText(bytesOf(decided.token)), share: written(ranks.own[decided.rank]) }) + ends;
  }

  function cell(className, share, most) {
    const bar = make("span");
    bar.style.width = `${(100 * share) / most}%`;
    return make("td", { className }, make("span", { className: "track", "aria-hidden": "true" }, bar), make("span", { textContent: written(share) }));
  }
  return { element, draw };
}
