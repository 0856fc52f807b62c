import { blocksOf } from "./blocks.js";

/**
 * What stands at an axis for each token. A token that is a piece of a character is named after the
 * whole character, because half a character cannot be read.
 * @param {Uint8Array} bytes of all tokens
 * @param {number[]} lengths of each token, in bytes
 * @returns {{text: string, part: number, parts: number}[]} the character's visible form, and which
 *     of how many tokens that spell it together
 */
export function tokenLabels(bytes, lengths) {
  return blocksOf(bytes, lengths).flatMap(({ characters, tokens: [first, end] }) =>
    Array.from({ length: end - first }, (_, i) => ({
      text: characters.join(""),
      part: i + 1,
      parts: end - first,
    })),
  );
}

/**
 * A label in a line of text: `牡 (1/3)` for the first of three tokens that spell 牡.
 * @param {{text: string, part: number, parts: number}} label
 */
export function spoken({ text, part, parts }) {
  return parts > 1 ? `${text} (${part}/${parts})` : text;
}
