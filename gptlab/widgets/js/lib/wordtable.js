import { readSafetensors } from "../engine/safetensors.js";
import { cosine } from "./geometry.js";

/** GloVe's commonest words as a page carries them: int8 for each number, one scale for each row. */
export class WordTable {
  /** @param {Uint8Array} bytes the asset `vectors/glove` */
  constructor(bytes) {
    const { header, stored } = readSafetensors(bytes);
    this.names = JSON.parse(header.__metadata__.words);
    this.ranks = new Map(this.names.map((word, rank) => [word, rank]));
    const { data, shape } = stored("rows.int8");
    const scales = stored("rows.scales").data;
    this.d = shape[1];
    this.rows = Float64Array.from(data, (number, i) => number * scales[Math.floor(i / this.d)]);
    this.lengths = Float64Array.from(this.names, (_, rank) => Math.sqrt(this.at(rank).reduce((sum, x) => sum + x * x, 0)));
  }

  at(rank) {
    return this.rows.subarray(rank * this.d, (rank + 1) * this.d);
  }

  /** The vector of a word; null if there is none. @param {string} word */
  get(word) {
    return this.ranks.has(word) ? this.at(this.ranks.get(word)) : null;
  }

  /**
   * The words whose vectors point most nearly the same way.
   * @param {ArrayLike<number>} vector
   * @param {number} n
   * @param {string[]} without
   * @returns {{word: string, cosine: number}[]}
   */
  neighbours(vector, n, without) {
    const out = new Set(without.map((word) => this.ranks.get(word)));
    const length = Math.sqrt(Array.from(vector).reduce((sum, x) => sum + x * x, 0)) || 1;
    const cosines = Float64Array.from(this.names, (_, rank) => {
      if (out.has(rank)) return -Infinity;
      let sum = 0;
      for (let i = 0, at = rank * this.d; i < this.d; i += 1, at += 1) sum += this.rows[at] * vector[i];
      return sum / (length * (this.lengths[rank] || 1));
    });
    const order = Array.from(cosines.keys()).sort((a, b) => cosines[b] - cosines[a] || a - b);
    return order.slice(0, Math.min(n, this.names.length - out.size)).map((rank) => ({ word: this.names[rank], cosine: cosines[rank] }));
  }
}

/** The cosine of every pair of vectors, row by row. */
export function cosineMatrix(vectors) {
  return Float32Array.from(vectors.flatMap((a) => vectors.map((b) => cosine(a, b))));
}
