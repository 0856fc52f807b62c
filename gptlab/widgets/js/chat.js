import { chatFile } from "./lib/chatfile.js";
import { floats, formatted } from "./lib/numbers.js";
import { decision, ranking } from "./lib/predicting.js";
import { make } from "./lib/view.js";
import { spellings } from "./lib/vocabulary.js";
import { chatProofs } from "./parts/chatproofs.js";
import { chatSettings } from "./parts/chatsettings.js";
import { expectedPart } from "./parts/expected.js";
import { rawPrompt } from "./parts/rawprompt.js";
import { savingPart } from "./parts/saving.js";
import { talkPart } from "./parts/talk.js";
import { mountTyped } from "./parts/typed.js";

const ASKED = ["text", "turns", "said", "written"];
const TRAITS = [...ASKED, "temperature", "seed", "answer", "vocabulary"];

function chatView(model, root, signal, words) {
  const format = formatted(words.language);
  const input = root.querySelector("textarea");
  let isReplying = false; // here: another view of the same chat must not write as well
  let isStopping = false;
  let [drawn, drawnAs] = [null, ""];

  const change = (values) => {
    for (const [name, value] of Object.entries(values)) model.set(name, value);
    model.save_changes();
  };
  const isAnswered = () => ASKED.every((name) => JSON.stringify(model.get("answer")[name]) === JSON.stringify(model.get(name)));

  function send(message) {
    if (!message.trim() || model.get("said")) return;
    isReplying = true;
    change({ said: message, written: [] });
    input.value = "";
    input.dispatchEvent(new Event("input"));
    input.focus({ preventScroll: true });
  }
  function again() {
    const turns = model.get("turns");
    if (!turns.length || model.get("said")) return;
    isReplying = true;
    change({ turns: turns.slice(0, -1), said: turns.at(-1).said, written: [] });
  }
  function finish() {
    isReplying = isStopping = false;
    const [turns, said, { reply }] = [model.get("turns"), model.get("said"), model.get("answer")];
    change({ turns: [...turns, { said, reply, forgotten: false }], said: "", written: [] });
  }
  /** Write the token that is drawn, or end the reply. */
  function goOn({ n_reply, stops, written }, token) {
    if (isStopping || written.length >= n_reply || stops.includes(token)) finish();
    else change({ written: [...written, token] });
  }

  const talk = talkPart(words, {
    forget: (at) => change({ turns: model.get("turns").map((turn, i) => (i === at ? { ...turn, forgotten: !turn.forgotten } : turn)) }),
  });
  const settings = chatSettings(words, format, {
    change, again, send: () => send(input.value), stop: () => { isStopping = true; if (isAnswered()) finish(); },
    startOver: () => { isReplying = isStopping = false; change({ turns: [], said: "", written: [] }); },
  });
  const [raw, expected, proofs] = [rawPrompt(words, format), expectedPart(words, format), chatProofs(words, format)];
  const saving = savingPart(words, "chat", () => chatFile({ ...drawn, words, format }));
  root.prepend(make("div", { className: "chat-view" }, talk.element));
  root.append(make("div", { className: "chat-view" }, settings.element, raw.element, expected.element, proofs.element, saving.element));
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    send(input.value);
  }, { signal });

  return () => {
    const [answer, turns, said] = [model.get("answer"), model.get("turns"), model.get("said")];
    const rule = { temperature: model.get("temperature"), topK: 0, topP: 1, seed: model.get("seed") };
    settings.draw({ ...rule, isReplying: Boolean(said), hasTurns: turns.length > 0 });
    if (!answer.ids) return;
    const now = JSON.stringify(rule);
    if (drawn?.answer !== answer || drawnAs !== now) {
      const ranks = ranking(floats(answer.logits));
      const bytesOf = spellings(model.get("vocabulary"));
      drawn = { answer, ranks, bytesOf, decided: decision(ranks, rule, answer.written.length) };
      drawnAs = now;
      raw.draw(answer);
      expected.draw(drawn);
      proofs.draw(answer);
    }
    talk.draw(turns, answer, { said, isCurrent: isAnswered() });
    if ((isReplying || isStopping) && said && isAnswered()) goOn(answer, drawn.decided.token);
  };
}

export function renderChat({ model, el }) {
  return mountTyped({ model, el }, { name: "chat", traits: TRAITS, output: "answer", view: chatView });
}
export default { render: renderChat };
