import { decoded, joined, shownBytes } from "../lib/bytes.js";
import { tokenText } from "../lib/naming.js";
import { unfinished } from "../lib/predicting.js";
import { filled } from "../lib/text.js";
import { make } from "../lib/view.js";

const AT_ONCE = 10;
const utf8 = new TextEncoder();

/**
 * Buttons that write token by token, and the text so far.
 * @param {import("@anywidget/types").AnyModel} model
 * @param {Record<string, string>} words
 * @param {{ isAnswered: () => boolean, drawn: () => number, onSay: () => void }} present
 */
export function writtenPart(model, words, { isAnswered, drawn, onSay }) {
  const [take, again, back, many] = ["take", "again", "back", "many"].map((name) => make("button", { type: "button", className: name }));
  const seed = make("input", { type: "number", min: "0", max: String(2 ** 32 - 1), step: "1" });
  const seedLabel = make("label", { className: "seed" }, make("span", { textContent: words.seed }), seed);
  const buttons = make("div", { className: "buttons" }, again, take, many, back, seedLabel);
  const [given, added, held] = [make("span"), make("span", { className: "added" }), make("span", { className: "held" })];
  const running = make("p", { className: "running", dir: "auto", tabIndex: 0, role: "group", "aria-label": words.running }, given, added, held);
  const note = make("p", { className: "note" });
  const element = make("div", { className: "writing" }, buttons, make("p", { className: "note", textContent: words.same_seed }), running, note);
  again.textContent = words.again;
  back.textContent = words.back;
  let left = 0; // tokens that are still to be written
  let expected = ""; // what the present run of tokens has made; anything else ends it

  const stateOf = () => JSON.stringify(["text", "checkpoint", "written"].map((name) => model.get(name)));
  const put = (name, value) => {
    model.set(name, value);
    model.save_changes();
  };

  function write(token) {
    model.set("written", [...model.get("written"), token]);
    expected = stateOf();
    model.save_changes();
  }

  /** Go on writing if the text is what this run has made of it. */
  function goOn() {
    if (left === 0) return;
    if (stateOf() !== expected) left = 0;
    else if (isAnswered()) {
      left -= 1;
      write(drawn());
    }
    drawButtons();
  }

  take.addEventListener("click", () => { if (isAnswered()) { left = 0; write(drawn()); onSay(); } });
  again.addEventListener("click", () => { if (again.ariaDisabled !== "true") { put("seed", (model.get("seed") + 1) % 2 ** 32); onSay(); } });
  back.addEventListener("click", () => { left = 0; if (model.get("written").length) { put("written", model.get("written").slice(0, -1)); onSay(); } });
  many.addEventListener("click", () => {
    left = left ? 0 : AT_ONCE;
    expected = stateOf();
    goOn();
    drawButtons(); // also when it stopped
  });
  seed.addEventListener("input", () => { if (seed.value && seed.validity.valid) put("seed", seed.valueAsNumber); });

  let token = "";
  let greedy = false;
  function drawButtons() {
    take.textContent = filled(words.take, { token });
    many.textContent = left ? filled(words.stop, { n: left }) : filled(words.write_many, { n: AT_ONCE });
    again.ariaDisabled = String(greedy);
    back.ariaDisabled = String(model.get("written").length === 0);
    if (seed.valueAsNumber !== model.get("seed")) seed.value = String(model.get("seed"));
  }

  function draw(decided, bytesOf) {
    token = tokenText(bytesOf(decided.token));
    greedy = decided.isGreedy;
    drawButtons();
  }

  function drawText(text, written, bytesOf) {
    const bytes = joined([utf8.encode(text), ...written.map(bytesOf)]);
    const waiting = unfinished(bytes);
    const whole = bytes.subarray(0, bytes.length - waiting);
    const start = utf8.encode(text).length;
    given.textContent = text;
    added.textContent = legible(whole.subarray(start));
    held.textContent = tokenText(bytes.subarray(bytes.length - waiting));
    running.scrollTop = running.scrollHeight;
    note.textContent = waiting ? filled(words.held_back, { bytes: shownBytes(bytes.subarray(bytes.length - waiting)) }) : "";
  }
  return { element, draw, drawText, goOn, write: (id) => { if (isAnswered()) { left = 0; write(id); } } };
}

/** Text as it reads, line breaks and all; only bytes that belong to no character are spelled out. */
function legible(bytes) {
  return decoded(bytes).replace(/[\udc80-\udcff]/gu, (byte) => `<${shownBytes([byte.charCodeAt(0) - 0xdc00])}>`);
}
