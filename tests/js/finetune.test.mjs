/*
 * The fine-tuning lab: choices by hand, and what Python answers. tests/test_finetune_lab.py writes the
 * cases into a folder and names it in GPTLAB_FINETUNE_CASES.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { PageBackend } from "../../gptlab/widgets/js/answers/backend.js";
import { finetuneAnswers } from "../../gptlab/widgets/js/answers/finetune.js";
import { readAdapterFile } from "../../gptlab/widgets/js/engine/adapterfile.js";
import { startMatmul } from "../../gptlab/widgets/js/engine/matmul.js";
import { readCheckpoint } from "../../gptlab/widgets/js/engine/safetensors.js";
import { choicesOf, chosenRun, linesOf, placesIn } from "../../gptlab/widgets/js/lib/finetuned.js";

const run = (method, rank, n_labels) => ({ method, rank, n_labels, accuracy: 0.5 });
const RUNS = [run("lora", 8, 30), run("lora", 1, 30), run("lora", 8, 150), run("last-layer", 0, 30), run("full", 0, 30)];

test("a rank counts for LoRA alone", () => {
  assert.equal(chosenRun(RUNS, { method: "lora", rank: 1, n_labels: 30 }), RUNS[1]);
  assert.equal(chosenRun(RUNS, { method: "full", rank: 1, n_labels: 30 }), RUNS[4]);
  assert.equal(chosenRun(RUNS, { method: "full", rank: 1, n_labels: 150 }), undefined);
});

test("ranks and counts come in order, each once", () => {
  assert.deepEqual(choicesOf(RUNS), { ranks: [1, 8], counts: [30, 150] });
});

test("a line has the runs of one method, by their labels", () => {
  assert.deepEqual(linesOf(RUNS, 8).map(({ method, runs }) => [method, runs.map(({ n_labels }) => n_labels)]),
    [["lora", [30, 150]], ["last-layer", [30]], ["full", [30]]]);
});

test("equal factors are equal steps to the right, and 1 is on top", () => {
  const { x, y } = placesIn([30, 150, 750]);
  assert.ok(Math.abs(x(150) - 50) < 1e-9);
  assert.ok(Math.abs(x(150) - x(30) - (x(750) - x(150))) < 1e-9);
  assert.deepEqual([y(1), y(0)], [0, 100]);
});

const folder = process.env.GPTLAB_FINETUNE_CASES;

test("the page answers as Python does", { skip: folder ? false : "run by tests/test_finetune_lab.py" }, async () => {
  const { file, table, words, cases, recorded } = JSON.parse(readFileSync(join(folder, "finetune.json"), "utf-8"));
  const wasm = readFileSync(new URL("../../gptlab/widgets/js/engine/product.wasm", import.meta.url));
  const base = new PageBackend(readCheckpoint(readFileSync(file)), startMatmul(wasm));
  const opened = new Map();
  const open = async (which) => {
    if (which === 0) return base;
    if (!opened.has(which)) opened.set(which, readAdapterFile(readFileSync(join(folder, `${which.slice("adapter/".length)}.safetensors`))));
    return opened.get(which);
  };
  for (const expected of cases) {
    const { text, method, rank, n_labels } = expected;
    for await (const { answer } of finetuneAnswers({ text, method, rank, n_labels, table, words, recorded }, open)) {
      same(answer, expected);
      const isRecorded = text === recorded.text && method === recorded.method;
      assert.ok(isRecorded ? answer.from_recorded < 1e-3 : answer.from_recorded === null);
    }
  }
});

function same(found, expected) {
  assert.deepEqual(Object.keys(found).sort(), Object.keys(expected).sort());
  for (const [name, value] of Object.entries(expected)) {
    if (name === "shares") for (const side of Object.keys(value)) near(found.shares[side], value[side], 1e-4, side);
    else if (name === "surprise") near(found.surprise, value, 1e-4, name);
    else if (name === "next") {
      for (const side of Object.keys(value)) {
        assert.deepEqual(found.next[side].map(({ bytes }) => bytes), value[side].map(({ bytes }) => bytes));
        near(found.next[side].map(({ probability }) => probability), value[side].map(({ probability }) => probability), 1e-4, side);
      }
    } else if (name === "merged") assert.ok(found.merged < 1e-3, `merged: ${found.merged}`);
    else if (name !== "from_recorded") assert.deepEqual(found[name], value, name);
  }
}

function near(found, expected, tolerance, what) {
  assert.equal(found.length, expected.length, what);
  found.forEach((number, i) => assert.ok(number === expected[i] || Math.abs(number - expected[i]) < tolerance, `${what}: ${number} is not ${expected[i]}`));
}
