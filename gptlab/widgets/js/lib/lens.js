import { withTemperature } from "../engine/decoding.js";

/**
 * What each stage of a model would say if it were the last.
 * @param {Float32Array} lens [stages, d_vocab] logits
 * @param {number} d_vocab
 * @param {number} final the token that the whole model finds likeliest
 * @returns {{ best: number, share: number, finalShare: number, finalRank: number }[]} the likeliest
 *   token of each stage and its probability; the final token's probability and its rank from 1
 */
export function stages(lens, d_vocab, final) {
  return Array.from({ length: lens.length / d_vocab }, (_, stage) => {
    const shares = withTemperature(lens.subarray(stage * d_vocab, (stage + 1) * d_vocab), 1);
    let [best, finalRank] = [0, 1];
    for (let id = 0; id < d_vocab; id += 1) {
      if (shares[id] > shares[best]) best = id;
      if (shares[id] > shares[final]) finalRank += 1;
    }
    return { best, share: shares[best], finalShare: shares[final], finalRank };
  });
}

/**
 * The largest distance between two rows of numbers.
 * @param {ArrayLike<number>} some
 * @param {ArrayLike<number>} others
 */
export function deviation(some, others) {
  let most = 0;
  for (let i = 0; i < some.length; i += 1) most = Math.max(most, Math.abs(some[i] - others[i]));
  return most;
}
