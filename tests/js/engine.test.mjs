/*
 * The engine against torch. Python writes the cases into a folder and names it in GPTLAB_CASES
 * (tests/test_engine.py); without it, only what needs no cases is tested.
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import {
  GREEDY, Sampling, Window, draw, keepTopK, keepTopP, steps, withTemperature,
} from "../../gptlab/widgets/js/engine/decoding.js";
import { GPT } from "../../gptlab/widgets/js/engine/gpt.js";
import { hash32, uniform } from "../../gptlab/widgets/js/engine/hashing.js";
import { matmulJS, matmulWasm, startMatmul } from "../../gptlab/widgets/js/engine/matmul.js";
import { asMatrix, fromMatrix, parameterShapes } from "../../gptlab/widgets/js/engine/parameters.js";
import { probeNames, probing } from "../../gptlab/widgets/js/engine/probes.js";
import { readCheckpoint, readSafetensors } from "../../gptlab/widgets/js/engine/safetensors.js";
import { reshaped, slice, transposed, zeros } from "../../gptlab/widgets/js/engine/tensors.js";
import { untrainedTensors } from "../../gptlab/widgets/js/engine/untrained.js";

const wasm = readFileSync(new URL("../../gptlab/widgets/js/engine/product.wasm", import.meta.url));
const folder = process.env.GPTLAB_CASES;
const products = [matmulWasm(wasm), matmulJS()];
const bytesOf = (name) => readFileSync(join(folder, name));
const golden = folder ? JSON.parse(bytesOf("engine.json")) : null;
const ofTorch = (name, body) =>
  test(name, { skip: !folder && "Python writes the cases: pytest tests/test_engine.py" }, body);

function answersOf(name) {
  const { header, stored } = readSafetensors(bytesOf(name));
  return new Map(Object.keys(header).filter((key) => key !== "__metadata__").map((key) => [key, stored(key)]));
}

function near(got, want, tolerance, what) {
  assert.deepEqual(got.shape, want.shape, what);
  assert.equal(got.data.length, want.data.length, what);
  for (let i = 0; i < want.data.length; i += 1) {
    const [a, b] = [got.data[i], want.data[i]];
    assert.ok(Object.is(a, b) || Math.abs(a - b) <= tolerance, `${what}[${i}]: ${a}, torch ${b}`);
  }
}

function close(got, want, what) {
  near({ data: got, shape: [] }, { data: want, shape: [] }, 1e-12, what);
}

const TINY = {
  sizes: { d_vocab: 11, n_ctx: 6, d_model: 10, n_layers: 2, n_heads: 2, d_mlp: 7, dropout: 0 },
  positions: "LearnedPositions", mask: { kind: "Causal" }, norm: "LayerNorm", residual: "add",
};

function tiny(parts = {}, matmul = startMatmul(wasm)) {
  const description = { ...TINY, ...parts };
  return new GPT(description, untrainedTensors(description, 3), matmul);
}

// The matrix product

test("a product by hand: [1 2] times [[3], [4]] is 11", () => {
  for (const matmul of products) {
    const { product } = matmul.open();
    const [a, b] = [{ data: Float32Array.of(1, 2), shape: [1, 2] }, { data: Float32Array.of(3, 4), shape: [2, 1] }];
    assert.deepEqual(product(a, b), { data: Float32Array.of(11), shape: [1, 1] });
  }
});

test("products of every size near a strip and a group of rows are right", () => {
  for (const matmul of products) {
    const { hold, product } = matmul.open();
    for (const n_rows of [0, 1, 3, 4, 5, 9]) {
      for (const depth of [1, 7, 8]) {
        for (const width of [1, 7, 8, 9, 17]) {
          const a = counted([n_rows, depth]);
          const b = counted([depth, width]);
          const expected = naive(a, b);
          assert.deepEqual(product(a, b), expected);
          assert.deepEqual(product(a, hold(b)), expected);
          assert.deepEqual(product(a, transposed(naive(transposed(b), identity(depth)))), expected);
        }
      }
    }
  }
});

function counted(shape) {
  const tensor = zeros(shape);
  return { ...tensor, data: tensor.data.map((_, i) => (i % 13) - 6) }; // small whole numbers: exact
}

function identity(n) {
  return { data: zeros([n, n]).data.map((_, i) => Number(i % (n + 1) === 0)), shape: [n, n] };
}

function naive(a, b) {
  const [[n_rows, depth], [, width]] = [a.shape, b.shape];
  const at = ({ data, shape, strides = [shape[1], 1] }, i, j) => data[i * strides[0] + j * strides[1]];
  const c = zeros([n_rows, width]);
  for (let i = 0; i < n_rows; i += 1) {
    for (let j = 0; j < width; j += 1) {
      for (let k = 0; k < depth; k += 1) c.data[i * width + j] += at(a, i, k) * at(b, k, j);
    }
  }
  return c;
}

test("what is held outlives the growth of the memory", () => {
  for (const matmul of products) {
    const { hold, product } = matmul.open();
    const held = hold(identity(9));
    hold(counted([300, 300]));
    const many = counted([2000, 9]);
    assert.deepEqual(product(many, held), many);
  }
});

test("factors that do not fit are refused", () => {
  const { product } = matmulJS().open();
  assert.throws(() => product(zeros([2, 3]), zeros([2, 3])), /cannot multiply \[2,3\] by \[2,3\]/);
});

test("the fastest product that runs is chosen, and says which it is", () => {
  assert.equal(startMatmul(wasm).simd, true);
  assert.equal(startMatmul().simd, false);
  assert.equal(startMatmul(wasm.subarray(1)).simd, false);
});

test("a page that forbids WebAssembly multiplies in JavaScript", (t) => {
  t.mock.method(WebAssembly, "Module", () => { throw new WebAssembly.CompileError("policy"); });
  assert.equal(startMatmul(wasm).simd, false);
});

test("a weight and its matrix are two views of the same numbers", () => {
  const W_Q = counted([2, 3, 5]);
  const matrix = asMatrix("attn.W_Q", W_Q);
  assert.deepEqual(matrix.shape, [3, 10]);
  assert.equal(matrix.data[1 * 10 + 5 + 2], W_Q.data[1 * 15 + 1 * 5 + 2]); // head 1, row 1, column 2
  for (const name of ["W_Q", "W_O"]) assert.deepEqual(fromMatrix(name, asMatrix(name, W_Q), W_Q.shape), W_Q);
});

// The model against torch

for (const matmul of products) {
  const how = matmul.simd ? "SIMD" : "JavaScript";

  ofTorch(`every activation is torch's (${how})`, () => {
    assert.ok(golden.cases.length > 150);
    for (const { name, ids, probes, edits = {}, adapters } of golden.cases) {
      const model = adaptedAs(adapters, modelOf(name, matmul));
      assert.deepEqual(model.probeNames, probes, name);
      const { logits, seen } = model.forward(ids, { watch: ["*"], edits: editsOf(edits) });
      const answers = answersOf(`${name}.answers`);
      assert.equal(seen.size, answers.size - 1, name);
      for (const [probe, want] of answers) {
        near(probe === "logits" ? logits : seen.get(probe), want, 1e-5, `${name} ${probe}`);
      }
    }
  });

  ofTorch(`an adapter beside its matrix is torch's as well (${how})`, () => {
    const { name, ids, adapters } = golden.cases.find((each) => each.adapters);
    const { logits, seen } = modelOf(name, matmul).beside(adaptersOf(adapters)).forward(ids, { watch: ["*"] });
    const answers = answersOf(`${name}.answers`);
    for (const [probe, want] of answers) near(probe === "logits" ? logits : seen.get(probe), want, 1e-5, probe);
  });

  ofTorch(`a cache changes nothing (${how})`, () => {
    for (const { name, ids, looks_ahead, edits, adapters } of golden.cases) {
      if (looks_ahead || edits || adapters) continue;
      const model = modelOf(name, matmul);
      const answers = answersOf(`${name}.answers`);
      const cache = model.newCache();
      for (const part of [ids.slice(0, 3), ...ids.slice(3).map((id) => [id])]) {
        const past = cache[0].n_pos;
        const { logits, seen } = model.forward(part, { cache, watch: ["ln_final", "*attn.[kz]"] });
        near(logits, part2d(answers.get("logits"), past, part.length), 1e-5, name);
        for (const [probe, x] of seen) near(flat(x), part2d(flat(answers.get(probe)), past, part.length), 1e-5, probe);
      }
      assert.equal(cache[0].n_pos, ids.length);
    }
  });

  ofTorch(`the shipped model's logits are torch's (${how})`, () => {
    const model = shipped(matmul);
    golden.prompts.forEach((ids, i) => {
      near(model.forward(ids).logits, answersOf("prompts.answers").get(String(i)), 1e-4, `prompt ${i}`);
    });
  });

  ofTorch(`the shipped model writes what Python writes (${how})`, (t) => {
    const model = shipped(matmul);
    for (const { prompt, sampling, seed, tokens, gaps } of golden.texts) {
      const every = steps(model, prompt, new Sampling(sampling), { seed });
      const written = tokens.map(() => every.next().value.token);
      const first = tokens.findIndex((token, i) => token !== written[i]);
      if (first < 0) continue;
      // Two nearly equal logits may change places by rounding; from there on the texts differ.
      t.diagnostic(`prompt ${prompt.slice(0, 5)}: differs at token ${first}, gap ${gaps[first]}`);
      assert.ok(sampling.temperature === 0 && gaps[first] < 1e-4, `token ${first}, gap ${gaps[first]}`);
    }
  });
}

function modelOf(name, matmul) {
  const { model, tensors } = readCheckpoint(bytesOf(`${name}.safetensors`));
  return new GPT(model, tensors, matmul);
}

function shipped(matmul) {
  const { model, tensors } = readCheckpoint(readFileSync(golden.shipped.file));
  return new GPT(model, tensors, matmul);
}

function adaptedAs(adapters, model) {
  return adapters ? model.adapted(adaptersOf(adapters)) : model;
}

function adaptersOf({ part, scale }) {
  const arrays = answersOf("adapted.adapters");
  const names = ["attn.W_Q", "attn.W_O", "mlp.W_in"];
  return Object.fromEntries(names.map((name) =>
    [`${part}.${name}`, { A: arrays.get(`${name}.A`), B: arrays.get(`${name}.B`), scale }]));
}

function editsOf(edits) {
  const each = (f) => ({ data, shape }) => ({ data: data.map((x, i) => f(x, i, shape)), shape });
  const actions = {
    double: each((x) => 2 * x),
    "plus one": each((x) => x + 1),
    "without head 1": each((x, i, [, n_heads, d_head]) => (Math.floor(i / d_head) % n_heads === 1 ? 0 : x)),
  };
  return Object.fromEntries(Object.entries(edits).map(([glob, action]) => [glob, actions[action]]));
}

function flat({ data, shape }) {
  return reshaped({ data }, [shape[0], data.length / shape[0]]);
}

function part2d({ data, shape: [, width] }, start, n) {
  return { data: data.slice(start * width, (start + n) * width), shape: [n, width] };
}

ofTorch("the shipped weights are Python's, bit for bit", () => {
  const { tensors } = readCheckpoint(readFileSync(golden.shipped.file));
  assert.equal(fingerprint(tensors), golden.shipped.sha256);
});

function fingerprint(tensors) {
  const hash = createHash("sha256");
  for (const { data } of tensors.values()) hash.update(new Uint8Array(data.buffer));
  return hash.digest("hex");
}

// The model by itself

test("future tokens do not change the past", () => {
  const model = tiny();
  const [a, b] = [[1, 2, 3], [1, 2, 9]].map((ids) => model.forward(ids).logits);
  for (const pos of [0, 1]) assert.deepEqual(slice(a, pos), slice(b, pos));
  assert.notDeepEqual(slice(a, 2), slice(b, 2));
});

test("every row of a pattern sums to one, and what is hidden has no share", () => {
  const { data, shape } = tiny().forward([1, 2, 3], { watch: ["blocks.0.attn.pattern"] }).seen.get("blocks.0.attn.pattern");
  assert.deepEqual(shape, [2, 3, 3]);
  for (let i = 0; i < 18; i += 3) {
    const row = [...data.subarray(i, i + 3)];
    assert.ok(Math.abs(row[0] + row[1] + row[2] - 1) < 1e-6);
    assert.deepEqual(row.slice((i / 3) % 3 + 1).filter(Boolean), []);
  }
});

test("the last position's logits can be had alone, or none", () => {
  const model = tiny();
  const { logits } = model.forward([1, 2, 3]);
  assert.deepEqual(model.forward([1, 2, 3], { logits: "last" }).logits, reshaped(slice(logits, 2), [1, 11]));
  assert.deepEqual(model.forward([1, 2, 3], { logits: "none" }).logits.shape, [0, 11]);
});

test("the last logits with a cache are those of the newest token", () => {
  const model = tiny();
  const cache = model.newCache();
  model.forward([1, 2], { cache });
  const { logits } = model.forward([3, 4], { cache, logits: "last" });
  near(logits, reshaped(slice(model.forward([1, 2, 3, 4]).logits, 3), [1, 11]), 1e-6, "logits");
});

test("the residual stream can be unembedded anywhere; at the end it gives the logits", () => {
  const model = tiny();
  const { logits, seen } = model.forward([1, 2, 3], { watch: ["blocks.1.resid_post"] });
  assert.deepEqual(model.unembed(seen.get("blocks.1.resid_post")), logits);
});

test("nothing is kept that nobody watches", () => {
  assert.equal(tiny().forward([1]).seen.size, 0);
  assert.deepEqual([...tiny().forward([1], { watch: ["blocks.*.attn.z"] }).seen.keys()], ["blocks.0.attn.z", "blocks.1.attn.z"]);
});

test("an edit sees the activation and what is recorded is its replacement", () => {
  const nothing = ({ shape }) => zeros(shape);
  const { logits, seen } = tiny().forward([1, 2], { watch: ["ln_final"], edits: { ln_final: nothing } });
  assert.deepEqual(seen.get("ln_final"), zeros([2, 10]));
  assert.deepEqual(logits, zeros([2, 11]));
});

test("a model is filled to its last position and not beyond", () => {
  const model = tiny();
  assert.deepEqual(model.forward([0, 1, 2, 3, 4, 5]).logits.shape, [6, 11]);
  assert.throws(() => model.forward([0, 1, 2, 3, 4, 5, 6]), /7 tokens do not fit n_ctx=6\. Pass ids\.slice\(-6\)/);
  const cache = model.newCache();
  model.forward([0, 1, 2, 3, 4, 5], { cache });
  assert.throws(() => model.forward([6], { cache }), /Start with a new cache/);
});

const REFUSED = [
  [() => tiny().forward([]), /no token to start from/],
  [() => tiny().forward([11]), /go from 0 to 10; got 11/],
  [() => tiny().forward([1, -1]), /got -1/],
  [() => tiny().forward([1.5]), /got 1\.5/],
  [() => tiny().forward([NaN]), /got NaN/],
  [() => tiny().forward([1], { watch: ["attn"] }), /no probe matches 'attn'; the model has embed, /],
  [() => tiny().forward([1], { edits: { "blocks.9.*": (x) => x } }), /no probe matches/],
  [() => tiny().forward([1], { edits: { embed: () => zeros([2, 10]) } }), /turned shape \[1,10\] into \[2,10\]/],
  [() => tiny().forward([1], { edits: { embed: () => undefined } }), /Return a tensor of the same shape/],
  [() => tiny({ mask: { kind: "Bidirectional" } }).newCache(), /with the mask Bidirectional, positions see later/],
  [() => new GPT({ ...TINY, norm: "BatchNorm" }, new Map(), matmulJS()), /expected one of LayerNorm, RMSNorm, NoNorm/],
  [() => tiny({ mask: { kind: "toString" } }), /unknown part 'toString'/],
  [() => new GPT(TINY, new Map(), matmulJS()), /W_E: expected 11,10, got none/],
  [() => tiny().adapted({ "blocks.0.attn.b_Q": {} }), /is no matrix of this model; it has W_E, /],
  [() => tiny().adapted({ W_E: { A: zeros([11, 2]), B: zeros([3, 10]), scale: 1 } }), /W_E needs A of \[11, rank\]/],
  [() => tiny().beside({ W_E: { A: zeros([11, 2]), B: zeros([2, 10]), scale: 1 } }), /W_E is looked up and not multiplied by/],
  [() => tiny().beside({ "blocks.0.mlp.W_in": { A: zeros([10, 2]) } }), /needs A of \[10, rank\]/],
  [() => readCheckpoint(Uint8Array.of(2, 0, 0, 0, 0, 0, 0, 0, 123, 125)), /expected a checkpoint of gptlab/],
];
for (const [action, message] of REFUSED) {
  test(`refused: ${message.source}`, () => assert.throws(action, message));
}

test("several models live side by side", () => {
  const matmul = startMatmul(wasm);
  const [a, b] = [tiny({}, matmul), tiny({ norm: "RMSNorm" }, matmul)];
  const before = a.forward([1, 2]).logits;
  b.forward([1, 2]);
  assert.deepEqual(a.forward([1, 2]).logits, before);
});

test("an adapter leaves the model that it adapts as it was", () => {
  const model = tiny();
  const before = model.forward([1, 2]).logits;
  const adapter = { A: counted([10, 1]), B: counted([1, 7]), scale: 0.1 };
  const adapted = model.adapted({ "blocks.0.mlp.W_in": adapter });
  assert.notDeepEqual(adapted.forward([1, 2]).logits, before);
  assert.deepEqual(model.forward([1, 2]).logits, before);
  const undone = adapted.adapted({ "blocks.0.mlp.W_in": { ...adapter, scale: -0.1 } });
  near(undone.forward([1, 2]).logits, before, 1e-6, "undone");
});

test("merged or beside, an adapter gives the same logits, and beside leaves every weight as it was", () => {
  const model = tiny();
  const weights = fingerprint(model.tensors);
  const adapters = {
    "blocks.0.attn.W_Q": { A: counted([10, 2]), B: counted([2, 10]), scale: 0.01 },
    "blocks.1.mlp.W_out": { A: counted([7, 3]), B: counted([3, 10]), scale: 0.02 },
  };
  const beside = model.beside(adapters);
  near(beside.forward([1, 2, 3]).logits, model.adapted(adapters).forward([1, 2, 3]).logits, 1e-5, "logits");
  assert.equal(fingerprint(beside.tensors), weights);
  const nothing = Object.fromEntries(Object.entries(adapters).map(([name, each]) => [name, { ...each, B: zeros(each.B.shape) }]));
  assert.deepEqual(model.beside(nothing).forward([1, 2, 3]).logits, model.forward([1, 2, 3]).logits);
});

// Names

ofTorch("a glob matches what Python's does", () => {
  const names = probeNames(2, true);
  for (const [glob, expected] of golden.globs) {
    const { probe, seen } = probing(names, [glob], {});
    names.forEach((name) => probe(name, zeros([1])));
    assert.deepEqual([...seen.keys()], expected, glob);
  }
});

// Random numbers and the untrained control

ofTorch("the hash is Python's", () => {
  for (const [number, hash] of golden.hashing.numbers) assert.equal(hash32(number), hash);
  for (const [seed, step, u] of golden.hashing.uniform) assert.equal(uniform(seed, step), u);
});

ofTorch("untrained weights are Python's, bit for bit", () => {
  for (const { model, seed, sha256 } of golden.hashing.untrained) {
    assert.equal(fingerprint(untrainedTensors(model, seed)), sha256);
  }
});

test("untrained weights fit the model and change with the seed", () => {
  const [a, b] = [0, 1].map((seed) => untrainedTensors(TINY, seed));
  assert.deepEqual([...a].map(([name, { shape }]) => [name, shape]), [...parameterShapes(TINY)]);
  assert.notDeepEqual(a.get("W_E"), b.get("W_E"));
  assert.ok(a.get("ln_f.weight").data.every((weight) => weight === 1));
  assert.ok(a.get("blocks.1.attn.b_Q").data.every((bias) => bias === 0));
});

// Decoding

ofTorch("every rule gives Python's probabilities", () => {
  for (const { logits: written, temperature, top_k, top_p, draw: draws, sampling } of golden.decoding) {
    const logits = written.map((z) => (z === "-inf" ? -Infinity : Number(z)));
    const probs = withTemperature(logits, 1);
    for (const [t, expected] of temperature) close(withTemperature(logits, t), expected, `T=${t}`);
    for (const [k, expected] of top_k) close(keepTopK(probs, k), expected, `k=${k}`);
    for (const [p, expected] of top_p) close(keepTopP(probs, p), expected, `p=${p}`);
    for (const [u, token] of draws) assert.equal(draw(probs, u), token, `u=${u}`);
    for (const [t, k, p, expected] of sampling) {
      const rule = new Sampling({ temperature: t, topK: k, topP: p });
      close(rule.distribution(logits), expected, `T=${t} k=${k} p=${p}`);
    }
  }
});

test("rules by hand", () => {
  const probs = Float64Array.of(0.5, 0.25, 0.125, 0.125);
  assert.deepEqual([...keepTopP(probs, 0.75)], [2 / 3, 1 / 3, 0, 0]);
  assert.deepEqual([...keepTopK(probs, 3)], [4 / 7, 2 / 7, 1 / 7, 0]); // of equals, the lower id
  assert.deepEqual([...withTemperature([1, 3, 3], 0)], [0, 1, 0]);
  assert.deepEqual([0, 0.4, 0.5, 0.8].map((u) => draw(Float64Array.of(0.5, 0.25, 0.25), u)), [0, 0, 1, 2]);
  assert.equal(draw(Float64Array.of(0, 1, 0), 0), 1);
});

const RULES_REFUSED = [
  [() => withTemperature([1, NaN], 1), /NaN or infinity/],
  [() => withTemperature([-Infinity], 1), /NaN or infinity/],
  [() => withTemperature([1], -1), /got -1/],
  [() => keepTopK(Float64Array.of(1), 0), /at least 1; got 0/],
  [() => keepTopP(Float64Array.of(1), 0), /above 0 and up to 1/],
  [() => draw(Float64Array.of(1), 1), /up to but not 1/],
  [() => draw(Float64Array.of(0.5, NaN), 0.5), /expected probabilities/],
  [() => new Sampling({ temperature: NaN }), /got NaN/],
  [() => new Sampling({ topK: 1.5 }), /topK counts/],
  [() => new Sampling({ topP: 2 }), /topP is a probability/],
];
for (const [action, message] of RULES_REFUSED) {
  test(`refused: ${message.source}`, () => assert.throws(action, message));
}

test("a text outgrows the window, and a cache changes no token of it", () => {
  const model = tiny();
  const written = [true, false].map((cached) => {
    const every = steps(model, [1, 2], new Sampling(), { seed: 5, cached });
    return Array.from({ length: 20 }, () => every.next().value);
  });
  const [first] = written;
  assert.deepEqual(written.map((text) => text.map(({ token }) => token)), [0, 0].map(() => first.map(({ token }) => token)));
  assert.deepEqual(first.map(({ n_seen }) => n_seen).slice(0, 10), [2, 3, 4, 5, 6, 3, 4, 5, 6, 3]);
  for (const { position, probs, u, token } of first) {
    assert.equal(u, uniform(5, position - 2));
    assert.equal(draw(probs, u), token);
  }
});

test("greedy draws no random number", () => {
  const { value } = steps(tiny(), [1, 2], GREEDY).next();
  assert.equal(value.u, null);
  assert.equal(value.probs[value.token], 1);
});

test("a window as long as the context moves at the next token", () => {
  const window = new Window(tiny(), [0, 1, 2, 3, 4, 5]);
  window.nextLogits();
  window.extend(6);
  assert.deepEqual(window.ids, [4, 5, 6]);
  assert.equal(window.cache[0].n_pos, 0);
});
