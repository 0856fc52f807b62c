import { make } from "../lib/view.js";

/**
 * A slider with its name and its value.
 * @param {string} className
 * @param {string} name
 * @param {(value: number) => void} onMove
 * @param {number} least
 */
export function slider(className, name, onMove, least = 0) {
  const input = make("input", { type: "range", min: String(least), step: "1" });
  const output = make("output");
  const element = make("label", { className: `slider ${className}` }, make("span", { textContent: name }), input, output);
  input.addEventListener("input", () => onMove(input.valueAsNumber));

  /** @param {number} value @param {number} most @param {string} said */
  function draw(value, most, said) {
    input.max = String(most);
    input.value = String(value);
    output.textContent = said;
    input.setAttribute("aria-valuetext", said);
  }
  return { element, draw };
}
