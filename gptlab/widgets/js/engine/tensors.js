/**
 * Numbers in rows: element [i, j, k] of a tensor of shape [a, b, c] stands at (i · b + j) · c + k.
 * @typedef {{ data: Float32Array, shape: number[] }} Tensor
 */

/**
 * A matrix seen through strides, without a copy: element [i, j] stands at i · strides[0] +
 * j · strides[1]. A tensor of two axes is a view too.
 * @typedef {{ data: Float32Array, shape: number[], strides?: number[] }} View
 */

/**
 * A tensor of zeros.
 * @param {number[]} shape
 * @returns {Tensor}
 */
export function zeros(shape) {
  return { data: new Float32Array(shape.reduce((n, axis) => n * axis, 1)), shape };
}

/**
 * The same numbers under another shape, without a copy.
 * @param {Tensor} tensor
 * @param {number[]} shape
 * @returns {Tensor}
 */
export function reshaped({ data }, shape) {
  return { data, shape };
}

/**
 * The matrix of one head, without a copy: [pos, d_head] of [pos, head, d_head].
 * @param {Tensor} tensor
 * @param {number} head
 * @returns {View}
 */
export function ofHead({ data, shape: [n_pos, n_heads, d_head] }, head) {
  return {
    data: data.subarray(head * d_head),
    shape: [n_pos, d_head],
    strides: [n_heads * d_head, 1],
  };
}

/**
 * Rows for columns, without a copy.
 * @param {View} matrix
 * @returns {View}
 */
export function transposed(matrix) {
  const [down, across] = stridesOf(matrix);
  return { data: matrix.data, shape: [matrix.shape[1], matrix.shape[0]], strides: [across, down] };
}

/**
 * How far apart in memory two neighbours are, down a column and along a row.
 * @param {View} matrix
 */
export function stridesOf({ shape, strides }) {
  return strides ?? [shape[1], 1];
}

/**
 * The matrix at a place of the first axis, without a copy: [b, c] of [a, b, c].
 * @param {Tensor} tensor
 * @param {number} place
 * @returns {Tensor}
 */
export function slice({ data, shape: [, ...inner] }, place) {
  const size = inner.reduce((n, axis) => n * axis, 1);
  return { data: data.subarray(place * size, (place + 1) * size), shape: inner };
}

/**
 * The named rows of a matrix, copied: what indexing by token ids does.
 * @param {Tensor} matrix
 * @param {ArrayLike<number>} places
 * @returns {Tensor}
 */
export function rows(matrix, places) {
  const picked = zeros([places.length, matrix.shape[1]]);
  for (let i = 0; i < places.length; i += 1) {
    slice(picked, i).data.set(slice(matrix, places[i]).data);
  }
  return picked;
}

/**
 * a + b, number by number.
 * @param {Tensor} a
 * @param {Tensor} b
 * @returns {Tensor}
 */
export function sum(a, b) {
  const total = zeros(a.shape);
  for (let i = 0; i < total.data.length; i += 1) total.data[i] = a.data[i] + b.data[i];
  return total;
}

/**
 * Add a bias to every row of a matrix that nobody else holds: it is changed in place.
 * @param {Tensor} matrix
 * @param {Tensor} bias as many numbers as a row has
 * @returns {Tensor} the matrix
 */
export function plus(matrix, bias) {
  const [n_rows, width] = matrix.shape;
  for (let row = 0, at = 0; row < n_rows; row += 1) {
    for (let i = 0; i < width; i += 1, at += 1) matrix.data[at] += bias.data[i];
  }
  return matrix;
}
