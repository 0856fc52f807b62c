import { deviation, stages } from "./lib/lens.js";
import { floats, formatted } from "./lib/numbers.js";
import { decision, ranking, restOf } from "./lib/predicting.js";
import { fromRecorded } from "./lib/recorded.js";
import { shareWriter } from "./lib/shares.js";
import { filled } from "./lib/text.js";
import { make } from "./lib/view.js";
import { spellings } from "./lib/vocabulary.js";
import { barsPart } from "./parts/bars.js";
import { chipsPart } from "./parts/chips.js";
import { drawingPart } from "./parts/drawing.js";
import { lensPart } from "./parts/lens.js";
import { nextPicture } from "./parts/nextpicture.js";
import { nextTable } from "./parts/nexttable.js";
import { rulesPart } from "./parts/rules.js";
import { savingPart } from "./parts/saving.js";
import { titledPart } from "./parts/titled.js";
import { mountTyped } from "./parts/typed.js";
import { writtenPart } from "./parts/written.js";

const INPUTS = ["text", "checkpoint", "written"];
const RULE = ["temperature", "top_k", "top_p", "seed"];
const SAY_AFTER = 400; // ms of quiet before a screen reader hears about a draw
export const NEXT_TOKEN_TRAITS = [...INPUTS, ...RULE, "next", "vocabulary"];

/**
 * Everything about the next token but the text field; returns what draws it.
 * @param {import("@anywidget/types").AnyModel} model with NEXT_TOKEN_TRAITS
 * @param {HTMLElement} root
 * @param {AbortSignal} signal
 * @param {Record<string, string>} words
 */
export function nextTokenView(model, root, signal, words) {
  const format = formatted(words.language);
  const written = shareWriter(format, words);
  let known = null; // the answer that is drawn, its ranking and spellings
  let decided = null;
  let late = 0;

  const isAnswered = () => {
    const next = model.get("next");
    return !next.error && String(next.written) === String(model.get("written")) && next.text === model.get("text") && next.checkpoint === model.get("checkpoint");
  };
  const chosen = make("p", { className: "chosen", "aria-live": "polite", textContent: words.choose });
  const say = (sentence) => { if (chosen.textContent !== sentence) chosen.textContent = sentence; };
  const sayDraw = () => {
    clearTimeout(late);
    late = setTimeout(() => say(drawing.said()), SAY_AFTER);
  };
  const alarm = make("p", { className: "note problem", role: "status" });
  const chips = chipsPart(words, format.count);
  const rules = rulesPart(model, words, format);
  const writing = writtenPart(model, words, { isAnswered, drawn: () => decided.token, onSay: sayDraw });
  const bars = barsPart(words, written, format.count, { onChoose: say, onTake: writing.write });
  const drawing = drawingPart(words, format);
  const lens = lensPart(words, written, format);
  const proof = make("p", { className: "proof" });
  const table = nextTable(words, format);
  const saving = savingPart(words, "next-token", () => nextPicture({
    words, written, count: format.count, n: bars.n(), title: titleOf(words, model), settings: settingsOf(words, model, format),
  }, { ranks: known.ranks, decided, bytesOf: known.bytesOf }));
  const left = titledPart("", words.expects, rules.element, bars.element, chosen);
  const right = titledPart("", words.draw, drawing.element, writing.element, lens.element);
  const answer = make("div", { className: "answer" }, chips.element, chips.note, make("div", { className: "columns" }, left.element, right.element), proof, table.element, saving.element);
  root.append(make("div", { className: "next-token-view" }, alarm, answer));
  signal.addEventListener("abort", () => clearTimeout(late));
  // Before the field hands the text on, so that both go in one message.
  const forget = () => {
    if (model.get("next").text !== model.get("text") && model.get("written").length) model.set("written", []);
  };
  model.on("change:text", forget);
  signal.addEventListener("abort", () => model.off("change:text", forget));

  function drawAnswer(next) {
    const logits = floats(next.logits);
    const spelledOut = spellings(model.get("vocabulary"));
    known = { next, ranks: ranking(logits), bytesOf: spelledOut };
    const final = known.ranks.order[0];
    const rows = next.lens && floats(next.lens);
    lens.draw(rows && stages(rows, next.d_vocab, final), final, next.d_vocab, spelledOut);
    chips.draw(next);
    writing.drawText(next.text, next.written, spelledOut);
    known.proof = proofOf(words, format, model, next, logits, known.ranks);
  }

  function drawRule() {
    const { ranks, next } = known;
    const [temperature, topK, topP, seed] = RULE.map((name) => model.get(name));
    decided = decision(ranks, { temperature, topK, topP, seed }, next.written.length);
    rules.draw(next.d_vocab);
    bars.draw(ranks, decided, known.bytesOf);
    drawing.draw(decided, known.bytesOf);
    writing.draw(decided, known.bytesOf);
    chips.drawNext(decided.token, known.bytesOf);
    table.draw(ranks, decided, known.bytesOf);
    proof.textContent = [...known.proof, barsSum(words, format, decided.made, bars.n())].join(" ");
  }

  let drawn = ""; // the rule that is drawn
  return () => {
    const next = model.get("next");
    alarm.textContent = next.error ?? "";
    answer.hidden = Boolean(next.error);
    if (next.error || !next.logits) return;
    const rule = String(RULE.map((name) => model.get(name)));
    if (known?.next !== next) drawAnswer(next);
    else if (rule === drawn) return;
    drawn = rule;
    drawRule();
    writing.goOn();
  };
}

function titleOf(words, model) {
  return filled(words.picture_title, { text: model.get("text"), name: model.get("model_name") });
}

function settingsOf(words, model, format) {
  const [temperature, top_k, top_p, seed] = RULE.map((name) => model.get(name));
  return filled(words.settings, {
    temperature: format.fixed(temperature, 2), top_k: top_k || words.all_tokens, top_p: format.fixed(top_p, 2), seed,
  });
}

/** What was checked about the numbers of an answer. */
function proofOf(words, format, model, next, logits, { own }) {
  const total = own.reduce((sum, share) => sum + share, 0);
  const found = [filled(words.sums_to_one, { n: format.count(own.length), deviation: format.power(Math.abs(total - 1)) })];
  if (next.lens) {
    const last = floats(next.lens).subarray(next.n_layers * next.d_vocab);
    found.push(filled(words.lens_ends, { deviation: format.power(deviation(last, logits)) }));
  }
  const recorded = model.get("recorded");
  const most = fromRecorded(recorded, next, logits);
  if (most !== null) found.push(filled(words.as_recorded, { n: recorded.next.length, deviation: format.power(most) }));
  return found;
}

function barsSum(words, format, made, n) {
  const shown = made.subarray(0, n).reduce((sum, share) => sum + share, 0);
  return filled(words.bars_sum, { deviation: format.power(Math.abs(shown + restOf(made, n).share - 1)) });
}

export function renderNextToken({ model, el }) {
  return mountTyped({ model, el }, { name: "nexttoken", traits: NEXT_TOKEN_TRAITS, output: "next", view: nextTokenView });
}
export default { render: renderNextToken };
