// What `gptlab/vectors/geometry.py` computes, for vectors that are dragged.

/** @param {ArrayLike<number>} a @param {ArrayLike<number>} b */
export function dot(a, b) {
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) sum += a[i] * b[i];
  return sum;
}

/** The length of a vector. @param {ArrayLike<number>} a */
export function lengthOf(a) {
  return Math.sqrt(dot(a, a));
}

/** The cosine of the angle between two vectors; NaN if one has no length. */
export function cosine(a, b) {
  const lengths = lengthOf(a) * lengthOf(b);
  return lengths ? dot(a, b) / lengths : NaN;
}

export function euclidean(a, b) {
  return lengthOf(Array.from(a, (number, i) => number - b[i]));
}

/** The way along the axes, L1. */
export function manhattan(a, b) {
  return Array.from(a).reduce((sum, number, i) => sum + Math.abs(number - b[i]), 0);
}

export const MEASURES = { dot, cosine, euclidean, manhattan };

/**
 * Turn space by one angle in each plane of two neighbouring axes, one after the other.
 * @param {number} d number of axes
 * @param {number} degrees
 * @returns {number[][]} rows of an orthogonal matrix
 */
export function rotation(d, degrees) {
  const angle = (degrees * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const rows = Array.from({ length: d }, (_, i) => Array.from({ length: d }, (__, j) => Number(i === j)));
  for (let i = 0; i + 1 < d; i += 1) {
    const [first, second] = [rows[i], rows[i + 1]];
    rows[i] = first.map((number, j) => cos * number - sin * second[j]);
    rows[i + 1] = first.map((number, j) => sin * number + cos * second[j]);
  }
  return rows;
}

/** A vector in turned axes. @param {number[][]} matrix @param {number[]} vector */
export function turned(matrix, vector) {
  return matrix.map((row) => dot(row, vector));
}

/** And back: the matrix is orthogonal, so its columns undo it. */
export function turnedBack(matrix, vector) {
  return matrix.map((_, j) => matrix.reduce((sum, row, i) => sum + row[j] * vector[i], 0));
}

/** All pairs of `n` things, in order. @returns {[number, number][]} */
export function pairsOf(n) {
  return Array.from({ length: n }, (_, i) => i).flatMap((i) =>
    Array.from({ length: n - i - 1 }, (_, j) => [i, i + j + 1]));
}

/**
 * Every pair by every measure, and which pair each measure finds closest.
 * @param {number[][]} vectors
 */
export function compared(vectors) {
  const pairs = pairsOf(vectors.length);
  const values = Object.fromEntries(Object.entries(MEASURES).map(([name, measure]) =>
    [name, pairs.map(([i, j]) => measure(vectors[i], vectors[j]))]));
  const closest = Object.fromEntries(Object.entries(values).map(([name, each]) => {
    const known = each.filter((value) => !Number.isNaN(value));
    const isDistance = name === "euclidean" || name === "manhattan";
    return [name, known.length ? each.indexOf(isDistance ? Math.min(...known) : Math.max(...known)) : -1];
  }));
  return { pairs, values, closest };
}

/** The largest difference between the values of two comparisons, by the names of some measures. */
export function changeOf(before, after, names) {
  const gaps = names.flatMap((name) => before.values[name].map((value, i) => Math.abs(value - after.values[name][i])));
  return Math.max(0, ...gaps.filter((gap) => !Number.isNaN(gap)));
}
