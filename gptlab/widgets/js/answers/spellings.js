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
