import { shownBytes } from "../lib/bytes.js";
import { tokenText } from "../lib/naming.js";
import { restOf } from "../lib/predicting.js";
import { filled } from "../lib/text.js";
import { make } from "../lib/view.js";

const MOST = 100;

/** The likeliest hundred tokens and the rest, as numbers; filled while it is open. */
export function nextTable(words, format) {
  const names = [words.rank, words.token_column, words.id, words.bytes, words.logit, words.own, words.made];
  const body = make("tbody");
  const heads = names.map((textContent) => make("th", { scope: "col", textContent }));
  const table = make("table", {}, make("thead", {}, make("tr", {}, ...heads)), body);
  const title = filled(words.table, { n: MOST });
  const scroll = make("div", { className: "scroll", tabIndex: 0, role: "group", "aria-label": title }, table);
  const element = make("details", {}, make("summary", { textContent: title }), scroll);
  let [shown, drawn] = [null, null];

  function rowOf(rank) {
    const { ranks, decided, bytesOf } = shown;
    const [id, bytes] = [ranks.order[rank], bytesOf(ranks.order[rank])];
    const numbers = [format.fixed(ranks.logits[rank], 4), percent(ranks.own[rank]), percent(decided.made[rank])];
    return row([rank + 1, tokenText(bytes), id, shownBytes(bytes), ...numbers]);
  }

  const percent = (share) => format.percent(share, 2);

  function fill() {
    if (!element.open || drawn === shown) return;
    drawn = shown;
    const { ranks, decided } = shown;
    const rows = Array.from({ length: Math.min(MOST, ranks.order.length) }, (_, rank) => rowOf(rank));
    const [own, made] = [restOf(ranks.own, MOST), restOf(decided.made, MOST)];
    const rest = row(["", filled(words.rest, { n: format.count(own.n) }), "", "", "", percent(own.share), percent(made.share)], 1);
    body.replaceChildren(...rows, ...(own.n ? [rest] : []));
  }
  element.addEventListener("toggle", fill);
  return { element, draw: (ranks, decided, bytesOf) => { shown = { ranks, decided, bytesOf }; fill(); } };
}

/**
 * @param {(string | number)[]} texts
 * @param {number} named the column that the row goes by
 */
function row(texts, named = 0) {
  return make("tr", {}, ...texts.map((text, i) => {
    const cell = i === named ? make("th", { scope: "row" }) : make("td");
    cell.append(make("bdi", { textContent: String(text) }));
    return cell;
  }));
}
