import { asMatrix, fromMatrix, isMatrix } from "./parameters.js";

/** @typedef {import("./tensors.js").Tensor} Tensor */

/**
 * A low-rank change of a matrix W of [rows, columns]: A is [rows, rank], B is [rank, columns].
 * @typedef {{ A: Tensor, B: Tensor, scale: number }} Adapter
 */

/**
 * The weights with adapters merged in: W + scale · A · B, on the view that `asMatrix` gives.
 * What no adapter changes is shared.
 * @param {Map<string, Tensor>} tensors
 * @param {Record<string, Adapter>} adapters by the weight's name
 * @returns {Map<string, Tensor>}
 */
export function withAdapters(tensors, adapters) {
  const changed = new Map(tensors);
  for (const [name, adapter] of Object.entries(adapters)) {
    const weight = tensors.get(name);
    if (!weight || !isMatrix(name)) {
      const known = [...tensors.keys()].filter(isMatrix);
      const some = known.slice(0, 6).join(", ");
      throw new Error(`${name} is no matrix of this model; it has ${some}, …`);
    }
    changed.set(name, fromMatrix(name, merged(name, asMatrix(name, weight), adapter), weight.shape));
  }
  return changed;
}

function merged(name, { data, shape: [n_rows, width] }, { A, B, scale }) {
  const [, rank] = A.shape;
  const expected = [n_rows, rank, rank, width];
  if (String([...A.shape, ...B.shape]) !== String(expected)) {
    throw new Error(
      `an adapter of ${name} needs A of [${n_rows}, rank] and B of [rank, ${width}]; got ` +
        `[${A.shape}] and [${B.shape}].`,
    );
  }
  const total = Float32Array.from(data);
  for (let row = 0; row < n_rows; row += 1) {
    for (let r = 0; r < rank; r += 1) {
      const factor = scale * A.data[row * rank + r];
      for (let i = 0; i < width; i += 1) total[row * width + i] += factor * B.data[r * width + i];
    }
  }
  return { data: total, shape: [n_rows, width] };
}
