import { filled, loneSurrogate } from "../lib/text.js";
import { make } from "../lib/view.js";

const SAY_SO = 100; // ms of waiting before it says that it computes
const GIVE_UP = 10000; // ms without an answer before it asks about the kernel

/**
 * The learner's text, and a line that says what is being done with it. One text at a time is handed
 * on: what is typed before its answer comes waits, and only the newest of it goes next.
 * @param {import("@anywidget/types").AnyModel} model with a trait `text`
 * @param {Record<string, string>} words
 * @param {AbortSignal} signal ends the timers
 * @param {() => string | undefined} answeredText the text that the present answer belongs to
 */
export function textField(model, words, signal, answeredText) {
  const input = make("textarea", { rows: 2, spellcheck: false, dir: "auto", autocomplete: "off" });
  const status = make("p", { className: "status", role: "status" });
  const alarm = make("p", { className: "alarm", role: "alert" });
  const label = make("label", {}, make("span", { textContent: words.your_text }), input);
  const element = make("div", { className: "field" }, label, status, alarm);
  let known = model.get("text"); // as this field last showed or sent it
  input.value = known;
  let timers = [];
  let lost = false; // whether the answer failed, or is so late that it may never come

  const isWaiting = () => answeredText() !== model.get("text") && !lost;

  function send() {
    const lone = loneSurrogate(input.value);
    alarm.textContent = lone ? filled(words.surrogate, lone) : "";
    if (lone || input.value === known || isWaiting()) return;
    known = input.value;
    model.set("text", known);
    model.save_changes();
  }

  function update() {
    const text = model.get("text");
    const isTyping = input.value !== known;
    if (text !== known && !isTyping) {
      known = input.value = text;
      alarm.textContent = "";
    }
    if (answeredText() !== text) {
      if (timers.length === 0 && !lost) timers = waiting();
      return;
    }
    settle();
    if (isTyping) send();
  }

  function waiting() {
    return [
      setTimeout(() => { status.textContent = words.working; }, SAY_SO),
      setTimeout(() => {
        status.textContent = words.no_answer;
        lost = true;
      }, GIVE_UP),
    ];
  }

  function settle() {
    timers.forEach(clearTimeout);
    timers = [];
    lost = false;
    status.textContent = "";
  }

  /** An answer in the page failed, and the page has said so: the next text need not wait for it. */
  function giveUp() {
    settle();
    lost = true;
    if (input.value !== known) send();
  }

  model.on("failed", giveUp);
  input.addEventListener("input", (event) => { if (!event.isComposing) send(); });
  input.addEventListener("compositionend", send);
  signal.addEventListener("abort", () => {
    timers.forEach(clearTimeout);
    model.off("failed", giveUp);
  });
  return { element, update };
}
