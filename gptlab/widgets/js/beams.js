import { beamFile } from "./lib/beamfile.js";
import { laidOut, nKept, pathBytes } from "./lib/beamlayout.js";
import { fromHex } from "./lib/bytes.js";
import { tokenText } from "./lib/naming.js";
import { formatted } from "./lib/numbers.js";
import { filled } from "./lib/text.js";
import { make } from "./lib/view.js";
import { beamTexts, candidateTable } from "./parts/beamtexts.js";
import { treePart } from "./parts/beamtree.js";
import { savingPart } from "./parts/saving.js";
import { slider } from "./parts/slider.js";
import { titledPart } from "./parts/titled.js";
import { mountTyped } from "./parts/typed.js";

const TRAITS = ["text", "width", "n_steps", "length_power", "stop", "answer"];
const CLOSE = 1e-4; // float32 through a few hundred sums

function beamView(model, root, signal, words) {
  const format = formatted(words.language);
  const put = (name, value) => {
    model.set(name, value);
    model.save_changes();
  };
  const width = slider("width", words.width, (value) => put("width", value), 1);
  const steps = slider("steps", words.steps, (value) => put("n_steps", value), 1);
  const length = slider("length", words.length, (value) => put("length_power", value / 10));
  const stop = make("select", {}, ...Object.entries(words.stops).map(([value, textContent]) => make("option", { value, textContent })));
  stop.addEventListener("change", () => put("stop", stop.value), { signal });
  const idle = make("p", { className: "note idle", textContent: words.length_idle });
  const controls = make("div", { className: "controls" }, width.element, steps.element,
    make("label", { className: "choice" }, make("span", { textContent: words.stop }), stop), length.element);

  let drawn = null; // the answer that is drawn
  let at = null; // the chosen candidate
  const said = make("p", { className: "said", "aria-live": "polite" });
  const tree = treePart(words, format, (to) => { at = to; tree.mark(drawn.steps, at); say(); });
  const counted = make("p", { className: "counted" });
  const texts = beamTexts(words, format);
  const table = candidateTable(words, format);
  const proofs = make("ul", { className: "proof-list" });
  const checked = titledPart("proofs", words.checked, proofs);
  const saving = savingPart(words, "beams", () => beamFile({ answer: drawn, words, format }));
  const [note, alarm] = [make("p", { className: "note newest" }), make("p", { className: "alarm", role: "status" })];
  const content = make("div", {}, tree.element, said, counted, texts.element, checked.element, table.element, saving.element);
  root.append(make("div", { className: "beam-view" }, controls, idle, note, alarm, content));

  function say() {
    const node = drawn.steps[at.step][at.place];
    const state = node.rank >= 0 ? filled(words.node_kept, { rank: node.rank + 1 }) : words.node_dropped;
    said.textContent = filled(words.node_said, {
      step: at.step + 1, token: tokenText(fromHex(node.bytes)), probability: node.carried ? "–" : format.percent(Math.exp(node.own)),
      total: format.fixed(node.log_prob, 2), number: format.fixed(node.score, 2), name: node.ended ? `${state}, ${words.ended}` : state,
      text: tokenText(pathBytes(drawn.steps, at.step, at.place)),
    });
  }

  function sayCounts({ steps: columns, d_vocab, width: kept }) {
    const before = columns.at(-2) ?? [];
    const open = columns.length > 1 ? before.filter(({ rank, ended }) => rank >= 0 && !ended).length : 1;
    counted.textContent = filled(words.counted, {
      count: format.count(open), total: format.count(open * d_vocab), n: format.count(nKept(columns.at(-1))),
      steps: format.count(columns.length), number: format.count(kept ** columns.length),
    });
  }

  function prove({ checks: { sums, lead, reread }, d_vocab, from_recorded }) {
    const off = (deviation) => ({ deviation: format.power(deviation) });
    const lines = [[sums < CLOSE, filled(words.proof_sums, off(sums))]];
    if (lead !== null) lines.push([lead >= 0, filled(words.proof_lead, { n: format.count(d_vocab), deviation: format.fixed(lead, 3) })]);
    if (reread !== null) lines.push([reread < CLOSE * 10, filled(words.proof_reread, off(reread))]);
    if (typeof from_recorded === "number") lines.push([from_recorded < CLOSE * 10, filled(words.proof_recorded, off(from_recorded))]);
    proofs.replaceChildren(...lines.map(([isRight, textContent]) => make("li", { className: isRight ? "right" : "wrong", textContent })));
  }

  function drawAnswer(answer) {
    drawn = answer;
    const last = answer.steps.length - 1;
    at = { step: last, place: answer.steps[last].findIndex(({ rank }) => rank === 0) };
    tree.draw(answer.steps, at);
    say();
    sayCounts(answer);
    texts.draw(answer);
    prove(answer);
    table.draw({ spots: laidOut(answer.steps), bytesOf: (step, place) => pathBytes(answer.steps, step, place) });
  }

  return () => {
    const answer = model.get("answer");
    const [kept, added, power] = ["width", "n_steps", "length_power"].map((name) => model.get(name));
    width.draw(kept, 5, format.count(kept));
    steps.draw(added, 10, format.count(added));
    length.draw(Math.round(power * 10), 15, filled(words.length_said, { n: format.fixed(power, 1) }));
    stop.value = model.get("stop");
    idle.hidden = model.get("stop") !== "never";
    alarm.textContent = answer.error;
    content.hidden = Boolean(answer.error);
    const left = answer.n_left_out;
    note.textContent = left ? filled(words.newest_only, { shown: format.count(answer.ids.length), left: format.count(left) }) : "";
    if (!answer.error && drawn !== answer) drawAnswer(answer);
  };
}

export function renderBeams({ model, el }) {
  return mountTyped({ model, el }, { name: "beams", traits: TRAITS, output: "answer", view: beamView });
}
export default { render: renderBeams };
