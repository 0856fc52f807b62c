// The page's engine in node: milliseconds for a text with everything watched, and for one new token.
// node engine.mjs ENGINE_FOLDER CHECKPOINT N_TOKENS REPEATS → one JSON object
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [folder, file, nTokens, repeats] = process.argv.slice(2);
const load = (name) => import(pathToFileURL(join(folder, name)));
const { GPT } = await load("gpt.js");
const { matmulJS, matmulWasm } = await load("matmul.js");
const { readCheckpoint } = await load("safetensors.js");

const { model, tensors } = readCheckpoint(readFileSync(file));
const products = { WebAssembly: matmulWasm(readFileSync(join(folder, "product.wasm"))), JavaScript: matmulJS() };
const taken = {};
for (const [name, matmul] of Object.entries(products)) {
  const gpt = new GPT(model, tensors, matmul);
  const ids = Array.from({ length: Number(nTokens) }, (_, i) => (i * 37) % model.sizes.d_vocab);
  const cache = gpt.newCache();
  gpt.forward(ids, { cache });
  const actions = {
    "every probe": () => gpt.forward(ids, { watch: ["*"] }),
    "one new token": () => gpt.forward([1], { cache, logits: "last" }),
  };
  for (const [what, action] of Object.entries(actions)) {
    action();
    taken[`${name}, ${what}`] = Array.from({ length: Number(repeats) }, () => {
      const began = performance.now();
      action();
      return performance.now() - began;
    });
  }
}
process.stdout.write(JSON.stringify(taken));
