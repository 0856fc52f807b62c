import { habits } from "../lib/headmath.js";
import { filled } from "../lib/text.js";
import { make } from "../lib/view.js";

const PLACES = [
  ["itself", "looks_itself"], ["before", "looks_before"], ["first", "looks_first"], ["elsewhere", "looks_elsewhere"],
];

/** Where the head looks on average: what to watch for in its map. */
export function habitsPart(words, format) {
  const bars = PLACES.map(([, word]) => {
    const [share, number] = [make("span", { className: "share" }), make("span", { className: "number" })];
    return { share, number, row: make("li", {}, make("span", { textContent: words[word] }), make("span", { className: "track" }, share), number) };
  });
  const title = make("p");
  const element = make("div", { className: "habits" }, title, make("ul", {}, ...bars.map(({ row }) => row)));

  function draw(head, { layer, head: number }) {
    const found = habits(head);
    element.hidden = !found;
    if (!found) return;
    title.textContent = filled(words.habits, { layer, head: number });
    PLACES.forEach(([name], i) => {
      bars[i].share.style.width = `${100 * found[name]}%`;
      bars[i].number.textContent = format.percent(found[name]);
    });
  }
  return { element, draw };
}
