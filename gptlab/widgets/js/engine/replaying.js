/**
 * The merges that make the tokens of some words, in the order of training, as ByteBPE.replay in
 * Python applies them: each to all words at once.
 * @param {string[]} words one character for each byte
 * @param {Map<string, number>} ranks the id of every spelling; ids from 256 are made by merges
 * @param {number[]} leftSizes for each merge, how many bytes its left piece has
 * @returns {[number, string, string][]} number, left and right piece of each merge
 */
export function mergesOf(words, ranks, leftSizes) {
  const found = [];
  let pieces = words.map((word) => [...word]);
  for (;;) {
    const next = earliest(pieces, ranks, leftSizes);
    if (!next) return found;
    found.push(next);
    pieces = pieces.map((word) => merged(word, next));
  }
}

function earliest(words, ranks, leftSizes) {
  let best = null;
  for (const word of words) {
    for (let i = 0; i + 1 < word.length; i += 1) {
      const number = ranks.get(word[i] + word[i + 1]) - 256; // NaN where there is no such token
      if (leftSizes[number] !== word[i].length || (best && number >= best[0])) continue;
      best = [number, word[i], word[i + 1]];
    }
  }
  return best;
}

function merged(word, [, left, right]) {
  const pieces = [];
  for (let i = 0; i < word.length; i += 1) {
    const joins = word[i] === left && word[i + 1] === right;
    pieces.push(joins ? left + right : word[i]);
    if (joins) i += 1;
  }
  return pieces;
}
