// The recurrent cells of gptlab/rnn/cells.py, reading one token after the other.

/** @typedef {{data: Float32Array, shape: number[]}} Tensor */

const sigmoid = (x) => 1 / (1 + Math.exp(-x));

/** Each cell's new state, hidden state first, from what its gates sum up; `inner` is h W_h of a gate. */
const STEPS = {
  Elman: ({ sums }) => [sums[0].map(Math.tanh)],
  GRU({ inputs, inner, h, b_hn }) {
    const [reset, keep] = [0, 1].map((gate) => inputs[gate].map((x, j) => sigmoid(x + inner[gate][j])));
    return [h.map((before, j) => {
      const made = Math.tanh(inputs[2][j] + reset[j] * (inner[2][j] + b_hn[j]));
      return (1 - keep[j]) * made + keep[j] * before;
    })];
  },
  LSTM({ sums, c }) {
    const [write, forget, , show] = sums.map((sum) => sum.map(sigmoid));
    const memory = c.map((before, j) => forget[j] * before + write[j] * Math.tanh(sums[2][j]));
    return [memory.map((number, j) => show[j] * Math.tanh(number)), memory];
  },
};

/** A recurrent language model of one layer, as gptlab.rnn.RecurrentLM. */
export class Recurrent {
  /**
   * @param {string} cell `Elman`, `GRU` or `LSTM`
   * @param {(name: string) => Tensor} weight of a parameter
   */
  constructor(cell, weight) {
    this.cell = cell;
    this.W_E = weight("W_E");
    const [d_vocab, d] = this.W_E.shape;
    const [W_x, b] = [weight("layers.0.W_x"), weight("layers.0.b").data];
    this.W_h = weight("layers.0.W_h").data;
    this.b_hn = cell === "GRU" ? weight("layers.0.b_hn").data : null;
    [this.d, this.dVocab, this.nGates] = [d, d_vocab, W_x.shape[0]];
    this.nStates = cell === "LSTM" ? 2 : 1;
    // What each token adds to each gate, once for all places.
    this.inputs = Array.from({ length: d_vocab }, (_, token) => {
      const x = this.W_E.data.subarray(token * d, (token + 1) * d).map((number) => number * Math.sqrt(d));
      return Array.from({ length: this.nGates }, (__, gate) => this.added(W_x.data, gate, x, b.subarray(gate * d, (gate + 1) * d)));
    });
  }

  get start() {
    return Array.from({ length: this.nStates }, () => new Float64Array(this.d));
  }

  /** x W + start, of one gate. */
  added(matrix, gate, x, start) {
    const sum = Float64Array.from(start);
    for (let i = 0; i < this.d; i += 1) {
      const row = (gate * this.d + i) * this.d;
      for (let j = 0; j < this.d; j += 1) sum[j] += x[i] * matrix[row + j];
    }
    return sum;
  }

  /** The state after one more token. @param {Float64Array[]} state @param {number} token */
  step([h, c], token) {
    const inputs = this.inputs[token];
    const nothing = new Float64Array(this.d);
    const inner = inputs.map((_, gate) => this.added(this.W_h, gate, h, nothing));
    const sums = inputs.map((input, gate) => input.map((x, j) => x + inner[gate][j]));
    return STEPS[this.cell]({ inputs, inner, sums, h, c, b_hn: this.b_hn });
  }

  /** The logits after a state. */
  logits([h]) {
    const { data } = this.W_E;
    return Float64Array.from({ length: this.dVocab }, (_, token) => h.reduce((sum, x, j) => sum + x * data[token * this.d + j], 0));
  }
}
