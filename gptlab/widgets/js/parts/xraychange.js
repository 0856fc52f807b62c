import { tokenText } from "../lib/naming.js";
import { floats } from "../lib/numbers.js";
import { filled } from "../lib/text.js";
import { make } from "../lib/view.js";
import { likeliest, moved } from "../lib/xraying.js";
import { titledPart } from "./titled.js";

const N_TOKENS = 8;

/**
 * What switching parts off does to the prediction, in the model and in its untrained copy.
 * @param {Record<string, string>} words
 * @param {ReturnType<import("../lib/numbers.js").formatted>} format
 * @param {(share: number) => string} written
 * @param {() => void} onAllOn
 */
export function changePart(words, format, written, onAllOn) {
  const status = make("p", { className: "status", role: "status" });
  const [which, sum] = [make("p"), make("p", { className: "moved" })];
  const table = make("table");
  const all_on = make("button", { type: "button", textContent: words.all_on });
  const content = make("div", {}, which, sum, make("div", { className: "scroll" }, table), all_on, make("p", { className: "note", textContent: words.caution }));
  const none = make("p", { className: "note", textContent: words.nothing_off });
  const { element } = titledPart("change", words.effect, content, none, status);
  let drawn = null;
  all_on.addEventListener("click", onAllOn);

  function draw({ names, bytesOf, xray }, { effect, isAnswered, nameOf }) {
    content.setAttribute("aria-busy", String(!isAnswered));
    status.textContent = isAnswered ? "" : words.working;
    if (!isAnswered || effect === drawn) return;
    drawn = effect;
    content.hidden = !effect.shares;
    none.hidden = Boolean(effect.shares);
    if (!effect.shares) return;
    const shares = floats(effect.shares);
    const n = shares.length / 4;
    const columns = Array.from({ length: 4 }, (_, i) => shares.subarray(i * n, (i + 1) * n));
    const [trained, control] = [moved(columns[0], columns[1]), moved(columns[2], columns[3])];
    which.textContent = filled(words.off_now, { list: effect.off.map(nameOf).join(", ") });
    sum.textContent = filled(words.moved, { trained: written(trained), control: written(control) });
    const titles = [words.next_token, words.whole_model, words.without, words.untrained_whole, words.untrained_without];
    table.replaceChildren(
      make("caption", { textContent: filled(words.effect_table, { token: names[xray.at] }) }),
      make("thead", {}, make("tr", {}, ...titles.map((textContent) => make("th", { scope: "col", textContent })))),
      make("tbody", {}, ...likeliest(columns[0], columns[1], N_TOKENS).map((id) => make("tr", {},
        make("th", { scope: "row" }, make("bdi", { textContent: tokenText(bytesOf(id)) })),
        ...columns.map((column) => make("td", { textContent: written(column[id]) }))))),
    );
  }
  return { element, draw };
}
