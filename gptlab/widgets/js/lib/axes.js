const LABEL = 17; // px that a line of a label takes
const MOST_CELL = 44; // px; a map of one token need not fill the page
const WHOLE_FROM = 4; // px from which cells are whole pixels, so that all look equally large

/**
 * The side of a cell, in px, so that n of them fit.
 * @param {number} width
 * @param {number} n
 */
export function cellSize(width, n) {
  const size = Math.min(Math.max(width, 1) / Math.max(n, 1), MOST_CELL);
  return size >= WHOLE_FROM ? Math.floor(size) : size;
}

/**
 * The tokens that get a label: all, or every so many where they would overlap.
 * @param {number} n
 * @param {number} cell px
 */
export function labelled(n, cell) {
  const step = Math.ceil(LABEL / cell);
  return Array.from({ length: Math.ceil(n / step) }, (_, i) => i * step);
}

/**
 * Where a key moves the cursor of a map; null if it is no key of the map's.
 * @param {{key: string, ctrlKey?: boolean, metaKey?: boolean}} event
 * @param {{query: number, key: number}} at
 * @param {number} n tokens
 */
export function movedOnMap({ key: name, ctrlKey, metaKey }, { query, key }, n) {
  const last = n - 1;
  const far = ctrlKey || metaKey;
  const to = {
    ArrowUp: [query - 1, key], ArrowDown: [query + 1, key],
    ArrowLeft: [query, key - 1], ArrowRight: [query, key + 1],
    PageUp: [query - 10, key], PageDown: [query + 10, key],
    Home: [far ? 0 : query, 0], End: [far ? last : query, last],
  }[name];
  if (!to || n === 0) return null;
  const [row, column] = to.map((place) => Math.min(Math.max(place, 0), last));
  return { query: row, key: column };
}
