import assert from "node:assert/strict";
import { test } from "node:test";

import { attentionAnswers } from "../../gptlab/widgets/js/answers/attention.js";
import { cellSize, labelled, movedOnMap } from "../../gptlab/widgets/js/lib/axes.js";
import { checks, habits, isHidden, mixed, openHead, products, rowSteps, strongest } from "../../gptlab/widgets/js/lib/headmath.js";
import { nextSeed, randomHead, within } from "../../gptlab/widgets/js/lib/heads.js";
import { isolated, tokenNames } from "../../gptlab/widgets/js/lib/naming.js";
import { toHex } from "../../gptlab/widgets/js/lib/bytes.js";

const near = (found, expected) => assert.ok(Math.abs(found - expected) < 1e-6, `${found} is not ${expected}`);
const float = (...numbers) => new Float32Array(numbers);

/**
 * By hand: one number per vector, so that √d_head = 1. The second token's scores are 0 and ln 3, its
 * weights 1/4 and 3/4, and its z is 1/4 · 4 + 3/4 · 8 = 7.
 */
const hand = () => openHead({
  ids: [5, 6], d_head: 1, causal: true,
  pattern: float(1, 0, 0.25, 0.75), scores: float(0, -Infinity, 0, Math.log(3)),
  q: float(0, 1), k: float(0, Math.log(3)), v: float(4, 8), z: float(4, 7),
});

test("a row by hand: products, scores, weights and z", () => {
  const steps = rowSteps(hand(), 1);
  near(steps.raw[1], Math.log(3));
  near(steps.exp[0], 1 / 3);
  near(steps.total, 4 / 3);
  near(steps.weight[0], 0.25);
  assert.equal(steps.isBiased, false);
  near(mixed(hand(), steps.weight)[0], 7);
  near(products(hand(), 1, 1)[0], Math.log(3));
  assert.equal(strongest(hand(), 1), 1);
});

test("what the mask hides has weight 0 and counts as hidden", () => {
  const steps = rowSteps(hand(), 0);
  assert.deepEqual([...steps.weight], [1, 0]);
  assert.deepEqual(steps.hidden, [false, true]);
  assert.equal(isHidden({ n: 2, causal: true, scores: null }, 0, 1), true); // a model that shows no scores
  assert.equal(isHidden({ n: 2, causal: false, scores: null }, 0, 1), false);
});

test("scores are √d_head smaller than the products", () => {
  const head = openHead({ ids: [1], d_head: 4, causal: true, pattern: float(1), scores: float(2), q: float(1, 1, 1, 1), k: float(1, 1, 1, 1), v: float(0, 0, 0, 0), z: float(0, 0, 0, 0) });
  const { raw, scaled } = rowSteps(head, 0);
  assert.deepEqual([raw[0], scaled[0]], [4, 2]);
});

test("what positions add to the scores is found and kept", () => {
  const biased = { ...hand(), scores: float(0, -Infinity, -1, Math.log(3)) };
  const { isBiased, bias, weight } = rowSteps(biased, 1);
  assert.equal(isBiased, true);
  near(bias[0], -1);
  near(weight[1], 3 / (3 + Math.exp(-1)));
});

test("a right head passes the checks and a wrong one does not", () => {
  const right = checks(hand());
  assert.deepEqual([right.sums, right.hidden], [0, { cells: 1, largest: 0 }]);
  assert.ok(right.recomputed.pattern < 1e-6 && right.recomputed.z < 1e-6);
  const wrong = checks({ ...hand(), pattern: float(1, 0.5, 0.75, 0.25) });
  assert.equal(wrong.hidden.largest, 0.5);
  near(wrong.sums, 0.5);
  near(wrong.recomputed.pattern, 0.5);
  assert.equal(checks({ ...hand(), q: null, k: null, v: null, z: null, scores: null }).recomputed, null);
});

test("habits leave out the first two queries", () => {
  const pattern = float(1, 0, 0, 0.5, 0.5, 0, 0.5, 0.25, 0.25);
  assert.deepEqual(habits({ n: 3, pattern }), { itself: 0.25, before: 0.25, first: 0.5, elsewhere: 0 });
  assert.equal(habits({ n: 2, pattern: float(1, 0, 1, 0) }), null);
});

test("the random head is another one, and each other one is drawn", () => {
  const chosen = { layer: 1, head: 2, n_layers: 2, n_heads: 3 };
  const drawn = new Set(Array.from({ length: 100 }, (_, seed) => String(randomHead(seed, chosen))));
  assert.deepEqual([...drawn].sort(), ["0,0", "0,1", "0,2", "1,0", "1,1"]);
  assert.equal(randomHead(3, { layer: 0, head: 0, n_layers: 1, n_heads: 1 }), null);
  for (let seed = 0; seed < 20; seed += 1) {
    assert.notDeepEqual(randomHead(nextSeed(seed, chosen), chosen), randomHead(seed, chosen));
  }
  assert.deepEqual([within(-1, 4), within(9, 4), within(undefined, 4)], [0, 3, 0]);
});

