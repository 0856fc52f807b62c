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
    changed.set(name, fromMatrix(name, merged(matrixFor(tensors, name, adapter), adapter), weight.shape));
  }
  return changed;
}

/**
 * Adapters that can be computed beside a model's matrices.
 * @param {Map<string, Tensor>} tensors
 * @param {Record<string, Adapter>} adapters by the weight's name
 */
export function besideChecked(tensors, adapters) {
  for (const [name, adapter] of Object.entries(adapters)) {
    matrixFor(tensors, name, adapter);
    if (!name.startsWith("blocks.")) {
      throw new Error(`${name} is looked up and not multiplied by; merge its adapter instead.`);
    }
  }
  return adapters;
}

/** The matrix that an adapter belongs to; an adapter that does not fit is refused. */
function matrixFor(tensors, name, { A, B }) {
  const weight = tensors.get(name);
  if (!weight || !isMatrix(name)) {
    const known = [...tensors.keys()].filter(isMatrix);
    const some = known.slice(0, 6).join(", ");
    throw new Error(`${name} is no matrix of this model; it has ${some}, …`);
  }
  const matrix = asMatrix(name, weight);
  const [[n_rows, width], [, rank]] = [matrix.shape, A?.shape ?? []];
  if (String([...(A?.shape ?? []), ...(B?.shape ?? [])]) !== String([n_rows, rank, rank, width])) {
    throw new Error(
      `an adapter of ${name} needs A of [${n_rows}, rank] and B of [rank, ${width}]; got ` +
        `[${A?.shape}] and [${B?.shape}].`,
    );
  }
  return matrix;
}

function merged({ data, shape: [n_rows, width] }, { A, B, scale }) {
  const [, rank] = A.shape;
  const total = Float32Array.from(data);
  for (let row = 0; row < n_rows; row += 1) {
    for (let r = 0; r < rank; r += 1) {
      const factor = scale * A.data[row * rank + r];
      for (let i = 0; i < width; i += 1) total[row * width + i] += factor * B.data[r * width + i];
    }
  }
  return { data: total, shape: [n_rows, width] };
}
