import { floats } from "../lib/numbers.js";
import { bitsOf, onOneLine } from "../lib/sentences.js";
import { filled } from "../lib/text.js";
import { make } from "../lib/view.js";
import { titledPart } from "./titled.js";

/** The same pieces in other orders, the likeliest first, and a button for other shuffles. */
export function sentenceOrders(words, format, shuffle) {
  const help = make("p", { className: "note", textContent: words.orders_help });
  const again = make("button", { type: "button", textContent: words.shuffle });
  again.addEventListener("click", shuffle);
  const said = make("p", { className: "summary", "aria-live": "polite" });
  const head = make("tr", {}, ...[words.order, words.bits].map((name) => make("th", { scope: "col", textContent: name })));
  const body = make("tbody");
  const table = make("table", { className: "orders" }, make("thead", {}, head), body);
  const box = make("div", { className: "scroll", tabIndex: 0, role: "group", "aria-label": words.orders_title }, table);
  const { element } = titledPart("orders-part", words.orders_title, help, again, said, box);

  /** @param {boolean} isLate whether the answer is still of an older question */
  function draw({ error, orders, totals }, isLate) {
    element.setAttribute("aria-busy", String(isLate));
    box.hidden = again.hidden = Boolean(error);
    if (error) {
      said.textContent = error;
      return;
    }
    const { bits } = bitsOf(floats(totals));
    const names = orders.map((_, i) => [words.as_typed, words.backwards][i] ?? filled(words.shuffled, { number: i - 1 }));
    const order = [...bits.keys()].sort((a, b) => bits[a] - bits[b]);
    const [least, most] = [bits[order[0]], bits[order.at(-1)]];
    const rank = bits.slice(1).filter((each) => each <= bits[0]).length;
    said.textContent = filled(words.orders_said, { rank: format.count(rank), n: format.count(bits.length - 1), count: format.fixed(most - least, 1) });
    body.replaceChildren(...order.map((i) => {
      const fill = make("span", { className: "fill" });
      fill.style.width = `${(100 * bits[i]) / most}%`;
      const text = make("bdi", { className: "text", textContent: onOneLine(orders[i]) });
      return make("tr", { className: i === 0 ? "is-typed" : "" },
        make("th", { scope: "row" }, make("span", { className: "note", textContent: names[i] }), text),
        make("td", { className: "bar" }, make("span", { className: "track", "aria-hidden": "true" }, fill), make("span", { textContent: format.fixed(bits[i], 1) })));
    }));
  }
  return { element, draw };
}
