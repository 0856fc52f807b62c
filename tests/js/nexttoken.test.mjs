/*
 * What the page makes of a model's answer, against Python. Python writes the cases into a folder and
 * names it in GPTLAB_NEXT_CASES (tests/test_next_token.py).
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { PageBackend } from "../../gptlab/widgets/js/answers/backend.js";
import { checkpointAnswers } from "../../gptlab/widgets/js/answers/checkpoints.js";
import { nextTokenAnswers, prediction } from "../../gptlab/widgets/js/answers/nexttoken.js";
import { withTemperature } from "../../gptlab/widgets/js/engine/decoding.js";
import { startMatmul } from "../../gptlab/widgets/js/engine/matmul.js";
import { readCheckpoint } from "../../gptlab/widgets/js/engine/safetensors.js";
import { deviation, stages } from "../../gptlab/widgets/js/lib/lens.js";
import { bytesOf, floats } from "../../gptlab/widgets/js/lib/numbers.js";
import { decision, ranking, restOf, stretchOf, unfinished, wideStretches } from "../../gptlab/widgets/js/lib/predicting.js";
import { shareWriter } from "../../gptlab/widgets/js/lib/shares.js";
import { spellings } from "../../gptlab/widgets/js/lib/vocabulary.js";

const CLOSE = 5e-5; // logits; they go up to 20, where float32 numbers are 2e-6 apart
const wasm = readFileSync(new URL("../../gptlab/widgets/js/engine/product.wasm", import.meta.url));
const matmul = startMatmul(wasm);
const folder = process.env.GPTLAB_NEXT_CASES;
const golden = folder ? JSON.parse(readFileSync(join(folder, "nexttoken.json")), unpacked) : null;
const ofPython = (name, body) =>
  test(name, { skip: !folder && "Python writes the cases: pytest tests/test_next_token.py" }, body);
const opened = new Map();

function unpacked(_name, value) {
  return typeof value?.base64 === "string" ? new Uint8Array(Buffer.from(value.base64, "base64")) : value;
}

function backend(name) {
  if (!opened.has(name)) {
    const file = new Uint8Array(readFileSync(golden.files[name]));
    opened.set(name, new PageBackend(readCheckpoint(file), matmul));
  }
  return opened.get(name);
}

async function outputsOf(answers) {
  const outputs = {};
  for await (const some of answers) Object.assign(outputs, some);
  return outputs;
}

function near(got, want, tolerance, what) {
  assert.equal(got.length, want.length, what);
  for (let i = 0; i < want.length; i += 1) {
    assert.ok(Math.abs(got[i] - want[i]) <= tolerance, `${what}[${i}]: ${got[i]}, Python ${want[i]}`);
  }
}

/** Equal but for the buffers, which may be off by float32's rounding. */
function same(got, want) {
  const { logits, lens, ...others } = got;
  const { logits: theirLogits, lens: theirLens, ...theirs } = want;
  assert.deepEqual(others, theirs);
  near(floats(logits), floats(theirLogits), CLOSE, "logits");
  if (logits.length) near(withTemperature(floats(logits), 1), withTemperature(floats(theirLogits), 1), 1e-5, "shares");
  if (theirLens) near(floats(lens), floats(theirLens), CLOSE, "lens");
  else assert.equal(lens, null);
}

ofPython("the answer to a text is Python's", async () => {
  for (const { model, next } of golden.answers) {
    const { text, checkpoint, written } = next;
    const state = { text, checkpoint, written, words: golden.words, vocabulary: { lengths: 1 } };
    const outputs = await outputsOf(nextTokenAnswers(state, async () => backend(model)));
    assert.deepEqual(Object.keys(outputs), ["next"]);
    same(outputs.next, next);
  }
});

ofPython("the vocabulary is sent once, and spells what Python's spells", async () => {
  const state = { text: "a", checkpoint: 0, written: [], words: golden.words };
  const { vocabulary } = await outputsOf(nextTokenAnswers(state, async () => backend("shakespeare")));
  assert.deepEqual(bytesOf(vocabulary.lengths), golden.vocabulary.lengths);
  assert.deepEqual(vocabulary.bytes, golden.vocabulary.bytes);
  const bytesOfToken = spellings(golden.vocabulary);
  const { tokenizer, dVocab } = backend("shakespeare");
  for (let id = 0; id < dVocab; id += 1) assert.deepEqual([...bytesOfToken(id)], [...tokenizer.tokenBytes(id)]);
});

ofPython("where nothing can follow, the page says what Python says", async () => {
  for (const next of golden.errors) {
    const state = { ...next, words: golden.words, vocabulary: { lengths: 1 } };
    same((await outputsOf(nextTokenAnswers(state, async () => backend("shakespeare")))).next, next);
  }
  const blind = { ...backend("shakespeare"), isCausal: false };
  const { error } = prediction(blind, { text: "a", checkpoint: 0, written: [], words: golden.words });
  assert.equal(error, golden.words.not_causal);
});

