import { fromHex } from "./bytes.js";
import { floats } from "./numbers.js";

/**
 * The largest difference between logits computed here and those that Python took down for the same
 * question; null if it took down none.
 * @param {{ next?: [number, string][] }} recorded what was asked, with ids and float32 logits
 * @param {Record<string, unknown>} asked what is asked here, under the same names
 * @param {ArrayLike<number>} logits
 * @returns {number | null}
 */
export function fromRecorded({ next = [], ...question }, asked, logits) {
  const isSame = Object.entries(question).every(([name, value]) => String(asked[name]) === String(value));
  if (!isSame || !next.length) return null;
  return Math.max(...next.map(([id, hex]) => Math.abs(logits[id] - floats(fromHex(hex))[0])));
}
