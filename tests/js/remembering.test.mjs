import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { memoryAnswers } from "../../gptlab/widgets/js/answers/memory.js";
import { curveLines } from "../../gptlab/widgets/js/lib/curvesfile.js";
import { Recurrent } from "../../gptlab/widgets/js/lib/recurrent.js";
import { letterOf, likeliest, nearest, openKept, rightKeys, textOf } from "../../gptlab/widgets/js/lib/remembering.js";

function near(found, expected, tolerance, about = "") {
  const [a, b] = [found, expected].map((value) => Array.from(value, (part) => (part.length === undefined ? part : Array.from(part))).flat());
  assert.equal(a.length, b.length, about);
  a.forEach((number, i) => assert.ok(Math.abs(number - b[i]) <= tolerance, `${about}: ${number} is not ${b[i]}`));
}

test("a text is a key, noise, and a question so many steps later", () => {
  const tokens = textOf({ key: 2, distance: 5, seed: 0 });
  assert.deepEqual([tokens.length, tokens[0], tokens[5]], [6, 10, 16]);
  assert.ok(tokens.slice(1, 5).every((token) => token >= 0 && token < 8));
  assert.deepEqual(textOf({ key: 0, distance: 1, seed: 9 }), [8, 16]);
});

test("longer texts begin with the same noise", () => {
  const [short, long] = [5, 50].map((distance) => textOf({ key: 2, distance, seed: 3 }));
  assert.deepEqual(long.slice(0, 5), short.slice(0, 5));
});

test("letters: small ones are noise, capital ones keys", () => {
  assert.deepEqual([0, 7, 8, 15, 16].map(letterOf), ["a", "h", "A", "H", "?"]);
});

/** One number of state: W_E = 1, W_x = 2, W_h = 0.5, b = 0: h = tanh(2), then tanh(2 + 0.5 · tanh(2)). */
test("an Elman cell by hand", () => {
  const tensors = { W_E: [[1, 1], [1]], "layers.0.W_x": [[1, 1, 1], [2]], "layers.0.W_h": [[1, 1, 1], [0.5]], "layers.0.b": [[1, 1], [0]] };
  const cell = new Recurrent("Elman", (name) => ({ shape: tensors[name][0], data: Float32Array.from(tensors[name][1]) }));
  const first = cell.step(cell.start, 0);
  near(first[0], [Math.tanh(2)], 1e-12);
  near(cell.step(first, 0)[0], [Math.tanh(2 + 0.5 * Math.tanh(2))], 1e-12);
  near(cell.logits(first), [Math.tanh(2)], 1e-12);
});

test("the nearest measured point is found", () => {
  assert.deepEqual([1, 11, 13, 900].map((distance) => nearest([4, 8, 16], distance)), [0, 1, 2, 2]);
});

test("hidden models have no line, and the others keep their number", () => {
  const model = (name) => ({ name, mean: [1, 0.5], low: [1, 0], high: [1, 1] });
  const curves = { distances: [0, 10], models: ["a", "b"].map(model) };
  const [line, ...others] = curveLines(curves, ["a"]);
  assert.equal(others.length, 0);
  assert.deepEqual(line, { name: "b", number: 1, line: "0.00,0.00 100.00,50.00", band: "0.00,0.00 100.00,0.00 100.00,100.00 0.00,0.00" });
});

test("a page brings the view its models", async () => {
  const answers = [];
  for await (const answer of memoryAnswers({}, async (which) => ["file"][which])) answers.push(answer);
  assert.deepEqual(answers, [{ weights: "file" }]);
});

// What torch answers; tests/test_memory_lab.py writes the file.
const golden = process.env.GPTLAB_MEMORY_CASES;

test("the page's models answer as torch's do", { skip: golden ? false : "run by tests/test_memory_lab.py" }, () => {
  const { file, cases } = JSON.parse(readFileSync(golden, "utf-8"));
  const models = new Map(openKept(readFileSync(file)).map((model) => [model.name, model]));
  assert.equal(models.size, 4);
  for (const { name, text, ...expected } of cases) {
    const model = models.get(name);
    const tokens = textOf(text);
    const about = `${name}, ${JSON.stringify(text)}`;
    assert.deepEqual(tokens, expected.tokens);
    assert.equal(model.nKept, expected.n_kept);
    const { shares, states = [], asked = [], pattern = [] } = model.read(tokens, true);
    near(shares, expected.shares, 1e-4, about);
    near(states, expected.states, 1e-3, about);
    near(asked, expected.asked, 1e-3, about);
    near(pattern, expected.pattern, 1e-4, about);
    near(model.read(tokens, false).shares, shares, 0, about);
  }
});

test("the control counts over all keys", { skip: golden ? false : "run by tests/test_memory_lab.py" }, () => {
  const models = openKept(readFileSync(JSON.parse(readFileSync(golden, "utf-8")).file));
  for (const model of models) {
    const asked = { distance: 40, seed: 1 };
    const keys = [0, 1, 2, 3, 4, 5, 6, 7].filter((key) => likeliest(model.read(textOf({ key, ...asked }), true).shares) === key);
    assert.equal(rightKeys(model, asked), keys.length, model.name);
  }
});
