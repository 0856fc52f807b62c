import { fromHex } from "../lib/bytes.js";
import { floats } from "../lib/numbers.js";
import { N_SYMBOLS } from "../lib/remembering.js";
import { filled } from "../lib/text.js";
import { make } from "../lib/view.js";
import { titledPart } from "./titled.js";

const CLOSE = 1e-3; // float32 over 256 steps, each of which carries the last one's rounding on

/** The control over all keys, and how this page's answers compare with torch's. */
export function memoryProofs(words, format) {
  const list = make("ul", { className: "proof-list" });
  const { element } = titledPart("proofs", words.checked, list);
  let shown = null;

  function draw(found, { shares, ...question }) {
    if (found === shown) return;
    shown = found;
    const { text, inside, readings, right } = found;
    const keys = filled(words.proof_keys, { total: format.count(N_SYMBOLS), count: format.count(right), name: inside.name });
    const lines = [["open", keys]];
    if (Object.entries(question).every(([name, value]) => text[name] === value)) {
      const torch = floats(fromHex(shares));
      const own = readings.flatMap((reading) => [...reading.shares]);
      const deviation = Math.max(...own.map((share, i) => Math.abs(share - torch[i])));
      lines.push([deviation < CLOSE ? "right" : "wrong", filled(words.proof_shares, { deviation: format.power(deviation) })]);
    }
    list.replaceChildren(...lines.map(([className, textContent]) => make("li", { className, textContent })));
  }
  return { element, draw };
}
