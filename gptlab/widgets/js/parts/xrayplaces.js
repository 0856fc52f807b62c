import { make } from "../lib/view.js";

let groups = 0; // each needs a name of its own, or two views would share one choice

/**
 * The tokens to choose from: at which one the model is looked at.
 * @param {Record<string, string>} words
 * @param {(position: number) => void} onChoose
 */
export function placesPart(words, onChoose) {
  groups += 1;
  const name = `gptlab-place-${groups}`;
  const row = make("div", { className: "places scroll" });
  const element = make("fieldset", { className: "part" }, make("legend", { textContent: words.positions }), row);
  let drawn = "";

  function draw(names, at) {
    const text = JSON.stringify(names);
    if (text !== drawn) {
      drawn = text;
      row.replaceChildren(...names.map((token, i) => {
        const input = make("input", { type: "radio", name, value: String(i) });
        return make("label", {}, input, make("bdi", { textContent: token }));
      }));
    }
    row.querySelectorAll("input")[at].checked = true;
  }
  row.addEventListener("change", ({ target }) => onChoose(Number(target.value)));
  return { element, draw };
}
