import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { PageBackend } from "../../gptlab/widgets/js/answers/backend.js";
import { positionAnswers } from "../../gptlab/widgets/js/answers/positions.js";
import { startMatmul } from "../../gptlab/widgets/js/engine/matmul.js";
import { readCheckpoint } from "../../gptlab/widgets/js/engine/safetensors.js";
import { bytesOf, floats } from "../../gptlab/widgets/js/lib/numbers.js";
import {
  colourLimit, comparedWith, largestOf, movedPlace, placesOf, relocated, speedOf, wavesProduct,
} from "../../gptlab/widgets/js/lib/positionmath.js";

const near = (found, expected, tolerance = 1e-6) =>
  assert.ok(Math.abs(found - expected) <= tolerance, `${found} is not ${expected}`);

test("what is no order of the tokens is as typed", () => {
  assert.deepEqual(placesOf([2, 0, 1], 3), [2, 0, 1]);
  for (const wrong of [[], [0, 1], [0, 1, 1], [0, 1, 3], [0, 1, 2, 3]]) assert.deepEqual(placesOf(wrong, 3), [0, 1, 2]);
});

test("a token is taken out and put in, and the others keep their order", () => {
  assert.deepEqual(relocated([0, 1, 2, 3], 0, 2), [1, 2, 0, 3]);
  assert.deepEqual(relocated([0, 1, 2, 3], 3, 0), [3, 0, 1, 2]);
  assert.deepEqual(relocated([2, 1, 0], 1, 1), [2, 1, 0]);
});

test("keys move a token by one place or to an end, and not beyond", () => {
  assert.deepEqual(["ArrowRight", "ArrowLeft", "Home", "End"].map((key) => movedPlace(key, 1, 4)), [2, 0, 0, 3]);
  assert.deepEqual([movedPlace("ArrowLeft", 0, 4), movedPlace("ArrowRight", 3, 4)], [0, 3]);
  assert.deepEqual([movedPlace("a", 1, 4), movedPlace("End", 0, 0)], [null, null]);
});

/** By hand: rows (1, 0), (0, 2) and (3, 4). Their products with the last are 3, 8 and 25. */
test("dot products and cosines by hand", () => {
  const { dots, cosines } = comparedWith({ numbers: Float32Array.of(1, 0, 0, 2, 3, 4), rows: 3, columns: 2 }, 2);
  assert.deepEqual(dots, [3, 8, 25]);
  [0.6, 0.8, 1].forEach((cosine, i) => near(cosines[i], cosine));
});

test("a row of zeros has the cosine 0 and no division by it", () => {
  assert.deepEqual(comparedWith({ numbers: Float32Array.of(0, 0, 1, 0), rows: 2, columns: 2 }, 0).cosines, [0, 0]);
});

test("the product of two rows of waves is that of the claim: 47.185 at distance 5 and width 128", () => {
  near(wavesProduct(5, 128), 47.185, 1e-3);
  near(wavesProduct(0, 128), 64);
  near(wavesProduct(-5, 128), wavesProduct(5, 128), 1e-12);
});

test("speeds of a head of 32 coordinates", () => {
  assert.equal(speedOf(0, 32), 1);
  near(speedOf(8, 32), 0.01, 1e-12);
});

test("the scale ends where 99 of 100 numbers lie", () => {
  assert.equal(colourLimit(Float32Array.of(-3, 1, 2)), 2);
  assert.equal(colourLimit(Float32Array.of(0, 0)), 1);
});

test("the largest change of each network", () => {
  assert.deepEqual(largestOf(Float32Array.of(1, 2, 4, 3, 0, 0), 2), [2, 4, 0]);
});

// What Python answers; tests/test_position_explorer.py writes the file.
const golden = process.env.GPTLAB_POSITION_CASES;

test("the page answers as Python does", { skip: golden ? false : "run by tests/test_position_explorer.py" }, async () => {
  const { file, wasm, words, cases } = JSON.parse(readFileSync(golden, "utf-8"));
  const backend = new PageBackend(readCheckpoint(readFileSync(file)), startMatmul(readFileSync(wasm)));
  for (const { text, order, scheme, shuffled, table } of cases) {
    const state = { text, order, scheme, checkpoint: 0, words };
    for await (const answer of positionAnswers(state, async () => backend)) {
      same(answer.shuffled, shuffled);
      same(answer.table, table);
    }
  }
});

function same(found, expected) {
  assert.deepEqual(Object.keys(found).sort(), Object.keys(expected).sort());
  for (const [name, value] of Object.entries(expected)) {
    if (name === "largest") continue; // rounding differs, and the control is nothing else
    if (value?.base64 !== undefined) close(found[name], value.base64, name);
    else if (typeof value?.probability === "number") {
      assert.equal(found[name].bytes, value.bytes);
      near(found[name].probability, value.probability, 1e-5);
    } else assert.deepEqual(found[name], value, name);
  }
}

function close(found, base64, name) {
  const numbers = floats(bytesOf(Uint8Array.from(Buffer.from(base64, "base64"))));
  assert.equal(found.length, numbers.length, name);
  numbers.forEach((number, i) => near(found[i], number, 1e-4));
}
