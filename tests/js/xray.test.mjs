import assert from "node:assert/strict";
import { test } from "node:test";

import { xrayAnswers } from "../../gptlab/widgets/js/answers/xray.js";
import { likeliest, moved, partsOf, stageOf, stagesOf, switchesOf, taken, vectorsOf } from "../../gptlab/widgets/js/lib/xraying.js";

const float = (...numbers) => new Float32Array(numbers);
const tensor = (shape, ...numbers) => ({ data: float(...numbers), shape });
const SMALL = { n_layers: 1, n_heads: 2, adds: true };

test("parts have the names that Python gives them", () => {
  assert.deepEqual(switchesOf(SMALL), ["pos_embed", "blocks.0", "blocks.0.attn", "blocks.0.attn.0", "blocks.0.attn.1", "blocks.0.mlp"]);
  assert.equal(switchesOf({ ...SMALL, adds: false })[0], "blocks.0");
  assert.deepEqual(partsOf(SMALL), [
    "embed", "pos_embed", "blocks.0", "blocks.0.ln1", "blocks.0.attn", "blocks.0.attn.0", "blocks.0.attn.1",
    "blocks.0.resid_mid", "blocks.0.ln2", "blocks.0.mlp", "blocks.0.resid_post", "ln_f", "unembed",
  ]);
  assert.ok(switchesOf(SMALL).every((part) => partsOf(SMALL).includes(part)));
});

test("a name is taken apart", () => {
  assert.deepEqual(taken("pos_embed"), { block: null, inside: "pos_embed", head: null });
  assert.deepEqual(taken("blocks.3"), { block: 3, inside: "", head: null });
  assert.deepEqual(taken("blocks.3.attn"), { block: 3, inside: "attn", head: null });
  assert.deepEqual(taken("blocks.3.attn.11"), { block: 3, inside: "attn", head: 11 });
});

test("the length that stands at a part is that of what it hands on", () => {
  assert.deepEqual(["embed", "blocks.0.attn", "blocks.0.mlp", "blocks.0.ln1", "ln_f"].map(stageOf),
    ["embed", "blocks.0.attn_out", "blocks.0.mlp_out", "blocks.0.ln1", "ln_final"]);
  assert.deepEqual(["blocks.0", "blocks.0.attn.1", "unembed"].map(stageOf), [null, null, null]);
  const stages = stagesOf(SMALL);
  assert.ok(partsOf(SMALL).map(stageOf).every((stage) => stage === null || stages.includes(stage)));
});

test("what goes to other tokens, by hand", () => {
  assert.equal(moved([0.5, 0.5], [0.25, 0.75]), 0.25);
  assert.equal(moved([1, 0], [0, 1]), 1);
  assert.equal(moved([0.5, 0.5], [0.5, 0.5]), 0);
});

test("the likeliest tokens of both predictions are listed, without doubles", () => {
  assert.deepEqual(likeliest(float(0.6, 0.3, 0.1, 0), float(0, 0.1, 0.2, 0.7), 2), [0, 3]);
  assert.deepEqual(likeliest(float(0.6, 0.4), float(0.4, 0.6), 8), [0, 1]);
});

/** One position more than is asked for, so that a wrong row would show. */
const seen = () => new Map([
  ["blocks.0.attn_out", tensor([2, 2], 1, 2, 3, 4)],
  ["blocks.0.attn.pattern", tensor([2, 2, 2], 1, 0, 0.25, 0.75, 1, 0, 0.5, 0.5)],
  ["blocks.0.attn.q", tensor([2, 2, 1], 1, 2, 3, 4)],
  ["blocks.0.attn.k", tensor([2, 2, 1], 5, 6, 7, 8)],
  ["blocks.0.attn.v", tensor([2, 2, 1], 0, 0, 9, 10)],
  ["blocks.0.attn.z", tensor([2, 2, 1], 0, 0, 11, 12)],
]);
const plain = (found) => found.map(([name, axis, values]) => [name, axis, ...values]);

