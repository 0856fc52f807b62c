import { filled } from "../lib/text.js";
import { make } from "../lib/view.js";
import { slider } from "./slider.js";
import { titledPart } from "./titled.js";

const PAUSE = 1000; // ms at each snapshot while it plays
const AT_ONCE = 10; // steps that are asked for while it trains

/**
 * Move through the snapshots of a training; a live one can be told to train on.
 * @param {import("@anywidget/types").AnyModel} model
 * @param {Record<string, string>} words
 * @param {ReturnType<typeof import("../lib/numbers.js").formatted>} format
 * @param {AbortSignal} signal
 */
export function playerControls(model, words, format, signal) {
  const live = model.get("live");
  const stage = slider("stage", words.stage, (value) => { stop(); go(value); });
  const button = (textContent, press) => {
    const element = make("button", { type: "button", textContent });
    element.addEventListener("click", press);
    return element;
  };
  const back = button(words.back, () => { stop(); go(model.get("checkpoint") - 1); });
  const forth = button(words.forth, () => { stop(); go(model.get("checkpoint") + 1); });
  const play = button(words.play, () => (playing ? stop() : start()));
  play.className = "play";
  const train = button(words.train, () => {
    training = !training;
    if (training) ask(AT_ONCE);
    draw();
  });
  const one = button(words.one_step, () => { training = false; ask(1); });
  const taken = make("p", { className: "note taken" });
  const alarm = make("p", { className: "alarm", role: "alert" });
  const row = make("div", { className: "controls" }, back, play, forth, ...(live ? [train, one] : []));
  const { element } = titledPart("player-controls", words.controls_title, stage.element, row, taken, alarm);
  let playing = 0;
  let training = false;

  const lastOf = () => model.get("checkpoints").length - 1;
  const stepNow = () => model.get("log").step.at(-1) ?? model.get("checkpoints").at(-1);
  const isOver = () => stepNow() >= model.get("total") || Boolean(model.get("stopped"));

  function go(index) {
    model.set("checkpoint", Math.max(0, Math.min(lastOf(), index)));
    model.save_changes();
  }
  function stop() {
    clearInterval(playing);
    playing = 0;
    play.textContent = words.play;
  }
  function start() {
    go(model.get("checkpoint") >= lastOf() ? 0 : model.get("checkpoint") + 1);
    playing = setInterval(() => (model.get("checkpoint") >= lastOf() ? stop() : go(model.get("checkpoint") + 1)), PAUSE);
    play.textContent = words.pause;
  }
  function ask(n) {
    if (isOver()) return;
    model.set("wanted", Math.min(model.get("total"), stepNow() + n));
    model.save_changes();
  }
  function goOn() {
    if (isOver()) training = false;
    if (training) ask(AT_ONCE);
  }
  if (live) {
    model.on("change:log", goOn);
    signal.addEventListener("abort", () => model.off("change:log", goOn));
  }
  signal.addEventListener("abort", () => { stop(); training = false; });

  function draw() {
    const [steps, at] = [model.get("checkpoints"), model.get("checkpoint")];
    const said = steps[at] ? filled(words.after, { step: format.count(steps[at]) }) : words.before;
    stage.draw(at, lastOf(), said);
    taken.textContent = live ? filled(words.taken, { step: format.count(stepNow()), total: format.count(model.get("total")) }) : "";
    alarm.textContent = model.get("stopped");
    train.textContent = training ? words.pause : words.train;
    for (const each of [train, one]) each.setAttribute("aria-disabled", String(isOver()));
    back.setAttribute("aria-disabled", String(at === 0));
    forth.setAttribute("aria-disabled", String(at === lastOf()));
  }
  return { element, draw };
}
