import { dot, lengthOf } from "./geometry.js";

// What a square matrix does when it is applied again and again; recurrence.py has the same.

const SQUARINGS = 40; // the 2⁴⁰th power tells the radius to the last digit

/**
 * The rows of a matrix made orthogonal and of length 1, one after the other (Gram–Schmidt).
 * @param {Float64Array} matrix n × n
 * @param {number} n
 */
export function orthogonal(matrix, n) {
  const rows = Array.from({ length: n }, (_, i) => matrix.slice(i * n, (i + 1) * n));
  rows.forEach((row, i) => {
    for (const before of rows.slice(0, i)) {
      const shared = dot(row, before);
      before.forEach((number, j) => { row[j] -= shared * number; });
    }
    const length = lengthOf(row);
    row.forEach((number, j) => { row[j] = number / length; });
  });
  return Float64Array.from(rows.flatMap((row) => [...row]));
}

/**
 * The size of the largest eigenvalue, by squaring the matrix again and again: ‖Aᵏ‖^(1/k) approaches it.
 * Source: Gelfand 1941.
 * @param {Float64Array} matrix n × n
 * @param {number} n
 */
export function spectralRadius(matrix, n) {
  let [power, logarithm] = [matrix, 0];
  for (let i = 0; i < SQUARINGS; i += 1) {
    const size = lengthOf(power);
    if (size === 0) return 0;
    logarithm += Math.log(size) / 2 ** i;
    const scaled = power.map((number) => number / size);
    power = product(scaled, scaled, n);
  }
  return Math.exp(logarithm);
}

/**
 * By how much the matrix stretches a vector at most: the root of the largest eigenvalue of A Aᵀ.
 * @param {Float64Array} matrix n × n
 * @param {number} n
 */
export function largestStretch(matrix, n) {
  const transposed = matrix.map((_, at) => matrix[(at % n) * n + Math.floor(at / n)]);
  return Math.sqrt(spectralRadius(product(matrix, transposed, n), n));
}

function product(a, b, n) {
  return a.map((_, at) => {
    const [row, column] = [Math.floor(at / n), at % n];
    let sum = 0;
    for (let k = 0; k < n; k += 1) sum += a[row * n + k] * b[k * n + column];
    return sum;
  });
}
