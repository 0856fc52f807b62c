import { uniform } from "../engine/hashing.js";
import { signsOf } from "./blocks.js";
import { raised } from "./numbers.js";
import { charactersOf, shapeOf } from "./text.js";

const SHUFFLES = 10; // as in sentence_probability_answers.py, and so are the next three
const FEWEST_WORDS = 3;
const PER_SHUFFLE = 2 ** 16;
const EXPECTED = 5;

/**
 * The words of a text in other orders, or its characters if it has fewer than three words: as it
 * was typed, backwards, and shuffled. None if there is one piece.
 * @param {string} text
 * @param {number} seed
 * @returns {string[]}
 */
export function ordersOf(text, seed) {
  const typed = text.split(/[ \t\n\r]+/).filter(Boolean);
  const between = typed.length >= FEWEST_WORDS ? " " : "";
  const pieces = between ? typed : signsOf(text);
  if (pieces.length < 2) return [];
  const shuffles = Array.from({ length: SHUFFLES }, (_, i) => shuffled(pieces, seed, i));
  return [pieces, pieces.slice().reverse(), ...shuffles].map((row) => row.join(between));
}

function shuffled(pieces, seed, number) {
  const row = pieces.slice();
  for (let at = row.length - 1; at > 0; at -= 1) {
    const other = Math.floor(uniform(seed, number * PER_SHUFFLE + at) * (at + 1));
    [row[at], row[other]] = [row[other], row[at]];
  }
  return row;
}

/**
 * What a row of logits says of the token that came: −ln p, how many were likelier, the likeliest,
 * and by how much all probabilities together miss 1.
 * @param {Float32Array} logits
 * @param {number} token
 * @returns {{ nats: number, rank: number, likeliest: { id: number, probability: number }[], off: number }}
 */
export function judged(logits, token) {
  const log_sum = logSum(logits);
  let rank = 0;
  let sum = 0;
  const best = []; // rising places in the row of the likeliest so far
  for (let id = 0; id < logits.length; id += 1) {
    if (logits[id] > logits[token]) rank += 1;
    sum += Math.exp(logits[id] - log_sum);
    if (best.length < EXPECTED || logits[id] > logits[best.at(-1)]) insert(best, id, logits);
  }
  const likeliest = best.map((id) => ({ id, probability: Math.exp(logits[id] - log_sum) }));
  return { nats: log_sum - logits[token], rank, likeliest, off: Math.abs(sum - 1) };
}

function insert(best, id, logits) {
  let at = best.length;
  while (at > 0 && logits[best[at - 1]] < logits[id]) at -= 1; // of equals, the lower id stays first
  best.splice(at, 0, id);
  if (best.length > EXPECTED) best.pop();
}

/** −ln p of a token. */
export function natsOf(logits, token) {
  return logSum(logits) - logits[token];
}

function logSum(logits) {
  let highest = -Infinity;
  for (let id = 0; id < logits.length; id += 1) highest = Math.max(highest, logits[id]);
  let sum = 0;
  for (let id = 0; id < logits.length; id += 1) sum += Math.exp(logits[id] - highest);
  return highest + Math.log(sum);
}

/**
 * A text on one line, each character whole and visible; its beginning, if it is longer.
 * @param {string} text
 * @param {number} most characters
 */
export function onOneLine(text, most = Infinity) {
  const signs = charactersOf(text).map((sign) => (sign === " " ? sign : shapeOf(sign)));
  return signs.length > most ? `${signs.slice(0, most - 1).join("")}…` : signs.join("");
}

/**
 * −ln p as bits, and their sum so far.
 * @param {ArrayLike<number>} nats
 * @returns {{ bits: number[], sums: number[] }}
 */
export function bitsOf(nats) {
  const bits = Array.from(nats, (each) => each / Math.LN2);
  let sum = 0;
  return { bits, sums: bits.map((each) => (sum += each)) };
}

/**
 * 2^−bits in words: `0.25`, or `1.3 × 10⁻¹⁷` where a decimal number would be all zeros.
 * @param {number} bits
 * @param {(number: number, digits: number) => string} fixed writes a decimal number
 */
export function productOf(bits, fixed) {
  const power = -bits * Math.LOG10E * Math.LN2;
  if (power > -2) return fixed(10 ** power, 3);
  const exponent = Math.floor(power);
  return raised(`${fixed(10 ** (power - exponent), 1)}E${exponent}`);
}
