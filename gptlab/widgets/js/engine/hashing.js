/**
 * Mix a whole number into one that looks drawn at random; gptlab/hashing.py has the same.
 * @param {number} number taken modulo 2³²
 * @returns {number} from 0 to 2³² − 1
 */
export function hash32(number) {
  let x = (number + 0x9e3779b9) | 0; // the mixing below would leave 0 as it is
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  return (x ^ (x >>> 16)) >>> 0;
}

/**
 * The random number of a step, 0 ≤ u < 1: the same whenever it is asked for.
 * @param {number} seed
 * @param {number} step counted from 0
 */
export function uniform(seed, step) {
  return hash32(hash32(seed) ^ step) / 2 ** 32;
}
