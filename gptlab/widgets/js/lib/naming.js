import { decoded, fromHex } from "./bytes.js";
import { spoken, tokenLabels } from "./labels.js";
import { charactersOf, shapeOf } from "./text.js";

const LEFTWARDS = /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;

/**
 * What each token is called on an axis and in a sentence: `牡 (1/3)` for a third of a character.
 * @param {{bytes: string, lengths: number[]}} answer
 * @returns {string[]}
 */
export function tokenNames({ bytes, lengths }) {
  return tokenLabels(fromHex(bytes), lengths).map((label) => isolated(spoken(label)));
}

/**
 * A token's text for a table: whole characters as they are, other bytes as `<E7>`.
 * @param {Uint8Array} bytes
 */
export function tokenText(bytes) {
  return charactersOf(decoded(bytes)).map(shapeOf).join("");
}

/**
 * A piece of text that runs from right to left, kept from turning round the sentence about it.
 * @param {string} text
 */
export function isolated(text) {
  return LEFTWARDS.test(text) ? `\u2068${text}\u2069` : text;
}
