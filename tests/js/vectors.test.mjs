/*
 * What the page makes of word vectors, against Python. Python writes the cases into a folder and
 * names it in GPTLAB_VECTOR_CASES (tests/test_vectors_widgets.py).
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { vectorAnswers, wordsOf } from "../../gptlab/widgets/js/answers/vectors.js";
import { diverging } from "../../gptlab/widgets/js/lib/diverging.js";
import { pca, tsne } from "../../gptlab/widgets/js/lib/flatten.js";
import { changeOf, compared, cosine, pairsOf, rotation, turned, turnedBack } from "../../gptlab/widgets/js/lib/geometry.js";
import { floats } from "../../gptlab/widgets/js/lib/numbers.js";
import { WordTable } from "../../gptlab/widgets/js/lib/wordtable.js";

const folder = process.env.GPTLAB_VECTOR_CASES;
const golden = folder ? JSON.parse(readFileSync(join(folder, "vectors.json")), unpacked) : null;
const ofPython = (name, body) =>
  test(name, { skip: !folder && "Python writes the cases: pytest tests/test_vectors_widgets.py" }, body);

function unpacked(_name, value) {
  return typeof value?.base64 === "string" ? new Uint8Array(Buffer.from(value.base64, "base64")) : value;
}

function close(actual, expected, within, about) {
  const [a, b] = [Array.from(actual).flat(), Array.from(expected).flat()];
  assert.equal(a.length, b.length, about);
  a.forEach((number, i) => {
    if (b[i] === null) assert.ok(Number.isNaN(number), about);
    else assert.ok(Math.abs(number - b[i]) <= within, `${about}: ${number} is not ${b[i]}`);
  });
}

test("a cosine sees the direction alone, and none without a length", () => {
  assert.equal(cosine([1, 0], [0, 3]), 0);
  assert.ok(Math.abs(cosine([3, 4], [0.6, 0.8]) - 1) < 1e-12);
  assert.ok(Number.isNaN(cosine([0, 0], [1, 1])));
});

test("turning back undoes a turn, and keeps all but L1", () => {
  const vectors = [[1, 2, 3], [0, -1, 2], [4, 0, 0.5]];
  const matrix = rotation(3, 40);
  const seen = vectors.map((vector) => turned(matrix, vector));
  close(seen.map((vector) => turnedBack(matrix, vector)), vectors, 1e-12);
  const [before, after] = [compared(vectors), compared(seen)];
  assert.ok(changeOf(before, after, ["dot", "cosine", "euclidean"]) < 1e-12);
  assert.ok(changeOf(before, after, ["manhattan"]) > 0.1);
});

test("the closest pair has the largest cosine and the smallest distance", () => {
  const { pairs, closest } = compared([[1, 0], [10, 1], [0, 1]]);
  assert.deepEqual(pairs, pairsOf(3));
  assert.deepEqual([closest.cosine, closest.euclidean], [0, 1]); // 1–10 by angle, 1–1 by distance
  assert.equal(compared([[0, 0], [0, 0]]).closest.cosine, -1);
});

test("words are cut at spaces and commas, in lower case, each once", () => {
  assert.deepEqual(wordsOf(" Cat,dog\n CAT  "), ["cat", "dog"]);
  assert.equal(wordsOf(Array.from({ length: 99 }, (_, i) => `w${i}`).join(" ")).length, 40);
});

test("white is the middle of the colours, and dark ends have light ink", () => {
  assert.deepEqual(diverging(0), { background: "rgb(247 247 247)", ink: "#000" });
  assert.deepEqual([diverging(-1).ink, diverging(1).ink, diverging(7).background], ["#fff", "#fff", "rgb(45 0 75)"]);
});

ofPython("vectors are turned and compared as in Python", () => {
  for (const { vectors, angle, turned: seen, values } of golden.turns) {
    const mine = vectors.map((vector) => turned(rotation(vector.length, angle), vector));
    close(mine, seen, 1e-12, `turned by ${angle}`);
    const found = compared(mine).values;
    for (const name of Object.keys(values)) close(found[name], values[name], 1e-12, name);
  }
});

ofPython("maps are Python's", () => {
  for (const { rows, pca: flat, tsne: placed } of golden.maps) {
    close(pca(rows), flat, 1e-8, "PCA");
    const mine = tsne(rows);
    const size = Math.max(...placed.flat().map(Math.abs));
    close(mine, placed, 1e-7 * size, `t-SNE of ${rows.length}`);
  }
});

async function answered(state) {
  const table = new WordTable(new Uint8Array(readFileSync(join(folder, "glove.bin"))));
  for await (const outputs of vectorAnswers(state, async () => table)) return outputs;
}

ofPython("neighbours, cosines and maps are Python's", async () => {
  for (const { state, answer } of golden.explorers) {
    const { answer: mine } = await answered(state);
    for (const name of ["text", "word", "method", "words", "missing", "chosen", "near", "mapped"]) {
      assert.deepEqual(mine[name], answer[name], `${name} of ${state.text}`);
    }
    for (const name of ["cosines", "matrix"]) close(mine[name], floats(answer[name]), 1e-6, name);
    close(mine.points, floats(answer.points), 1e-4, `points of ${state.text}`);
  }
});

ofPython("sums are Python's", async () => {
  for (const { state, sum } of golden.sums) {
    const { sum: mine } = await answered(state);
    for (const name of ["asked", "with_inputs", "missing", "near"]) assert.deepEqual(mine[name], sum[name], name);
    close(mine.cosines, floats(sum.cosines), 1e-6, "cosines");
    close(mine.points, floats(sum.points), 1e-4, "points");
  }
});
