import { fromHex } from "./bytes.js";

/**
 * The pieces of a text after its first `step` merges, as ByteBPE.replay gives them.
 * @param {{bytes: string, words: number[], merges: [number, string, string][]}} replay
 * @param {number} step
 * @returns {{lengths: number[], ids: number[]}} of every piece; ids are bytes, or 256 + merge
 */
export function piecesAt(replay, step) {
  let words = bytesOf(replay);
  for (const [index, left, right] of replay.merges.slice(0, step)) {
    words = words.map((word) => merged(word, left, right, 256 + index));
  }
  const pieces = words.flat();
  return { lengths: pieces.map(({ hex }) => hex.length / 2), ids: pieces.map(({ id }) => id) };
}

function bytesOf({ bytes, words }) {
  const single = Array.from(fromHex(bytes), (id) => ({ hex: id.toString(16).padStart(2, "0"), id }));
  let end = 0;
  return words.map((length) => single.slice(end, (end += length)));
}

function merged(word, left, right, id) {
  const pieces = [];
  for (let i = 0; i < word.length; i += 1) {
    const joins = word[i].hex === left && word[i + 1]?.hex === right;
    pieces.push(joins ? { hex: left + right, id } : word[i]);
    if (joins) i += 1;
  }
  return pieces;
}
