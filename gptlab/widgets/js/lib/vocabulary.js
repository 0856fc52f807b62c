import { bytesOf, shorts } from "./numbers.js";

/**
 * The bytes of every token of a model.
 * @param {{ lengths: ArrayBufferView, bytes: ArrayBufferView }} sent uint16 lengths, and all bytes
 * @returns {(token: number) => Uint8Array}
 */
export function spellings({ lengths, bytes }) {
  const all = bytesOf(bytes);
  let end = 0;
  const ends = Uint32Array.from(shorts(lengths), (length) => (end += length));
  return (token) => all.subarray(token ? ends[token - 1] : 0, ends[token]);
}
