import { fromMatrix, parameterShapes } from "./parameters.js";

/** @typedef {import("./tensors.js").Tensor} Tensor */

/*
 * A safetensors file is eight bytes that tell how long its header is, the header in JSON, and then
 * the numbers of all tensors one after the other. gptlab's own facts stand in the header, as JSON
 * under `__metadata__.gptlab`.
 */

const FORMAT = 1;

/**
 * Read what `checkpoints.save` wrote in Python.
 * @param {Uint8Array} bytes of the whole file
 * @returns {{ model: import("./gpt.js").Description, tokenizer: object, info: object,
 *   tensors: Map<string, Tensor> }} tensors are the parameters, in float32
 */
export function readCheckpoint(bytes) {
  const { header, stored } = readSafetensors(bytes);
  const facts = JSON.parse(header.__metadata__?.gptlab ?? "null");
  if (facts?.format !== FORMAT) {
    const got = facts?.format ?? "none";
    throw new Error(`expected a checkpoint of gptlab, format ${FORMAT}; got ${got}.`);
  }
  const { model, tokenizer, info } = facts;
  const weight = (name, shape) => {
    const key = `model.${name}`;
    if (!(`${key}.int8` in header)) return stored(key);
    return fromInt8(name, stored(`${key}.int8`), stored(`${key}.scales`), shape);
  };
  const shapes = [...parameterShapes(model)];
  const tensors = new Map(shapes.map(([name, shape]) => [name, weight(name, shape)]));
  return { model, tokenizer, info, tensors };
}

/**
 * The header of a safetensors file, and a function that gives a tensor of a name.
 * @param {Uint8Array} bytes
 */
export function readSafetensors(bytes) {
  const size = Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + size)));
  const stored = (name) => {
    if (!(name in header)) throw new Error(`the file holds no ${name}; it was cut short or changed.`);
    const { dtype, shape, data_offsets: [start, end] } = header[name];
    const kind = { F32: Float32Array, I8: Int8Array }[dtype];
    if (!kind) throw new Error(`${name} is stored as ${dtype}; expected F32 or I8.`);
    // A copy, because a tensor need not start at a multiple of four.
    const first = bytes.byteOffset + 8 + size;
    return { data: new kind(bytes.buffer.slice(first + start, first + end)), shape };
  };
  return { header, stored };
}

/**
 * The weight that whole numbers stand for: int8 · scale of the row, exact in float32.
 * @param {string} name
 * @param {{ data: Int8Array, shape: number[] }} numbers
 * @param {Tensor} scales
 * @param {number[]} shape of the parameter
 * @returns {Tensor}
 */
function fromInt8(name, { data, shape: [n_rows, width] }, scales, shape) {
  const matrix = new Float32Array(data.length);
  for (let row = 0, at = 0; row < n_rows; row += 1) {
    for (let i = 0; i < width; i += 1, at += 1) matrix[at] = data[at] * scales.data[row];
  }
  return fromMatrix(name, { data: matrix, shape: [n_rows, width] }, shape);
}
