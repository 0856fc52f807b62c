import { decoded, joined, sizeOf } from "./bytes.js";
import { charactersOf, shapeOf } from "./text.js";

const MOST_BYTES = 64; // of one character, as in grouping.py

/**
 * What a reader sees as one sign each; a letter under a heap of accents is cut into code points.
 * @param {string} text
 * @returns {string[]}
 */
export function signsOf(text) {
  return charactersOf(text).flatMap((sign) => (sizeOf(sign) <= MOST_BYTES ? [sign] : [...sign]));
}

/**
 * The shortest stretches that are cut nowhere inside a character and nowhere inside a token.
 * `tokens` are the first token and the one after the last. grouping.py does the same in Python.
 * @param {Uint8Array} bytes of all tokens
 * @param {number[]} lengths of each token, in bytes
 * @returns {{characters: string[], sizes: number[], tokens: [number, number]}[]}
 */
export function blocksOf(bytes, lengths) {
  const signs = signsOf(decoded(bytes));
  const sizes = signs.map(sizeOf);
  const signEnds = endsOf(sizes);
  const tokenEnds = endsOf(lengths);
  const blocks = [];
  let [sign, token] = [0, 0];
  for (const end of signEnds.keys()) {
    if (!tokenEnds.has(end)) continue;
    const [lastSign, lastToken] = [signEnds.get(end), tokenEnds.get(end)];
    blocks.push({
      characters: signs.slice(sign, lastSign).map(shapeOf),
      sizes: sizes.slice(sign, lastSign),
      tokens: [token, lastToken],
    });
    [sign, token] = [lastSign, lastToken];
  }
  return blocks;
}

/** Where each part ends, in bytes, to how many parts end there or before. */
function endsOf(lengths) {
  let end = 0;
  return new Map(lengths.map((length, i) => [(end += length), i + 1]));
}

/**
 * How many tokens to draw: at most so many, and none of a character only in part.
 * @param {Uint8Array[]} spellings of all tokens
 * @param {number} most
 */
export function drawn(spellings, most) {
  if (spellings.length <= most) return spellings.length;
  // Beyond the border, so that a character across it is seen whole.
  const near = spellings.slice(0, most + MOST_BYTES);
  const lengths = near.map((spelling) => spelling.length);
  const fitting = blocksOf(joined(near), lengths).filter(({ tokens }) => tokens[1] <= most);
  return fitting.length ? fitting[fitting.length - 1].tokens[1] : most;
}

/**
 * The token that spells the byte at a place, so that one can go from one tokenizer to the next.
 * @param {number[]} lengths of the tokens, in bytes
 * @param {number} place counted in bytes from 0
 */
export function tokenAt(lengths, place) {
  let end = 0;
  const found = lengths.findIndex((length) => (end += length) > place);
  return found < 0 ? lengths.length - 1 : found;
}

/**
 * The first byte of each token.
 * @param {number[]} lengths
 */
export function startsOf(lengths) {
  let end = 0;
  return lengths.map((length) => (end += length) - length);
}
