import { make } from "../lib/view.js";
import { slider } from "./slider.js";

const STEPS = 20; // of the temperature, for each unit
const MOST = 2; // as in chat_box.py

/** Buttons that send, stop and ask again, and the rule that draws the reply's tokens. */
export function chatSettings(words, format, { change, send, stop, again, startOver }) {
  const button = (textContent, act, className = "") => {
    const made = make("button", { type: "button", className, textContent });
    made.addEventListener("click", () => { if (made.ariaDisabled !== "true") act(); });
    return made;
  };
  const sends = button(words.send, send, "send");
  const [stops, asks, clears] = [button(words.stop_reply, stop), button(words.again, again), button(words.start_over, startOver)];
  const warm = slider("temperature", words.temperature, (value) => change({ temperature: value / STEPS }));
  const seed = make("input", { type: "number", min: "0", max: String(2 ** 32 - 1), step: "1" });
  seed.addEventListener("input", () => { if (seed.value && seed.validity.valid) change({ seed: seed.valueAsNumber }); });
  const element = make("div", { className: "settings" },
    make("p", { className: "note", textContent: words.send_help }),
    make("div", { className: "buttons" }, sends, stops, asks, clears),
    make("div", { className: "rule" }, warm.element, make("label", { className: "seed" }, make("span", { textContent: words.seed }), seed)),
    make("p", { className: "note", textContent: words.seed_help }));

  function draw({ temperature, seed: number, isReplying, hasTurns }) {
    const value = Math.round(temperature * STEPS);
    warm.draw(value, MOST * STEPS, temperature ? format.fixed(temperature, 2) : words.greedy_value);
    if (seed.valueAsNumber !== number) seed.value = String(number);
    sends.ariaDisabled = String(isReplying);
    stops.ariaDisabled = String(!isReplying);
    asks.ariaDisabled = String(isReplying || !hasTurns);
    clears.ariaDisabled = String(!isReplying && !hasTurns);
  }
  return { element, draw };
}
