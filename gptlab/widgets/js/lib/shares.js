import { filled } from "./text.js";

const LEAST = 0.00005; // shown as 0.01 % at least

/**
 * How probabilities are written: small ones with two digits, so that none but 0 reads as 0.
 * @param {ReturnType<typeof import("./numbers.js").formatted>} format
 * @param {Record<string, string>} words
 * @returns {(share: number) => string}
 */
export function shareWriter(format, words) {
  const least = filled(words.less, { share: format.percent(2 * LEAST, 2) });
  return (share) => {
    if (share === 0) return format.percent(0, 0);
    if (share < LEAST) return least;
    return format.percent(share, share < 0.01 ? 2 : 1);
  };
}
