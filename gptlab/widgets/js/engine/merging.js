/**
 * Merge a word's bytes into tokens: of all neighbours whose joined spelling is a token, the two
 * that make the lowest id become one, the leftmost first; again and again, as tiktoken does.
 *
 * A heap holds the candidates, so that a word of n bytes takes about n log n steps.
 * @param {string} word one character for each byte
 * @param {Map<string, number>} ranks the id of every spelling
 * @returns {number[]}
 */
export function merge(word, ranks) {
  if (ranks.has(word)) return [ranks.get(word)];
  const n = word.length;
  const ends = Uint32Array.from({ length: n }, (_, i) => i + 1); // of the piece that starts there
  const previous = Int32Array.from({ length: n }, (_, i) => i - 1); // where the piece before starts
  const joins = new Int32Array(n).fill(-1); // the id that a piece would make with its right neighbour
  const heap = [];

  function consider(start) {
    const middle = ends[start];
    const joined = middle < n ? ranks.get(word.slice(start, ends[middle])) : undefined;
    joins[start] = joined ?? -1;
    if (joined !== undefined) push(heap, joined * PLACES + start);
  }
  for (let start = 0; start < n; start += 1) consider(start);
  while (heap.length) {
    const best = pop(heap);
    const start = best % PLACES;
    if (joins[start] !== (best - start) / PLACES) continue; // one of the two has changed since
    const middle = ends[start];
    ends[start] = ends[middle];
    joins[middle] = -1;
    if (ends[start] < n) previous[ends[start]] = start;
    consider(start);
    if (start > 0) consider(previous[start]);
  }
  return idsOf(word, ends, ranks);
}

const PLACES = 2 ** 30; // ids times this, plus a place, stay below 2 ** 53

function idsOf(word, ends, ranks) {
  const ids = [];
  for (let start = 0; start < word.length; start = ends[start]) {
    ids.push(ranks.get(word.slice(start, ends[start])));
  }
  return ids;
}

/** Put a number into a binary heap whose smallest number is the first. */
function push(heap, number) {
  let at = heap.push(number) - 1;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (heap[parent] <= number) break;
    heap[at] = heap[parent];
    at = parent;
  }
  heap[at] = number;
}

/** Take the smallest number out of a heap. */
function pop(heap) {
  const smallest = heap[0];
  const last = heap.pop();
  if (heap.length === 0) return smallest;
  let at = 0;
  for (let child = 1; child < heap.length; child = 2 * at + 1) {
    if (child + 1 < heap.length && heap[child + 1] < heap[child]) child += 1;
    if (heap[child] >= last) break;
    heap[at] = heap[child];
    at = child;
  }
  heap[at] = last;
  return smallest;
}
