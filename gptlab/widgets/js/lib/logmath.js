/**
 * Where a training step stands on a logarithmic axis from 0 to 1; step 0 stands at its beginning.
 * @param {number} step
 * @param {number} last of the axis
 */
export function placeOf(step, last) {
  return last > 0 ? Math.log1p(step) / Math.log1p(last) : 0;
}

/**
 * The points of a curve in a picture 100 wide and 100 high, its lower edge at 0.
 * @param {number[]} steps
 * @param {ArrayLike<number>} values
 * @param {number} last step of the axis
 * @param {number} most value of the axis
 * @returns {string} for SVG
 */
export function pointsOf(steps, values, last, most) {
  const place = (number) => number.toFixed(2);
  return steps.map((step, i) => `${place(100 * placeOf(step, last))},${place(100 * (1 - values[i] / most))}`).join(" ");
}

/**
 * A round number that all values fit under: 1, 2 or 5 times a power of ten.
 * @param {ArrayLike<number>} values
 */
export function roundTop(values) {
  const most = Math.max(0, ...values);
  if (most === 0) return 1;
  const power = 10 ** Math.floor(Math.log10(most));
  return [1, 2, 5, 10].map((each) => each * power).find((limit) => limit >= most * (1 - 1e-9));
}

/**
 * −ln p of every token but the first, in nats.
 * @param {ArrayLike<number>} logits of all positions, one row after the other
 * @param {number[]} ids
 * @returns {Float64Array}
 */
export function lossesOf(logits, ids) {
  const width = logits.length / ids.length;
  return Float64Array.from(ids.slice(1), (id, at) => {
    let largest = -Infinity;
    for (let i = 0; i < width; i += 1) largest = Math.max(largest, logits[at * width + i]);
    let total = 0;
    for (let i = 0; i < width; i += 1) total += Math.exp(logits[at * width + i] - largest);
    return Math.log(total) + largest - logits[at * width + id];
  });
}

/** @param {ArrayLike<number>} values */
export function meanOf(values) {
  let total = 0;
  for (let i = 0; i < values.length; i += 1) total += values[i];
  return total / values.length;
}
