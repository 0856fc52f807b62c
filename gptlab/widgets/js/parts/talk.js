import { stateOf } from "../lib/chatting.js";
import { charactersOf, filled, shapeOf } from "../lib/text.js";
import { make } from "../lib/view.js";
import { titledPart } from "./titled.js";

const BADGES = { kept: "is_kept", forgotten: "is_forgotten", fallen: "is_fallen" };
const SHORT = 30; // characters of a message by which a button names its turn

/** The conversation: each turn, whether it is in the prompt, and a button that takes it out. */
export function talkPart(words, { forget }) {
  const empty = make("p", { className: "note", textContent: words.nothing_said });
  const list = make("ol", { className: "turns" });
  const [asked, replied] = [line("you", ""), line("model", "")];
  const pending = make("div", { className: "turn pending" }, asked.element, replied.element);
  const status = make("p", { className: "note", role: "status" });
  const spoken = make("p", { className: "spoken", "aria-live": "polite" }); // a whole reply at once, not each token
  const log = make("div", { className: "log", tabIndex: 0, role: "group", "aria-label": words.talk }, list, pending);
  const { element } = titledPart("talk", words.talk, empty, log, status, spoken);
  let [shown, places] = ["", []];

  function draw(turns, answer, { said, isCurrent }) {
    if (isCurrent) places = answer.places;
    const states = turns.map((turn, i) => stateOf(turn, places[i] ?? 0));
    const now = JSON.stringify([turns, states]);
    if (now !== shown) {
      shown = now;
      fill(turns, states);
    }
    log.hidden = turns.length === 0 && !said;
    empty.hidden = !log.hidden;
    pending.hidden = !said;
    asked.write(said);
    replied.write(said ? answer.reply : "", "…");
    status.textContent = said ? words.replying : "";
    log.scrollTop = log.scrollHeight;
  }

  function fill(turns, states) {
    const focused = [...list.querySelectorAll("button")].indexOf(document.activeElement);
    if (turns.length > list.childElementCount) spoken.textContent = turns.at(-1).reply || words.silence;
    list.replaceChildren(...turns.map((turn, i) => turnOf(turn, states[i], i)));
    if (focused >= 0) list.querySelectorAll("button")[focused]?.focus();
  }

  function turnOf({ said, reply, forgotten }, state, at) {
    const button = make("button", { type: "button", textContent: forgotten ? words.remember : words.forget });
    const short = charactersOf(said).slice(0, SHORT).join("");
    button.setAttribute("aria-label", `${button.textContent}: ${filled(words.turn, { number: at + 1, text: short })}`);
    button.addEventListener("click", () => forget(at));
    const badge = make("span", { className: "badge", textContent: words[BADGES[state]] });
    return make("li", { className: `turn ${state}` }, line("you", said).element, line("model", reply, words.silence).element, make("p", { className: "about" }, badge, button));
  }

  function line(who, text, instead = "") {
    const speech = make("span", { dir: "auto" });
    function write(said, otherwise = "") {
      speech.className = said ? "speech" : "speech silent";
      speech.textContent = said ? legible(said) : otherwise;
    }
    write(text, instead);
    return { element: make("p", { className: who }, make("strong", { textContent: words[who] }), speech), write };
  }
  return { element, draw };
}

/** Text as it reads, line breaks and all; what has no shape is spelled out. */
function legible(text) {
  return charactersOf(text).map((sign) => (sign === " " || sign === "\n" ? sign : shapeOf(sign))).join("");
}
