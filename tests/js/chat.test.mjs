/*
 * The chat box: prompts by hand, and what Python answers. tests/test_chat_box.py writes the cases into
 * a folder and names it in GPTLAB_CHAT_CASES.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { PageBackend } from "../../gptlab/widgets/js/answers/backend.js";
import { chatAnswers } from "../../gptlab/widgets/js/answers/chat.js";
import { readAdapterFile } from "../../gptlab/widgets/js/engine/adapterfile.js";
import { startMatmul } from "../../gptlab/widgets/js/engine/matmul.js";
import { readCheckpoint } from "../../gptlab/widgets/js/engine/safetensors.js";
import { frames, promptOf, stateOf } from "../../gptlab/widgets/js/lib/chatting.js";
import { bytesOf, floats } from "../../gptlab/widgets/js/lib/numbers.js";

const letters = { encode: (text) => [...text].map((sign) => sign.codePointAt(0)) };
const OWN = [1, 2, 3, 4]; // begin, user, model, end
const turn = (said, reply, forgotten = false) => ({ said, reply, forgotten });

test("a prompt by hand: begin, what was said and replied, and the message", () => {
  const { ids, places, n_fell_out, n_cut } = promptOf(letters, OWN, { said: "c", turns: [turn("a", "b")], room: 99 });
  assert.deepEqual(ids, [1, 2, 97, 3, 98, 4, 2, 99, 3]);
  assert.deepEqual([places, n_fell_out, n_cut], [[1], 0, 0]);
});

test("what is forgotten is not in the prompt, and the rest stays", () => {
  const { ids, places } = promptOf(letters, OWN, { said: "c", turns: [turn("a", "b", true), turn("d", "e")], room: 99 });
  assert.deepEqual(ids, [1, 2, 100, 3, 101, 4, 2, 99, 3]);
  assert.deepEqual(places, [-1, 1]);
});

test("the oldest turns fall out, whole, and nothing older than one that fell stays", () => {
  const turns = [turn("a", "b"), turn("long", "long"), turn("d", "e")];
  const { ids, places, n_fell_out } = promptOf(letters, OWN, { said: "c", turns, room: 15 });
  assert.deepEqual(ids, [1, 2, 100, 3, 101, 4, 2, 99, 3]);
  assert.deepEqual([places, n_fell_out], [[-1, -1, 1], 2]);
});

test("a message that is too long by itself loses its beginning", () => {
  const { ids, n_cut, n_fell_out } = promptOf(letters, OWN, { said: "abcdef", turns: [turn("a", "b")], room: 5 });
  assert.deepEqual(ids, [1, 2, 101, 102, 3]);
  assert.deepEqual([n_cut, n_fell_out], [4, 1]);
});

test("what a turn is called, and whether each stands behind its mark", () => {
  assert.deepEqual([stateOf(turn("a", "b"), 1), stateOf(turn("a", "b"), -1), stateOf(turn("a", "b", true), -1)], ["kept", "fallen", "forgotten"]);
  const answer = { ids: [1, 2, 97, 3, 98, 4, 2, 99, 3, 50], places: [1, -1], n_prompt: 9, special: [0, 1, 3, 5, 6, 8] };
  assert.deepEqual(frames(answer), { found: 2, total: 2 });
  assert.notEqual(frames({ ...answer, places: [2] }).found, 2);
});

const folder = process.env.GPTLAB_CHAT_CASES;

test("the page answers as Python does", { skip: folder ? false : "run by tests/test_chat_box.py" }, async () => {
  const { file, cases, recorded, vocabulary } = JSON.parse(readFileSync(join(folder, "chat.json"), "utf-8"));
  const wasm = readFileSync(new URL("../../gptlab/widgets/js/engine/product.wasm", import.meta.url));
  const parts = [new PageBackend(readCheckpoint(readFileSync(file)), startMatmul(wasm)), readAdapterFile(readFileSync(join(folder, "chat")))];
  for (const { state, answer } of cases) {
    for await (const found of chatAnswers({ ...state, recorded }, async (which) => parts[which])) {
      same(found.answer, answer);
      for (const name of ["lengths", "bytes"]) assert.deepEqual(bytesOf(found.vocabulary[name]), opened(vocabulary[name]));
    }
  }
  const [, { state }] = cases;
  for await (const { answer, vocabulary: sent } of chatAnswers({ ...state, recorded, vocabulary: { lengths: 1 } }, async (which) => parts[which])) {
    assert.ok(answer.from_recorded < 1e-3);
    assert.equal(sent, undefined);
  }
});

const opened = ({ base64 }) => Uint8Array.from(Buffer.from(base64, "base64"));

function same(found, expected) {
  assert.deepEqual(Object.keys(found).sort(), Object.keys(expected).sort());
  for (const [name, value] of Object.entries(expected)) {
    if (name === "logits" || name === "control") {
      const numbers = floats(opened(value));
      assert.equal(found[name].length, numbers.length);
      numbers.forEach((number, i) => assert.ok(Math.abs(found[name][i] - number) < 1e-3, `${name}[${i}]`));
    } else if (name === "merged") assert.ok(found.merged < 1e-3);
    else if (name !== "from_recorded") assert.deepEqual(found[name], value, name);
  }
}
