const BASE = 10_000; // as in engine/positions.js

/**
 * An order of n things: the given one, or as typed if it is none.
 * @param {number[]} order which thing stands at each place
 * @param {number} n
 */
export function placesOf(order, n) {
  const sorted = [...order].sort((a, b) => a - b);
  const typed = Array.from({ length: n }, (_, i) => i);
  return String(sorted) === String(typed) ? [...order] : typed;
}

/**
 * The order with one thing taken from a place and put in at another.
 * @param {number[]} places
 * @param {number} from
 * @param {number} to
 */
export function relocated(places, from, to) {
  const rest = places.filter((_, i) => i !== from);
  return [...rest.slice(0, to), places[from], ...rest.slice(to)];
}

/**
 * Where Alt with a key moves a thing; null if the key moves none.
 * @param {string} key as in KeyboardEvent
 * @param {number} at
 * @param {number} n
 */
export function movedPlace(key, at, n) {
  const to = { ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: n - 1 }[key];
  return to === undefined || n === 0 ? null : Math.min(Math.max(to, 0), n - 1);
}

/** One row of a table of positions. */
export function rowOf({ numbers, columns }, position) {
  return numbers.subarray(position * columns, (position + 1) * columns);
}

/**
 * The dot product of one row with every row, and the cosines of the angles between them.
 * @param {{numbers: Float32Array, rows: number, columns: number}} table
 * @param {number} position
 */
export function comparedWith(table, position) {
  const here = rowOf(table, position);
  const dots = Array.from({ length: table.rows }, (_, i) => dot(here, rowOf(table, i)));
  const lengths = Array.from({ length: table.rows }, (_, i) => Math.sqrt(dot(rowOf(table, i), rowOf(table, i))));
  const cosines = dots.map((product, i) => product / (lengths[i] * lengths[position] || 1));
  return { dots, cosines };
}

function dot(a, b) {
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) sum += a[i] * b[i];
  return sum;
}

/**
 * By how many radians a pair of coordinates turns per position.
 * @param {number} pair
 * @param {number} width of the vector, d_head for rotary positions
 */
export function speedOf(pair, width) {
  return BASE ** ((-2 * pair) / width);
}

/** What the dot product of two rows of waves comes to by the addition theorem: Σ cos(distance · ω). */
export function wavesProduct(distance, width) {
  let sum = 0;
  for (let pair = 0; pair < width / 2; pair += 1) sum += Math.cos(distance * speedOf(pair, width));
  return sum;
}

/** The size that 99 of 100 numbers stay within, where a colour scale may end. */
export function colourLimit(numbers) {
  const sizes = numbers.map(Math.abs).sort();
  return sizes[Math.floor(0.99 * (sizes.length - 1))] || 1;
}

/** The largest change in each of the three rows of an answer. */
export function largestOf(changes, n) {
  return [0, 1, 2].map((row) => Math.max(...changes.subarray(row * n, (row + 1) * n)));
}
