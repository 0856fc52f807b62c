import { fromHex } from "../lib/bytes.js";
import { floats } from "../lib/numbers.js";
import { filled } from "../lib/text.js";
import { earlierChange, fromSlope, sumsAfter, totalLoss } from "../lib/unrolling.js";
import { make } from "../lib/view.js";
import { titledPart } from "./titled.js";

const CLOSE = 1e-6;
const CLASSES = new Map([[true, "right"], [false, "wrong"], [null, "open"]]); // open: nothing to be right or wrong

/** What was checked about the numbers shown, on the learner's own text. */
export function walkProofs(words, format) {
  const list = make("ul", { className: "proof-list" });
  const { element } = titledPart("proofs", words.checked, list);

  /** @param {object} walk @param {Record<string, any>} recorded what torch's autograd found, for which question */
  function draw(walk, recorded, text) {
    const n = walk.steps.length;
    const earlier = earlierChange(walk);
    const lines = [[earlier.largest === 0, filled(words.proof_earlier, { count: format.count(earlier.cells) })]];
    const isWhole = walk.settings.truncation >= n;
    const slope = fromSlope(walk);
    const said = filled(isWhole ? words.proof_slope : words.proof_truncated, { deviation: format.power(slope), total: format.fixed(totalLoss(walk), 3) });
    lines.push([isWhole ? slope < CLOSE : null, said]);
    const isSame = Object.entries(walk.settings).every(([name, value]) => recorded[name] === value) && recorded.text === text;
    if (isSame) {
      const [own, torch] = [sumsAfter(walk, n).W_h, floats(fromHex(recorded.W_h))];
      const deviation = own.reduce((most, number, i) => Math.max(most, Math.abs(number - torch[i]) / Math.max(1, Math.abs(torch[i]))), 0);
      lines.push([deviation < CLOSE, filled(words.proof_torch, { deviation: format.power(deviation) })]);
    }
    list.replaceChildren(...lines.map(([isRight, textContent]) => make("li", { className: CLASSES.get(isRight), textContent })));
  }
  return { element, draw };
}
