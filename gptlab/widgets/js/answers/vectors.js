import { checkedText } from "../engine/checks.js";
import { pca, tsne } from "../lib/flatten.js";
import { cosineMatrix } from "../lib/wordtable.js";

const MOST_WORDS = 40; // as in exploring.py, and so on
const [N_NEAR, N_SUM] = [10, 5];

/**
 * What VectorExplorer shows: `explored` and `summed` of exploring.py, computed in the page.
 * @param {{text: string, word: string, method: string, start: string, minus: string, plus: string,
 *   with_inputs: boolean}} state
 * @param {(which: number) => Promise<import("../lib/wordtable.js").WordTable>} open
 */
export async function* vectorAnswers(state, open) {
  checkedText(state.text);
  const table = await open(0);
  yield { answer: explored(table, state), sum: summed(table, state) };
}

/** @param {string} text */
export function wordsOf(text) {
  return [...new Set(text.toLowerCase().split(/[\s,]+/).filter(Boolean))].slice(0, MOST_WORDS);
}

function explored(table, { text, word, method }) {
  const typed = wordsOf(text);
  const words = typed.filter((each) => table.get(each));
  const missing = typed.filter((each) => !table.get(each));
  const chosen = words.includes(word) ? word : (words[0] ?? "");
  const near = chosen ? table.neighbours(table.get(chosen), N_NEAR, [chosen]) : [];
  const mapped = [...words, ...near.map((each) => each.word).filter((each) => !words.includes(each))];
  const rows = mapped.map((each) => table.get(each));
  const points = mapped.length > 1 ? { pca, tsne }[method](rows) : mapped.map(() => [0, 0]);
  return {
    text, word, method, words, missing, chosen, mapped,
    near: near.map((each) => each.word),
    cosines: Float32Array.from(near, (each) => each.cosine),
    matrix: cosineMatrix(rows.slice(0, typed.length - missing.length)),
    points: Float32Array.from(points.flat()),
  };
}

function summed(table, { start, minus, plus, with_inputs }) {
  const asked = [start, minus, plus];
  const words = asked.map((word) => word.trim().toLowerCase());
  const missing = words.filter((word) => !table.get(word));
  const said = { asked, with_inputs, missing };
  if (missing.length) return { ...said, near: [], cosines: new Float32Array(0), points: new Float32Array(0) };
  const [a, b, c] = words.map((word) => table.get(word));
  const end = a.map((x, i) => x - b[i] + c[i]);
  const near = table.neighbours(end, N_SUM, with_inputs ? [] : words);
  return {
    ...said,
    near: near.map((each) => each.word),
    cosines: Float32Array.from(near, (each) => each.cosine),
    points: Float32Array.from(pca([a, b, c, table.get(near[0].word), end]).flat()),
  };
}
