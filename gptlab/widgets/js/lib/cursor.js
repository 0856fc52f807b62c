/**
 * Where a key moves the cursor of a list; null if the key is none of the list's.
 * @param {string} key as in KeyboardEvent
 * @param {number} at where the cursor is
 * @param {number} n how long the list is
 * @returns {number | null}
 */
export function moved(key, at, n) {
  const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: n - 1 }[key];
  return to === undefined || n === 0 ? null : Math.min(Math.max(to, 0), n - 1);
}
