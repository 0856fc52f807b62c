import { uniform } from "../engine/hashing.js";

/**
 * Another head than this one, all others being equally likely; null if it is alone.
 * attending.py chooses the same.
 * @param {number} seed
 * @param {{layer: number, head: number, n_layers: number, n_heads: number}} chosen
 * @returns {[number, number] | null} layer and head
 */
export function randomHead(seed, { layer, head, n_layers, n_heads }) {
  const others = n_layers * n_heads - 1;
  if (others === 0) return null;
  let number = Math.floor(uniform(seed, 0) * others);
  if (number >= layer * n_heads + head) number += 1;
  return [Math.floor(number / n_heads), number % n_heads];
}

/**
 * The next seed that draws a head which is not the present one, if there is any.
 * @param {number} seed
 * @param {{layer: number, head: number, n_layers: number, n_heads: number}} chosen
 */
export function nextSeed(seed, chosen) {
  const drawn = (number) => String(randomHead(number, chosen));
  let next = seed + 1;
  for (let tries = 0; tries < 100 && drawn(next) === drawn(seed); tries += 1) next += 1;
  return next;
}

/** A number brought into 0 … n − 1. */
export function within(number, n) {
  return Math.min(Math.max(Math.trunc(number) || 0, 0), n - 1);
}
