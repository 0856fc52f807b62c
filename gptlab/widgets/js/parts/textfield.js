import { filled, loneSurrogate } from "../lib/text.js";
import { make } from "../lib/view.js";

const DEBOUNCE = 150; // ms without a key before the text is handed on
const SAY_SO = 100; // ms of waiting before it says that it counts
const GIVE_UP = 10000; // ms without an answer before it asks about the kernel

/** The learner's text, and a line that says what is being done with it. */
export function textField(model, words, signal) {
  const input = make("textarea", { rows: 2, spellcheck: false, dir: "auto", autocomplete: "off" });
  const status = make("p", { className: "status", role: "status" });
  const alarm = make("p", { className: "alarm", role: "alert" });
  const label = make("label", {}, make("span", { textContent: words.your_text }), input);
  const element = make("div", { className: "field" }, label, status, alarm);
  let known; // the model's text as this field last showed or sent it
  let timers = [];
  let pause = 0;

  function send() {
    const lone = loneSurrogate(input.value);
    alarm.textContent = lone ? filled(words.surrogate, lone) : "";
    if (lone || input.value === known) return;
    known = input.value;
    model.set("text", known);
    model.save_changes();
  }

  function update() {
    const text = model.get("text");
    if (text !== known) {
      known = input.value = text;
      alarm.textContent = "";
    }
    const answered = model.get("result").text === text;
    if (answered || timers.length === 0) timers.forEach(clearTimeout);
    if (answered) {
      timers = [];
      status.textContent = "";
    } else if (timers.length === 0) {
      timers = [
        setTimeout(() => { status.textContent = words.counting; }, SAY_SO),
        setTimeout(() => { status.textContent = words.no_answer; }, GIVE_UP),
      ];
    }
  }

  input.addEventListener("input", (event) => {
    clearTimeout(pause);
    if (!event.isComposing) pause = setTimeout(send, DEBOUNCE);
  });
  input.addEventListener("compositionend", () => {
    clearTimeout(pause);
    pause = setTimeout(send, DEBOUNCE);
  });
  signal.addEventListener("abort", () => [pause, ...timers].forEach(clearTimeout));
  return { element, update };
}
