import { readSafetensors } from "./safetensors.js";
import { zeros } from "./tensors.js";

/** @typedef {import("./tensors.js").Tensor} Tensor */
/** @typedef {import("./adapters.js").Adapter} Adapter */

/**
 * What fine-tuning trained, and nothing of what it left alone.
 * @typedef {{ facts: Record<string, any>, adapters: Record<string, Adapter>, others: Map<string, Tensor> }}
 *   Trained the low-rank changes by the weight's name, and other weights, such as a head
 */

const FORMAT = 1;

/**
 * Read what `finetuning.adapterfile.save` wrote in Python.
 * @param {Uint8Array} bytes of the whole file
 * @returns {Trained}
 */
export function readAdapterFile(bytes) {
  const { header, stored } = readSafetensors(bytes);
  const facts = JSON.parse(header.__metadata__?.gptlab ?? "null");
  if (facts?.adapter !== FORMAT) {
    throw new Error(`expected an adapter of gptlab, format ${FORMAT}; got ${facts?.adapter ?? "none"}.`);
  }
  const tensors = new Map(Object.entries(facts.shapes).map(([name, shape]) => [name, weight(name, shape, header, stored)]));
  const adapters = {};
  const others = new Map();
  for (const [name, tensor] of tensors) {
    const [, matrix, part] = name.match(/^(.+)\.([AB])$/) ?? [];
    if (!part) others.set(name, tensor);
    else if (part === "A") adapters[matrix] = { A: tensor, B: tensors.get(`${matrix}.B`), scale: facts.scale };
  }
  return { facts, adapters, others };
}

/** A weight in float32; whole numbers have one scale for each long side of their matrix. */
function weight(name, shape, header, stored) {
  if (!(`${name}.int8` in header)) return stored(name);
  const [numbers, scales] = [stored(`${name}.int8`), stored(`${name}.scales`)];
  const [n_long, width] = numbers.shape;
  const lying = zeros(numbers.shape);
  for (let row = 0; row < n_long; row += 1) {
    for (let i = 0; i < width; i += 1) lying.data[row * width + i] = numbers.data[row * width + i] * scales.data[row];
  }
  return String(lying.shape) === String(shape) ? lying : upright(lying);
}

/** Rows for columns, copied. */
function upright({ data, shape: [n_rows, width] }) {
  const turned = zeros([width, n_rows]);
  for (let row = 0; row < n_rows; row += 1) {
    for (let i = 0; i < width; i += 1) turned.data[i * n_rows + row] = data[row * width + i];
  }
  return turned;
}
