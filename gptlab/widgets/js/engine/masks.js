import { hash32 } from "./hashing.js";

/**
 * Who may look at whom: a mask says, for a query position, whether it sees a key position.
 * @typedef {(query: number, key: number) => boolean} Mask
 */

/** @type {Record<string, (settings: Record<string, number>) => Mask>} */
export const MASKS = {
  /** See yourself and everything before. */
  Causal: () => (query, key) => key <= query,

  /** See everything, as BERT does. */
  Bidirectional: () => () => true,

  /** See yourself and the `width` − 1 positions before: a band. */
  SlidingWindow: ({ width }) => (query, key) => key <= query && query - key < width,

  /** See the `stride` nearest positions, and before them every `stride`-th one. */
  Strided: ({ stride }) => (query, key) => {
    const distance = query - key;
    return distance >= 0 && (distance < stride || distance % stride === 0);
  },

  /** See your own chunk in full, and every earlier chunk through its last position alone. */
  TwoLevel: ({ chunk }) => (query, key) => {
    const sameChunk = Math.floor(query / chunk) === Math.floor(key / chunk);
    const isSummary = key % chunk === chunk - 1;
    return key <= query && (sameChunk || isSummary);
  },

  /** See back to the beginning of the first chunk that holds you, and nothing before it. */
  Chunked: ({ chunk, overlap }) => (query, key) => key <= query && key >= chunkStart(query, chunk, overlap),

  /** See the `width` nearest positions, and `n_keys` earlier ones drawn once and for all. */
  RandomKeys: ({ width, n_keys }) => (query, key) => {
    if (key > query) return false;
    return query - key < width || drawnKeys(query, n_keys).includes(key);
  },
};

/** Where the first chunk begins that holds a position. */
export function chunkStart(query, chunk, overlap) {
  const step = chunk - overlap;
  return step * Math.max(0, Math.floor((query - chunk + step) / step));
}

/** The keys that were drawn for a query; some may be near, or the same. */
export function drawnKeys(query, n_keys) {
  return Array.from({ length: n_keys }, (_, i) => hash32(query * n_keys + i) % (query + 1));
}

/**
 * Whether any of n_ctx positions may look at a later one.
 * @param {Mask} mask
 * @param {number} n_ctx
 */
export function looksAhead(mask, n_ctx) {
  for (let query = 0; query < n_ctx; query += 1) {
    for (let key = query + 1; key < n_ctx; key += 1) if (mask(query, key)) return true;
  }
  return false;
}
