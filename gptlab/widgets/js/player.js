import { meanOf } from "./lib/logmath.js";
import { floats, formatted } from "./lib/numbers.js";
import { playerFile } from "./lib/playerfile.js";
import { filled } from "./lib/text.js";
import { make } from "./lib/view.js";
import { logCharts } from "./parts/logcharts.js";
import { playerControls } from "./parts/playercontrols.js";
import { savingPart } from "./parts/saving.js";
import { titledPart } from "./parts/titled.js";
import { expectations, tokenLosses } from "./parts/tokenlosses.js";
import { mountTyped } from "./parts/typed.js";

const TRAITS = ["text", "checkpoint", "checkpoints", "log", "stage", "course", "total", "stopped"];
const CLOSE = 1e-3;
const NOT_YET = { losses: new Float32Array(0) }; // the text's way through all snapshots comes after the rest

function playerView(model, root, signal, words) {
  const format = formatted(words.language);
  const controls = playerControls(model, words, format, signal);
  const [charts, tokens, expected] = [logCharts(words, format), tokenLosses(words, format), expectations(words, format)];
  const list = make("ul", { className: "proof-list" });
  const proofs = titledPart("proofs", words.checked, list);
  const alarm = make("p", { className: "alarm" });
  const courseNow = () => (model.get("course")?.losses ? model.get("course") : NOT_YET);
  const saving = savingPart(words, "training", () => playerFile({
    log: model.get("log"), stage: model.get("stage"), course: courseNow(), checkpoints: model.get("checkpoints"), words, format,
  }));
  const content = make("div", {}, tokens.element, expected.element, saving.element, proofs.element);
  root.append(make("div", { className: "player-view" }, controls.element, charts.element, alarm, content));
  let drawn = null;

  function prove(stage, course, at) {
    const lines = [];
    const all = floats(course.losses);
    if (course.text === stage.text && at < all.length) {
      const off = Math.abs(meanOf(floats(stage.losses)) - all[at]);
      lines.push([off, filled(words.proof_mean, { deviation: format.power(off) })]);
    }
    if (typeof stage.from_recorded === "number") lines.push([stage.from_recorded, filled(words.proof_recorded, { deviation: format.power(stage.from_recorded) })]);
    list.replaceChildren(...lines.map(([off, textContent]) => make("li", { className: off < CLOSE ? "right" : "wrong", textContent })));
    proofs.element.hidden = !lines.length;
  }

  return () => {
    const [stage, log, course] = [model.get("stage"), model.get("log"), courseNow()];
    const [checkpoints, at] = [model.get("checkpoints"), model.get("checkpoint")];
    controls.draw();
    charts.draw({ log, checkpoints, course, at });
    alarm.textContent = stage.error;
    content.hidden = Boolean(stage.error);
    if (stage.error) return;
    if (drawn !== stage) {
      drawn = stage;
      tokens.draw(stage);
      expected.draw(stage);
    }
    if (course !== NOT_YET) prove(stage, course, stage.checkpoint);
  };
}

export function renderPlayer({ model, el }) {
  return mountTyped({ model, el }, { name: "player", traits: TRAITS, output: "stage", view: playerView });
}
export default { render: renderPlayer };
