import { joined, toHex } from "../lib/bytes.js";

/**
 * Tokens as a view takes them: ids, lengths in bytes, and all bytes in hexadecimal.
 * @param {{ tokenBytes: (id: number) => Uint8Array }} tokenizer
 * @param {number[]} ids
 */
export function spelled(tokenizer, ids) {
  const spellings = ids.map((id) => tokenizer.tokenBytes(id));
  return { ids, lengths: spellings.map((spelling) => spelling.length), bytes: toHex(joined(spellings)) };
}

/** How every token is spelled: `vocabulary` in predicting.py. */
export function vocabularyOf({ tokenizer, dVocab }) {
  const known = Math.min(dVocab, tokenizer.vocabSize);
  const spellings = Array.from({ length: known }, (_, id) => tokenizer.tokenBytes(id));
  const lengths = new Uint16Array(dVocab);
  spellings.forEach((spelling, id) => { lengths[id] = spelling.length; });
  return { lengths, bytes: joined(spellings) };
}
