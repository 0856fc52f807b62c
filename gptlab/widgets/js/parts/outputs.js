import { fromHex } from "../lib/bytes.js";
import { tokenText } from "../lib/naming.js";
import { largestOf } from "../lib/positionmath.js";
import { filled } from "../lib/text.js";
import { make } from "../lib/view.js";
import { titledPart } from "./titled.js";

const CLOSE = 1e-3; // float32 through four blocks; a state's numbers are about 1
const SHOWN = 5e-5; // shares below it are written as powers of ten

/** How far each token's output moved, in the model and in the controls, and what follows. */
export function outputsPart(words, format) {
  const columns = [words.token, words.typed_at, words.stands_at, words.whole, words.no_positions, words.blind];
  const head = make("tr", {}, ...columns.map((name) => make("th", { scope: "col", textContent: name })));
  const body = make("tbody");
  const table = make("table", {}, make("caption", { textContent: words.outputs_table }), make("thead", {}, head), body);
  const box = make("div", { className: "scroll", tabIndex: 0, role: "group", "aria-label": words.outputs_table }, table);
  const [summary, next] = [make("p", { className: "summary", "aria-live": "polite" }), make("p", { className: "next" })];
  const proofs = make("ul", { className: "proof-list", "aria-label": words.checked });
  const help = make("p", { className: "note", textContent: words.outputs_help });
  const { element } = titledPart("outputs", words.outputs_title, help, summary, box, next, proofs);
  const share = (number) => (number < SHOWN ? format.power(number) : format.percent(number));
  const rounded = (number) => (number && number < SHOWN ? filled(words.rounding, { deviation: share(number) }) : share(number));

  function draw({ answer, names, changes, largest }) {
    const n = names.length;
    const isTyped = answer.places.every((place, i) => place === i);
    const most = Math.max(...changes, 0.1);
    body.replaceChildren(...answer.places.map((place, at) => make("tr", { className: place === at ? "" : "is-moved" },
      make("th", { scope: "row" }, make("bdi", { textContent: names[place] })),
      make("td", { textContent: String(place + 1) }), make("td", { textContent: String(at + 1) }),
      ...["whole", "stripped", "blind"].map((name, row) => bar(name, changes[row * n + place], most)))));
    const [first, second, blind] = largestOf(changes, n).map(rounded);
    summary.textContent = isTyped ? words.as_typed : filled(words.largest_change, { first, second, share: blind });
    next.textContent = answer.causal && answer.before ? nextTokens(answer, isTyped) : "";
    drawProofs(answer, largest, n, isTyped);
  }

  function bar(name, change, most) {
    const filling = make("span");
    filling.style.width = `${(100 * change) / most}%`;
    return make("td", { className: name }, make("span", { className: "track" }, filling), make("span", { textContent: share(change) }));
  }

  function nextTokens({ before, after }, isTyped) {
    const values = ({ bytes, probability }) => ({ token: tokenText(fromHex(bytes)), probability: format.percent(probability) });
    const said = filled(words.next_before, values(before));
    return isTyped ? said : `${said} ${filled(words.next_after, values(after))}`;
  }

  function drawProofs({ from_recorded }, largest, n, isTyped) {
    const control = largestOf(largest, n)[2];
    const lines = [[control < CLOSE, filled(words.proof_control, { deviation: format.power(control) })]];
    if (isTyped) lines.push([Math.max(...largest) === 0, filled(words.proof_same, { count: format.count(largest.length) })]);
    if (typeof from_recorded === "number") {
      lines.push([from_recorded < CLOSE, filled(words.proof_recorded, { deviation: format.power(from_recorded) })]);
    }
    proofs.replaceChildren(...lines.map(([isRight, textContent]) => make("li", { className: isRight ? "right" : "wrong", textContent })));
  }
  return { element, draw };
}