test("cells fit, labels are thinned out, keys stay on the map", () => {
  assert.equal(cellSize(400, 9), 44);
  assert.equal(cellSize(400, 50), 8);
  assert.equal(cellSize(400, 256), 400 / 256);
  assert.deepEqual(labelled(3, 44), [0, 1, 2]);
  assert.deepEqual(labelled(9, 5), [0, 4, 8]);
  assert.ok(labelled(256, 400 / 256).length * 17 <= 410);
  const moved = (key, at, ctrlKey = false) => Object.values(movedOnMap({ key, ctrlKey }, at, 4) ?? {});
  assert.deepEqual(moved("ArrowUp", { query: 0, key: 1 }), [0, 1]);
  assert.deepEqual(moved("ArrowRight", { query: 0, key: 1 }), [0, 2]);
  assert.deepEqual(moved("End", { query: 2, key: 1 }), [2, 3]);
  assert.deepEqual(moved("Home", { query: 2, key: 1 }, true), [0, 0]);
  assert.deepEqual(moved("PageDown", { query: 0, key: 1 }), [3, 1]);
  assert.deepEqual(moved("a", { query: 0, key: 1 }), []);
});

test("tokens are named after whole characters", () => {
  const bytes = toHex(new TextEncoder().encode("a牡"));
  assert.deepEqual(tokenNames({ bytes, lengths: [2, 1, 1] }).map((name) => name.slice(-5)), ["(1/3)", "(2/3)", "(3/3)"]);
  assert.equal(isolated("cat"), "cat");
  assert.equal(isolated("שלום"), "\u2068שלום\u2069");
});

// The page's answer, with a model that is easily followed

/** Two heads; the second makes token 1 likelier by e. */
function fakeBackend() {
  const asked = [];
  const tensor = (shape, ...numbers) => ({ data: float(...numbers), shape });
  const backend = {
    nLayers: 1, nHeads: 2, dHead: 1, nCtx: 3, dVocab: 2, isCausal: true, asked,
    tokenizer: { encode: (text) => [...text].map((letter) => letter.charCodeAt(0) % 2), tokenBytes: (id) => Uint8Array.of(97 + id) },
    read(ids, without = []) {
      asked.push([ids, without]);
      const n = ids.length;
      const pattern = Array.from({ length: 2 * n * n }, (_, i) => (Math.floor(i / n) % n === i % n ? 1 : 0));
      const scores = pattern.map((_, i) => (i % n > Math.floor(i / n) % n ? -Infinity : 0));
      const vectors = tensor([1, 2, n, 1], ...Array(2 * n).fill(0));
      const help = without.some(([, head]) => head === 1) ? 0 : 1;
      return { pattern: tensor([1, 2, n, n], ...pattern), scores: tensor([1, 2, n, n], ...scores), q: vectors, k: vectors, v: vectors, z: vectors, logits: tensor([2], 0, help) };
    },
    untrained: () => fakeBackend(),
  };
  return backend;
}

const words = { no_tokens: "type", nothing_follows: "nothing follows" };
async function answered(backend, state) {
  const outputs = {};
  const asked = { checkpoint: 0, layer: 0, head: 1, seed: 0, words, ...state };
  for await (const part of attentionAnswers(asked, async () => backend)) Object.assign(outputs, part);
  return outputs;
}

test("the head comes with what was asked, and then its effect", async () => {
  const { attention, effect } = await answered(fakeBackend(), { text: "abcde", layer: 9 });
  assert.deepEqual([attention.layer, attention.head, attention.ids, attention.n_left_out], [0, 1, [1, 0, 1], 2]);
  assert.deepEqual([...attention.overview.slice(0, 9)], [255, 0, 0, 1, 255, 0, 1, 1, 255]);
  assert.deepEqual([effect.token, effect.token_bytes, effect.random], [1, "62", [0, 0]]);
  const e = Math.E / (1 + Math.E);
  effect.probabilities.forEach((probability, i) => near(probability, [e, 0.5, e, e, 0.5, e][i]));
});

test("another head or seed does not run the whole model again", async () => {
  const backend = fakeBackend();
  const first = await answered(backend, { text: "ab" });
  const second = await answered(backend, { text: "ab", seed: 1 });
  assert.equal(first.attention, second.attention);
  await answered(backend, { text: "ab", head: 0 });
  assert.equal(backend.asked.filter(([, without]) => without.length === 0).length, 1);
});

test("without a token there is a sentence and nothing else", async () => {
  const { attention, effect } = await answered(fakeBackend(), { text: "" });
  assert.deepEqual([attention.error, attention.pattern, attention.ids], ["type", null, []]);
  assert.deepEqual([effect.error, effect.probabilities], ["type", null]);
});

test("a model that sees everything has no next token", async () => {
  const { attention, effect } = await answered({ ...fakeBackend(), isCausal: false }, { text: "ab" });
  assert.deepEqual([attention.error, effect.error], ["", "nothing follows"]);
});

test("the page's logits are compared with those that Python noted for the same text", async () => {
  const next = [[1, toHex(new Uint8Array(float(0.75).buffer))]];
  const recorded = { text: "ab", checkpoint: 0, next };
  assert.equal((await answered(fakeBackend(), { text: "ab", recorded })).attention.from_recorded, 0.25);
  assert.equal((await answered(fakeBackend(), { text: "ba", recorded })).attention.from_recorded, null);
});
