import { shownBytes } from "../lib/bytes.js";
import { moved } from "../lib/cursor.js";
import { tokenText } from "../lib/naming.js";
import { restOf } from "../lib/predicting.js";
import { filled } from "../lib/text.js";
import { make } from "../lib/view.js";

const AMOUNTS = [10, 20, 40];
const KEYS = { ArrowUp: "ArrowLeft", ArrowDown: "ArrowRight" };

/** A row: a name, two numbers, and a bar for the number after the rule with a mark for the one before. */
function barRow(className, name, id = null) {
  const [own, made] = [make("td", { className: "own" }), make("td", { className: "made" })];
  const [fill, mark] = [make("span", { className: "fill" }), make("span", { className: "own-mark" })];
  const track = make("td", { className: "track", "aria-hidden": "true" }, make("span", { className: "rail" }, fill, mark));
  const names = id === null ? [make("th", { scope: "row", colSpan: 2 }, name)] : [make("th", { scope: "row" }, name), make("td", { className: "id", textContent: id })];
  const element = make("tr", { className }, ...names, own, made, track);

  function draw(shares, texts, isCut) {
    [own.textContent, made.textContent] = texts;
    fill.style.width = `${100 * shares.made}%`;
    mark.style.left = `${100 * shares.own}%`;
    element.classList.toggle("is-cut", isCut);
  }
  return { element, draw };
}

/**
 * The likeliest tokens as bars, and one bar for all others, so that the bars sum to 1.
 * @param {Record<string, string>} words
 * @param {(share: number) => string} written writes a probability
 * @param {(n: number) => string} count writes a number
 * @param {{ onChoose: (said: string) => void, onTake: (token: number) => void }} handlers
 */
export function barsPart(words, written, count, { onChoose, onTake }) {
  const body = make("tbody");
  const names = [words.token_column, words.id, words.own, words.made];
  const heads = names.map((textContent) => make("th", { scope: "col", textContent }));
  const table = make("table", { className: "bars" }, make("caption", { textContent: words.bars_caption }), make("thead", {}, make("tr", {}, ...heads, make("td"))), body);
  const select = make("select", {}, ...AMOUNTS.map((n) => make("option", { value: String(n), textContent: String(n) })));
  const amount = make("label", { className: "amount" }, make("span", { textContent: words.amount }), select);
  const legend = make("p", { className: "legend" },
    make("span", {}, make("span", { className: "swatch fill" }), words.legend_made),
    make("span", {}, make("span", { className: "swatch own-mark" }), words.legend_own));
  const element = make("div", {}, table, legend, amount);
  let [rows, buttons, said, rest, total, at] = [[], [], [], null, null, 0];
  let shown = null;

  const n_shown = () => Math.min(Number(select.value), shown.ranks.order.length);

  /** Build the rows of an answer; dragging a slider only changes what they hold. */
  function fill() {
    const hadFocus = body.contains(document.activeElement);
    buttons = Array.from({ length: n_shown() }, (_, rank) => make("button", { type: "button", tabIndex: -1 },
      make("bdi", { textContent: tokenText(shown.bytesOf(shown.ranks.order[rank])) })));
    rows = buttons.map((button, rank) => barRow("token-row", button, String(shown.ranks.order[rank])));
    [rest, total] = ["rest", "total"].map((name) => barRow(name, make("span")));
    total.element.lastChild.replaceChildren();
    body.replaceChildren(...[...rows, rest, total].map((row) => row.element));
    at = Math.min(at, buttons.length - 1);
    if (buttons.length) buttons[at].tabIndex = 0;
    if (hadFocus) buttons[at]?.focus();
  }

  function draw(ranks, decided, bytesOf) {
    const isNew = shown?.ranks !== ranks || n_shown() !== rows.length;
    shown = { ranks, decided, bytesOf };
    if (isNew) fill();
    rows.forEach((row, rank) => drawToken(row, rank));
    drawRest();
  }

  function drawToken({ element: row, draw: drawRow }, rank) {
    const { ranks, decided, bytesOf } = shown;
    const shares = { own: ranks.own[rank], made: decided.made[rank] };
    const isCut = decided.isCut(rank);
    const texts = [written(shares.own), isCut ? words.cut : written(shares.made)];
    drawRow(shares, texts, isCut);
    row.classList.toggle("is-drawn", rank === decided.rank);
    const id = ranks.order[rank];
    said[rank] = filled(words.bar, {
      rank: rank + 1, token: tokenText(bytesOf(id)), id, bytes: shownBytes(bytesOf(id)), probability: texts[0], share: texts[1],
    });
    buttons[rank].setAttribute("aria-label", said[rank]);
  }

  function drawRest() {
    const { ranks, decided } = shown;
    const [own, made] = [restOf(ranks.own, rows.length), restOf(decided.made, rows.length)];
    const isCut = made.share === 0 && decided.isCut(rows.length);
    rest.element.hidden = own.n === 0;
    rest.element.querySelector("span").textContent = filled(words.rest, { n: count(own.n) });
    rest.draw({ own: own.share, made: made.share }, [written(own.share), isCut ? words.cut : written(made.share)], isCut);
    rest.element.classList.toggle("is-drawn", decided.rank >= rows.length);
    total.element.querySelector("span").textContent = filled(words.all_together, { n: count(ranks.own.length) });
    const sums = [ranks.own, decided.made].map((shares) => shares.reduce((sum, share) => sum + share, 0));
    total.draw({ own: 0, made: 0 }, sums.map(written), false);
  }

  body.addEventListener("focusin", (event) => {
    const to = buttons.indexOf(event.target.closest("button"));
    if (to < 0) return;
    buttons[at].tabIndex = -1;
    at = to;
    buttons[at].tabIndex = 0;
    onChoose(said[at]);
  });
  body.addEventListener("click", (event) => {
    const rank = buttons.indexOf(event.target.closest("button"));
    if (rank >= 0) onTake(shown.ranks.order[rank]);
  });
  body.addEventListener("keydown", (event) => {
    const to = moved(KEYS[event.key] ?? event.key, at, buttons.length);
    if (to === null) return;
    event.preventDefault();
    buttons[to].focus();
  });
  select.addEventListener("change", () => draw(shown.ranks, shown.decided, shown.bytesOf));
  return { element, draw, n: () => rows.length };
}
