// Answers as a page gives them, as JSON; tests/test_model_xray.py compares them with Python's.
// node xray_answers.mjs CHECKPOINT WASM STATES
import { readFileSync } from "node:fs";

import { PageBackend } from "../../gptlab/widgets/js/answers/backend.js";
import { xrayAnswers } from "../../gptlab/widgets/js/answers/xray.js";
import { startMatmul } from "../../gptlab/widgets/js/engine/matmul.js";
import { readCheckpoint } from "../../gptlab/widgets/js/engine/safetensors.js";

const [checkpoint, wasm, states] = process.argv.slice(2);
const backend = new PageBackend(readCheckpoint(readFileSync(checkpoint)), startMatmul(readFileSync(wasm)));
const packed = (name, value) =>
  ArrayBuffer.isView(value) ? { base64: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("base64") } : value;

const answers = [];
for (const state of JSON.parse(states)) {
  const outputs = {};
  for await (const part of xrayAnswers(state, async () => backend)) Object.assign(outputs, part);
  delete outputs.vocabulary;
  answers.push(outputs);
}
console.log(JSON.stringify(answers, packed));
