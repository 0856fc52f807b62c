import { stridesOf, zeros } from "./tensors.js";

/*
 * The matrix product, which is nearly all of a Transformer's work: c = a · b.
 *
 * One memory per model holds its matrices, so that they are carried there once. A matrix lies in
 * strips of eight columns, one strip after the other, so that the innermost loop walks through
 * memory without a jump:
 *
 *     strip 0: b[0, 0…7], b[1, 0…7], …      strip 1: b[0, 8…15], b[1, 8…15], …
 *
 * Missing columns of the last strip are zeros. The loop itself is in product.ts, compiled to
 * WebAssembly, which multiplies four numbers at once (SIMD), and in `productJS`, for browsers
 * without it.
 */

const STRIP = 8; // columns; also in product.ts

/**
 * A matrix inside a model's memory.
 * @typedef {{ at: number, shape: number[] }} Held
 */

/**
 * What multiplies for one model. `hold` carries a matrix into its memory, to stay. `product`
 * multiplies a by a matrix that is held or lies elsewhere, into `out` if that is given.
 * @typedef {{
 *   hold: (matrix: import("./tensors.js").View) => Held,
 *   product: (a: import("./tensors.js").View, b: Held | import("./tensors.js").View,
 *     out?: import("./tensors.js").View) => import("./tensors.js").Tensor,
 * }} Multiplier
 */

/**
 * The fastest product that this browser can do.
 * @param {Uint8Array | null} wasmBytes product.wasm; without it, plain JavaScript multiplies
 * @returns {{ simd: boolean, open: () => Multiplier }} `open` gives a model its own memory
 */
export function startMatmul(wasmBytes = null) {
  const isUnderstood = wasmBytes && globalThis.WebAssembly?.validate(wasmBytes);
  try {
    return isUnderstood ? matmulWasm(wasmBytes) : matmulJS();
  } catch {
    return matmulJS(); // a page's security policy can forbid WebAssembly
  }
}

/** The product in plain JavaScript. */
export function matmulJS() {
  return { simd: false, open: () => multiplier(plainMemory(), productJS) };
}

/**
 * The product in WebAssembly.
 * @param {Uint8Array} wasmBytes product.wasm
 */
export function matmulWasm(wasmBytes) {
  const module = new WebAssembly.Module(wasmBytes);
  return { simd: true, open: () => multiplierWasm(module) };
}

function multiplierWasm(module) {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const { product } = new WebAssembly.Instance(module, { env: { memory } }).exports;
  return multiplier(wasmMemory(memory), (floats, a, b, c, n_rows, depth, n_strips) =>
    product(4 * a, 4 * b, 4 * c, n_rows, depth, n_strips)); // float32 has four bytes
}

/**
 * @param {(n: number) => Float32Array} memory gives all floats, at least n of them
 * @param {typeof productJS} kernel
 * @returns {Multiplier}
 */
function multiplier(memory, kernel) {
  let end = 0; // of what is held; what lies behind it lasts for one product

  function hold(matrix) {
    const at = end;
    end += stripsSize(matrix.shape);
    layStrips(matrix, memory(end), at);
    return { at, shape: matrix.shape };
  }

  function product(a, b, out = zeros([a.shape[0], b.shape[1]])) {
    const [n_rows, depth] = a.shape;
    const [, width] = b.shape;
    if (depth !== b.shape[0]) throw new Error(`cannot multiply [${a.shape}] by [${b.shape}]`);
    const isHeld = "at" in b;
    const n_strips = Math.ceil(width / STRIP);
    const aAt = end + (isHeld ? 0 : stripsSize(b.shape));
    const cAt = aAt + n_rows * depth;
    const floats = memory(cAt + n_rows * n_strips * STRIP);
    if (!isHeld) layStrips(b, floats, end);
    copyIn(a, floats, aAt);
    kernel(floats, aAt, isHeld ? b.at : end, cAt, n_rows, depth, n_strips);
    copyOut(floats, cAt, n_strips * STRIP, out);
    return out;
  }

  return { hold, product };
}

function stripsSize([depth, width]) {
  return depth * Math.ceil(width / STRIP) * STRIP;
}

function layStrips(matrix, floats, at) {
  const [depth, width] = matrix.shape;
  const [down, across] = stridesOf(matrix);
  const { data } = matrix;
  for (let first = 0; first < width; first += STRIP) {
    for (let k = 0; k < depth; k += 1) {
      for (let column = first; column < first + STRIP; column += 1, at += 1) {
        floats[at] = column < width ? data[k * down + column * across] : 0;
      }
    }
  }
}

function copyIn(matrix, floats, at) {
  const [n_rows, width] = matrix.shape;
  const [down] = stridesOf(matrix);
  for (let row = 0; row < n_rows; row += 1) {
    floats.set(matrix.data.subarray(row * down, row * down + width), at + row * width);
  }
}

function copyOut(floats, at, step, out) {
  const [n_rows, width] = out.shape;
  const [down] = stridesOf(out);
  for (let row = 0; row < n_rows; row += 1) {
    out.data.set(floats.subarray(at + row * step, at + row * step + width), row * down);
  }
}

/** What product.ts does, on places in `floats` instead of addresses. */
function productJS(floats, a, b, c, n_rows, depth, n_strips) {
  for (let strip = 0; strip < n_strips; strip += 1) {
    for (let row = 0; row < n_rows; row += 1) {
      let c0 = 0, c1 = 0, c2 = 0, c3 = 0, c4 = 0, c5 = 0, c6 = 0, c7 = 0;
      const end = a + (row + 1) * depth;
      for (let x = end - depth, y = b + strip * depth * STRIP; x < end; x += 1, y += STRIP) {
        const factor = floats[x];
        c0 += factor * floats[y];
        c1 += factor * floats[y + 1];
        c2 += factor * floats[y + 2];
        c3 += factor * floats[y + 3];
        c4 += factor * floats[y + 4];
        c5 += factor * floats[y + 5];
        c6 += factor * floats[y + 6];
        c7 += factor * floats[y + 7];
      }
      const at = c + (row * n_strips + strip) * STRIP;
      floats[at] = c0;
      floats[at + 1] = c1;
      floats[at + 2] = c2;
      floats[at + 3] = c3;
      floats[at + 4] = c4;
      floats[at + 5] = c5;
      floats[at + 6] = c6;
      floats[at + 7] = c7;
    }
  }
}

function plainMemory() {
  let floats = new Float32Array(0);
  return (n) => {
    if (n > floats.length) {
      const larger = new Float32Array(2 * n);
      larger.set(floats);
      floats = larger;
    }
    return floats;
  };
}

function wasmMemory(memory) {
  const PAGE = 65_536 / 4; // floats
  let floats = new Float32Array(memory.buffer);
  return (n) => {
    if (n > floats.length) {
      memory.grow(Math.ceil((n - floats.length) / PAGE));
      floats = new Float32Array(memory.buffer); // growing leaves the earlier array empty
    }
    return floats;
  };
}
