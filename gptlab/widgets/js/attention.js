import { openHead, isHidden, strongest } from "./lib/headmath.js";
import { nextSeed, within } from "./lib/heads.js";
import { mapFile } from "./lib/mapfile.js";
import { tokenNames } from "./lib/naming.js";
import { formatted } from "./lib/numbers.js";
import { filled } from "./lib/text.js";
import { make } from "./lib/view.js";
import { effectPart } from "./parts/effect.js";
import { habitsPart } from "./parts/habits.js";
import { headSteps } from "./parts/headsteps.js";
import { heatmapPart } from "./parts/heatmap.js";
import { overviewPart } from "./parts/overview.js";
import { pairTable } from "./parts/pairtable.js";
import { proofsPart } from "./parts/proofs.js";
import { savingPart } from "./parts/saving.js";
import { titledPart } from "./parts/titled.js";
import { mountTyped } from "./parts/typed.js";

export const ATTENTION_TRAITS = ["text", "checkpoint", "layer", "head", "query", "key", "seed", "attention", "effect"];
const PATIENCE = 3000; // ms after which a head is asked for although the answer before is missing

/**
 * Everything about attention but the text field; returns what draws it.
 * @param {import("@anywidget/types").AnyModel} model with ATTENTION_TRAITS
 * @param {HTMLElement} root
 * @param {AbortSignal} signal
 * @param {Record<string, string>} words
 */
export function attentionView(model, root, signal, words) {
  const format = formatted(words.language);
  const ask = asking(model);
  model.on("failed", ask.forget);
  signal.addEventListener("abort", () => model.off("failed", ask.forget));
  const parts = partsOf(model, words, format, signal, ask);
  const { overview, map, habit, steps, effect, proofs, pairs, saving, note, alarm, reading } = parts;
  const small = make("div", {}, overview.element, habit.element);
  const large = titledPart("large", "", map.element, reading, saving.element);
  const content = make("div", { className: "content" },
    make("div", { className: "panels" }, small, large.element), steps.element, effect.element, proofs.element, pairs.element);
  root.append(make("div", { className: "attention-view" }, note, alarm, content));

  let shown = { attention: null };
  return () => {
    const attention = model.get("attention");
    ask.flush();
    alarm.textContent = attention.error;
    content.hidden = Boolean(attention.error);
    const left = attention.n_left_out;
    note.textContent = left ? filled(words.newest_only, { shown: format.count(attention.ids.length), left: format.count(left) }) : "";
    if (attention.error) return;
    const isNew = attention !== shown.attention;
    const isNewText = isNew && String(attention.ids) !== String(shown.attention?.ids);
    if (isNew) shown = opened(attention, words);
    const { head, names, label } = shown;
    const pinned = pinnedPair(model, head.n);
    const pair = pinned ?? { query: head.n - 1, key: strongest(head, head.n - 1) };
    overview.draw(attention, within(model.get("layer"), attention.n_layers), within(model.get("head"), attention.n_heads));
    large.name(label);
    parts.shown = shown;
    map.draw({ head, names, label: filled(words.map_label, { head: label, count: head.n }), pinned, isNewText });
    effect.draw({ effect: model.get("effect"), isAnswered: isAnswered(model) });
    const held = JSON.stringify([pair, pinned]);
    if (!isNew && shown.held === held) return;
    shown.held = held;
    steps.draw({ head, names, pair, isHeld: Boolean(pinned) });
    if (!isNew) return;
    habit.draw(head, attention);
    proofs.draw(head, attention);
    pairs.draw({ head, names });
  };
}

function opened(attention, words) {
  const { layer, head: number } = attention;
  const label = filled(words.layer_and_head, { layer, head: number });
  return { attention, head: openHead(attention), names: tokenNames(attention), label };
}

function partsOf(model, words, format, signal, ask) {
  const change = (values) => {
    for (const [name, value] of Object.entries(values)) model.set(name, value);
    model.save_changes();
  };
  const reading = make("p", { className: "chosen", "aria-live": "polite" });
  const parts = { reading, note: make("p", { className: "note" }), alarm: make("p", { className: "alarm" }) };
  const onMove = (at) => {
    const said = sentence(words, format, parts.shown, at);
    const place = filled(words.place, { first: at.query + 1, second: at.key + 1, total: parts.shown.head.n });
    if (reading.textContent !== said + place) reading.replaceChildren(said, make("span", { className: "note", textContent: place }));
  };
  const onPin = (at) => change({ query: at?.query ?? null, key: at?.key ?? null });
  const onDraw = () => change({ seed: nextSeed(model.get("seed"), model.get("attention")) });
  const file = () => mapFile({ ...parts.shown, title: parts.shown.label, text: parts.shown.attention.text, words, percent: format.percent });
  return Object.assign(parts, {
    overview: overviewPart(words, (layer, head) => ask.head(layer, head)),
    map: heatmapPart(words, format, { onMove, onPin }),
    habit: habitsPart(words, format),
    steps: headSteps(words, format),
    effect: effectPart(words, format, { signal, onDraw }),
    proofs: proofsPart(words, format),
    pairs: pairTable(words, format),
    saving: savingPart(words, "attention", file),
  });
}

function sentence(words, format, { head, names }, { query, key }) {
  const values = { query: names[query], key: names[key] };
  if (isHidden(head, query, key)) return filled(words.cannot_look, values);
  return filled(words.looks_at, { ...values, probability: format.percent(head.pattern[query * head.n + key]) });
}

function pinnedPair(model, n) {
  const [query, key] = ["query", "key"].map((name) => model.get(name));
  return [query, key].every((i) => Number.isInteger(i) && i >= 0 && i < n) ? { query, key } : null;
}

/** Whether the effect belongs to the head that is shown. */
function isAnswered(model) {
  const [effect, attention] = [model.get("effect"), model.get("attention")];
  if (!effect) return false; // a page answers in two parts
  const same = ["text", "checkpoint", "layer", "head"].every((name) => effect[name] === attention[name]);
  return same && effect.seed === model.get("seed");
}

/**
 * Asks for heads, one at a time: who runs through them with the arrow keys shall not wait for those
 * that were passed.
 */
function asking(model) {
  let asked = null; // what was asked for last, and when
  let isDue = false;
  const isWaiting = () => asked && model.get("attention") === asked.answer && performance.now() - asked.at < PATIENCE;

  function flush() {
    if (!isDue || isWaiting()) return;
    isDue = false;
    asked = { answer: model.get("attention"), at: performance.now() };
    model.save_changes();
  }
  function head(layer, head) {
    if (layer === model.get("layer") && head === model.get("head")) return;
    model.set("layer", layer);
    model.set("head", head);
    isDue = true;
    flush();
  }
  /** An answer in the page failed: the next head need not wait for it. */
  function forget() {
    asked = null;
    flush();
  }
  return { head, flush, forget };
}

export function renderAttention({ model, el }) {
  return mountTyped({ model, el }, { name: "attention", traits: ATTENTION_TRAITS, output: "attention", view: attentionView });
}
export default { render: renderAttention };
