import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { PageBackend } from "../../gptlab/widgets/js/answers/backend.js";
import { sentenceAnswers } from "../../gptlab/widgets/js/answers/sentence.js";
import { startMatmul } from "../../gptlab/widgets/js/engine/matmul.js";
import { readCheckpoint } from "../../gptlab/widgets/js/engine/safetensors.js";
import { bytesOf, floats, formatted } from "../../gptlab/widgets/js/lib/numbers.js";
import { bitsOf, judged, natsOf, onOneLine, ordersOf, productOf } from "../../gptlab/widgets/js/lib/sentences.js";

const near = (found, expected, margin) => assert.ok(Math.abs(found - expected) <= margin, `${found} is not ${expected}`);

test("three tokens of which one is twice as likely: ½, ¼, ¼", () => {
  const logits = Float32Array.of(0, Math.log(2), 0);
  const { nats, rank, likeliest, off } = judged(logits, 2);
  near(nats, Math.log(4), 1e-6);
  assert.equal(rank, 1);
  assert.deepEqual(likeliest.map(({ id }) => id), [1, 0, 2]); // of equals, the lower id is first
  near(likeliest[0].probability, 0.5, 1e-6);
  assert.ok(off < 1e-12);
  near(natsOf(logits, 1), Math.log(2), 1e-6);
});

test("the likeliest five of many, in order", () => {
  const logits = Float32Array.from({ length: 100 }, (_, i) => Math.sin(i * 7));
  const sorted = [...logits.keys()].sort((a, b) => logits[b] - logits[a] || a - b);
  assert.deepEqual(judged(logits, 0).likeliest.map(({ id }) => id), sorted.slice(0, 5));
});

test("bits add up", () => {
  const { bits, sums } = bitsOf([Math.LN2, 2 * Math.LN2]);
  near(bits[1], 2, 1e-12);
  near(sums[1], 3, 1e-12);
});

test("a product is written as a power of ten where it is small", () => {
  const { fixed } = formatted("en");
  assert.equal(productOf(2, fixed), "0.250");
  assert.equal(productOf(10, fixed), "9.8 × 10⁻⁴");
  assert.equal(productOf(57, fixed), "6.9 × 10⁻¹⁸");
});

test("words change places, characters stay whole", () => {
  assert.equal(ordersOf("to be or", 0)[1], "or be to");
  assert.equal(ordersOf("春👩‍🚀é", 0)[1], "é👩‍🚀春");
  assert.deepEqual(ordersOf("a", 0), []);
  assert.equal(onOneLine("a b\n👩‍🚀"), "a b↵👩‍🚀");
  assert.equal(onOneLine("abcd", 3), "ab…");
});

// What Python answers; tests/test_sentence_probability.py writes the file.
const golden = process.env.GPTLAB_SENTENCE_CASES;

test("the page answers as Python does", { skip: golden ? false : "run by tests/test_sentence_probability.py" }, async () => {
  const { file, wasm, words, cases } = JSON.parse(readFileSync(golden, "utf-8"));
  const backend = new PageBackend(readCheckpoint(readFileSync(file)), startMatmul(readFileSync(wasm)));
  for (const { text, seed, sentence, order } of cases) {
    const found = {};
    const asked = { text, seed, checkpoint: 0, words };
    for await (const outputs of sentenceAnswers(asked, async () => backend)) Object.assign(found, outputs);
    same(found.sentence, sentence);
    same(found.order, order);
  }
});

const LOOSE = { nats: 1e-3, untrained: 1e-3, totals: 1e-2 };

function same(found, expected) {
  assert.deepEqual(Object.keys(found).sort(), Object.keys(expected).sort());
  for (const [name, value] of Object.entries(expected)) {
    if (name in LOOSE && value !== null) buffers(found[name], value, LOOSE[name]);
    else if (name === "expected") found[name].forEach((each, at) => likely(each, value[at]));
    else if (name === "off" || name === "again") assert.ok(found[name] < 1e-3);
    else if (name === "ranks") ranks(found[name], value);
    else assert.deepEqual(found[name], value, name);
  }
}

function buffers(found, { base64 }, margin) {
  const numbers = floats(bytesOf(Uint8Array.from(Buffer.from(base64, "base64"))));
  assert.equal(found.length, numbers.length);
  numbers.forEach((number, i) => near(found[i], number, margin));
}

function likely(found, expected) {
  found.forEach(({ probability }, i) => near(probability, expected[i].probability, 1e-5));
}

/** Tokens that are nearly equally likely may change places with the last bit of a sum. */
function ranks(found, expected) {
  assert.equal(found.length, expected.length);
  found.forEach((rank, i) => near(rank, expected[i], 2));
}
