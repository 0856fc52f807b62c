import { hash32 } from "./hashing.js";
import { isMatrix, parameterShapes } from "./parameters.js";
import { zeros } from "./tensors.js";

/*
 * The untrained control: a model of the same parts and sizes, with weights drawn as GPT-2 draws
 * them before training. gptlab/untrained.py draws the same ones, bit for bit, and says how.
 */

const INIT_STD = 0.02; // GPT-2's initial standard deviation
const HASHES = 6; // per weight; each gives two numbers of 16 bits
const MEAN = (2 * HASHES * 0xffff) / 2; // of their sum

/**
 * The weights of an untrained model.
 * @param {import("./gpt.js").Description} description
 * @param {number} seed
 * @returns {Map<string, import("./tensors.js").Tensor>}
 */
export function untrainedTensors(description, seed = 0) {
  const intoStream = INIT_STD / Math.sqrt(2 * description.sizes.n_layers);
  const tensors = new Map();
  for (const [name, shape] of parameterShapes(description)) {
    const tensor = zeros(shape);
    if (isMatrix(name)) {
      const std = /W_(O|out)$/.test(name) ? intoStream : INIT_STD;
      draw(tensor.data, std, seed, tensors.size);
    } else if (name.endsWith("weight")) {
      tensor.data.fill(1);
    }
    tensors.set(name, tensor);
  }
  return tensors;
}

function draw(weights, std, seed, number) {
  const start = hash32(hash32(seed) ^ number);
  const stride = hash32(start) | 1;
  const scale = Math.fround(std / 2 ** 16);
  for (let i = 0, place = start; i < weights.length; i += 1) {
    let sum = 0;
    for (let j = 0; j < HASHES; j += 1, place = (place + stride) | 0) {
      const bits = hash32(place);
      sum += (bits & 0xffff) + (bits >>> 16);
    }
    weights[i] = (sum - MEAN) * scale;
  }
}