ofPython("rules and draws are Python's", () => {
  for (const { logits, rule, order, own, made, cut, draws } of golden.decisions) {
    const ranks = ranking(floats(logits));
    assert.deepEqual([...ranks.order], order);
    near(ranks.own, order.map((id) => own[id]), 1e-12, "own");
    draws.forEach(({ token, u, start }, step) => {
      const decided = decision(ranks, rule, step);
      near(decided.byId, made, 1e-12, JSON.stringify(rule));
      assert.deepEqual([decided.token, decided.u], [token, u]);
      assert.equal(decided.order?.[decided.rank] ?? order[decided.rank], token);
      near([stretchOf(decided.byId, token).start], [start], 1e-9, "start");
      assert.deepEqual(order.filter((_, rank) => decided.isCut(rank)).sort((a, b) => a - b), cut);
    });
  }
});

ofPython("one seed writes the same tokens in the page and in Python", () => {
  for (const { text, rule, written } of golden.writings) {
    const mine = [];
    for (let step = 0; step < written.length; step += 1) {
      const { logits } = prediction(backend("shakespeare"), { text, checkpoint: 0, written: mine, words: golden.words });
      mine.push(decision(ranking(logits), rule, step).token);
    }
    assert.deepEqual(mine, written, JSON.stringify(rule));
  }
});

ofPython("the lens is read as in Python, and ends in the logits", () => {
  for (const { next, stages: theirs } of golden.answers) {
    const [lens, logits] = [floats(next.lens), floats(next.logits)];
    const final = ranking(logits).order[0];
    const mine = stages(lens, next.d_vocab, final);
    mine.forEach((stage, i) => {
      assert.deepEqual([stage.best, stage.finalRank], [theirs[i].best, theirs[i].final_rank]);
      near([stage.share, stage.finalShare], [theirs[i].share, theirs[i].final_share], 1e-12, "stage");
    });
    assert.ok(deviation(lens.subarray(next.n_layers * next.d_vocab), logits) < CLOSE);
  }
});

ofPython("a token is followed through the training as in Python", async () => {
  const { steps, words } = golden;
  for (const theirs of golden.trajectories) {
    const { text, written } = theirs;
    const state = { text, written, view: "next-token", checkpoint: 2, checkpoints: steps, words: { view: words } };
    const { trajectory, next } = await outputsOf(checkpointAnswers(state, async (i) => backend(String(steps[i]))));
    const { probabilities, ...others } = trajectory;
    const { probabilities: wanted, ...rest } = theirs;
    assert.deepEqual(others, rest);
    near(floats(probabilities), floats(wanted), 1e-5, "probabilities");
    assert.equal(next.checkpoint, 2);
    const again = checkpointAnswers({ ...state, trajectory }, async (i) => backend(String(steps[i])));
    assert.equal((await outputsOf(again)).trajectory, undefined);
  }
});

test("bars and everything else sum to 1, stretches lie end to end", () => {
  const ranks = ranking(Float32Array.from([1, 4, 2, 4, 0]));
  assert.deepEqual([...ranks.order], [1, 3, 2, 0, 4]); // of equals, the lower id first
  const { n, share } = restOf(ranks.own, 2);
  assert.equal(n, 3);
  assert.ok(Math.abs(ranks.own[0] + ranks.own[1] + share - 1) < 1e-15);
  assert.deepEqual(restOf(ranks.own, 9), { n: 0, share: 0 });
  const byId = Float64Array.from([0.5, 0.001, 0.249, 0.25]);
  assert.deepEqual(stretchOf(byId, 2), { start: 0.501, end: 0.75 });
  assert.deepEqual(wideStretches(byId, 0.01).map(({ token, start }) => [token, start]), [[0, 0], [2, 0.501], [3, 0.75]]);
});

test("temperature 0 leaves nothing to chance, and cuts nothing", () => {
  const decided = decision(ranking(Float32Array.from([1, 3, 3])), { temperature: 0, topK: 0, topP: 1, seed: 0 }, 0);
  assert.deepEqual([decided.token, decided.u, decided.isGreedy, decided.isCut(1)], [1, null, true, false]);
});

test("bytes that begin a character wait for the rest of it", () => {
  const bytes = (text) => new TextEncoder().encode(text);
  const cases = [["a", 0], ["牡", 0], ["👩", 0]].map(([text, n]) => [bytes(text), n]);
  cases.push([bytes("a牡").slice(0, 2), 1], [bytes("a牡").slice(0, 3), 2], [bytes("👩").slice(0, 3), 3]);
  cases.push([Uint8Array.of(0x80), 0], [Uint8Array.of(0xff), 0], [Uint8Array.of(), 0], [Uint8Array.of(0xe7, 0x89, 0xa1, 0x80), 0]);
  for (const [given, n] of cases) assert.equal(unfinished(given), n, String(given));
});

test("no probability but 0 is written as 0", () => {
  const format = { percent: (share, digits) => `${(100 * share).toFixed(digits)}%` };
  const write = shareWriter(format, { less: "< {share}" });
  assert.deepEqual([0, 1e-9, 0.00006, 0.5, 1].map(write), ["0%", "< 0.01%", "0.01%", "50.0%", "100.0%"]);
});
