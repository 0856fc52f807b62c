import { lost } from "../lib/unrolling.js";
import { filled } from "../lib/text.js";
import { make } from "../lib/view.js";
import { slider } from "./slider.js";
import { titledPart } from "./titled.js";

const [FINE, MOST] = [20, 30]; // the radius goes from 0 to 1.5 in twentieths

/**
 * What of the network and of its loss can be changed.
 * @param {(values: Record<string, unknown>) => void} change
 */
export function unrolledSettings(words, format, change) {
  const losses = chooser(words.losses, { every: words.every, last: words.last }, (value) => change({ losses: value }));
  const truncation = slider("truncation", words.truncation, (value) => change({ truncation: value }), 1);
  const radius = slider("radius", words.radius, (value) => change({ radius: value / FINE }));
  const recurrence = chooser(words.recurrence, { random: words.random, rotation: words.rotation }, (value) => change({ recurrence: value }));
  const squash = make("input", { type: "checkbox" });
  const seed = make("button", { type: "button", textContent: words.other_weights });
  const [stretch, cut] = [make("p", { className: "note" }), make("p", { className: "note" })];
  const check = make("label", { className: "check" }, squash, make("span", { textContent: words.squash }));
  const { element } = titledPart("settings", words.settings_title,
    make("div", { className: "grid" }, losses.element, truncation.element, recurrence.element, radius.element, check, seed), stretch, cut);
  let now = { seed: 0 };

  squash.addEventListener("change", () => change({ squash: squash.checked }));
  seed.addEventListener("click", () => change({ seed: now.seed + 1 }));

  function draw(walk) {
    now = walk.settings;
    const n = walk.steps.length;
    const reach = Math.min(now.truncation, n);
    const isWhole = reach === n;
    losses.draw(now.losses);
    recurrence.draw(now.recurrence);
    truncation.draw(reach, n, isWhole ? words.untruncated : filled(words.of_steps, { n: format.count(reach), total: format.count(n) }));
    radius.draw(Math.round(now.radius * FINE), MOST, format.fixed(now.radius, 2));
    squash.checked = now.squash;
    stretch.textContent = filled(words.stretch, { n: format.fixed(now.radius, 2), share: format.fixed(walk.stretch, 2) });
    const { length, cosine } = isWhole ? { length: 1, cosine: 1 } : lost(walk);
    const values = { n: format.count(reach), share: format.percent(length), total: format.fixed(cosine, 3) };
    cut.textContent = isWhole || Number.isNaN(cosine) ? "" : filled(words.lost, values);
  }
  return { element, draw };
}

function chooser(name, options, hear) {
  const select = make("select", {}, ...Object.entries(options).map(([value, textContent]) => make("option", { value, textContent })));
  select.addEventListener("change", () => hear(select.value));
  const element = make("label", { className: "chooser" }, make("span", { textContent: name }), select);
  return { element, draw: (value) => { select.value = value; } };
}
