import { latinOfText } from "./latin.js";

/**
 * Read a published vocabulary as page_tokenizers.py wrote it; the layout is explained there.
 * @param {Uint8Array} bytes
 * @returns {{name: string, pattern: string, spellings: string[], specials: Map<number, string>}}
 */
export function readTable(bytes) {
  const headSize = bytes[0] + 256 * bytes[1];
  const head = JSON.parse(new TextDecoder().decode(bytes.subarray(2, 2 + headSize)));
  const column = (i) => bytes.subarray(2 + headSize + i * head.n, 2 + headSize + (i + 1) * head.n);
  const [shared, added, low, middle, high] = [0, 1, 2, 3, 4].map(column);
  const spellings = new Array(head.n);
  let at = 2 + headSize + 5 * head.n;
  let spelling = "";
  for (let row = 0; row < head.n; row += 1) {
    const own = bytes.subarray(at, (at += added[row]));
    spelling = spelling.slice(0, shared[row]) + String.fromCharCode(...own);
    spellings[low[row] + 256 * middle[row] + 65536 * high[row]] = spelling;
  }
  const specials = Object.entries(head.specials).map(([name, id]) => [id, latinOfText(name)]);
  return { name: head.name, pattern: head.pattern, spellings, specials: new Map(specials) };
}