test("a part's vectors are the rows of the chosen position", () => {
  assert.deepEqual(plain(vectorsOf(seen(), "blocks.0.attn", 1)), [
    ["attn_out", "channel", 3, 4], ["pattern.0", "position", 0.25, 0.75], ["pattern.1", "position", 0.5, 0.5],
  ]);
  assert.deepEqual(plain(vectorsOf(seen(), "blocks.0.attn.1", 1)), [
    ["q", "head", 4], ["k", "head", 8], ["v", "head", 10], ["z", "head", 12], ["pattern", "position", 0.5, 0.5],
  ]);
});

// The page's answer, with a model that is easily followed

/** Without its MLP this model finds both tokens equally likely. */
function fakeBackend() {
  const asked = [];
  const sizes = { n_layers: 1, n_heads: 2, d_model: 2, d_mlp: 2, n_ctx: 3, d_vocab: 2 };
  return {
    nLayers: 1, nHeads: 2, dHead: 1, nCtx: 3, dVocab: 2, isCausal: true, asked,
    model: {
      sizes, positions: { adds: false }, unembed: ({ data, shape: [n] }) => tensor([n, 2], ...data),
      description: { sizes, positions: "NoPositions", mask: { kind: "Causal" }, norm: "LayerNorm", residual: "add" },
    },
    tokenizer: { encode: (text) => [...text].map((letter) => letter.charCodeAt(0) % 2), tokenBytes: (id) => Uint8Array.of(97 + id), vocabSize: 2 },
    activations(ids, without = []) {
      asked.push([ids, without]);
      const rows = (...row) => tensor([ids.length, 2], ...ids.flatMap(() => row));
      const names = stagesOf({ n_layers: 1, adds: false });
      const found = new Map(names.map((name) => [name, rows(3, 4)]));
      return found.set("logits", rows(0, without.includes("blocks.0.mlp") ? 0 : 1));
    },
    untrained: () => ({ ...fakeBackend(), activations: (ids) => new Map([["logits", tensor([ids.length, 2], ...ids.flatMap(() => [0, 0]))]]) }),
  };
}

const words = { no_tokens: "type", not_causal: "sees all" };
async function answered(backend, state) {
  const outputs = {};
  const asked = { checkpoint: 0, part: "embed", position: null, off: [], words, ...state };
  for await (const part of xrayAnswers(asked, async () => backend)) Object.assign(outputs, part);
  return outputs;
}

test("lengths, tokens and parameters come with what was asked", async () => {
  const { xray, effect } = await answered(fakeBackend(), { text: "abcde", part: "nonsense" });
  assert.deepEqual([xray.ids, xray.n_left_out, xray.at, xray.part], [[1, 0, 1], 2, 2, "embed"]);
  assert.deepEqual(xray.norms[0], ["embed", 5]);
  assert.equal(xray.parameters.reduce((sum, [, n]) => sum + n, 0), xray.n_parameters);
  assert.deepEqual([...xray.lens], [3, 4, 3, 4]);
  assert.equal(effect.shares, null);
});

test("switching off is compared with the whole model and with an untrained copy", async () => {
  const { effect } = await answered(fakeBackend(), { text: "ab", off: ["blocks.0.mlp", "blocks.7"] });
  assert.deepEqual(effect.off, ["blocks.0.mlp"]);
  const e = Math.E / (1 + Math.E);
  [1 - e, e, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5].forEach((share, i) => assert.ok(Math.abs(effect.shares[i] - share) < 1e-6));
});

test("another part or position does not run the model again", async () => {
  const backend = fakeBackend();
  await answered(backend, { text: "ab" });
  await answered(backend, { text: "ab", part: "ln_f", position: 0 });
  assert.equal(backend.asked.length, 1);
});

test("without a token there is a sentence and nothing else", async () => {
  const { xray, effect } = await answered(fakeBackend(), { text: "" });
  assert.deepEqual([xray.error, xray.ids, effect.shares], ["type", [], null]);
});
