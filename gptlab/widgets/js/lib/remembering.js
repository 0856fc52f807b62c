import { withTemperature } from "../engine/decoding.js";
import { GPT } from "../engine/gpt.js";
import { uniform } from "../engine/hashing.js";
import { matmulJS } from "../engine/matmul.js";
import { readSafetensors } from "../engine/safetensors.js";
import { Recurrent } from "./recurrent.js";

// The recall task of the memory lab, and the small models that answer it; remembering.py has torch do the same.

export const N_SYMBOLS = 8;
export const FARTHEST = 255; // steps between the key and the question
const QUESTION = 2 * N_SYMBOLS;

/** A key, noise, and a question so many steps after the key. */
export function textOf({ key, distance, seed }) {
  const noise = Array.from({ length: distance - 1 }, (_, i) => Math.floor(uniform(seed, i) * N_SYMBOLS));
  return [N_SYMBOLS + key, ...noise, QUESTION];
}

/** Capital letters are keys, small ones are noise. @param {number} token */
export function letterOf(token) {
  if (token === QUESTION) return "?";
  return String.fromCharCode((token < N_SYMBOLS ? 97 : 65 - N_SYMBOLS) + token);
}

/**
 * The models in the file that gptlab/experiments/keeping.py writes.
 * @param {Uint8Array} bytes
 */
export function openKept(bytes) {
  const { header, stored } = readSafetensors(bytes);
  const { models } = JSON.parse(header.__metadata__.gptlab);
  return models.map(({ name, cell, transformer }) => {
    if (cell) return recurrentKept(name, new Recurrent(cell, (parameter) => stored(`${name}/${parameter}`)));
    const own = Object.keys(header).filter((key) => key.startsWith(`${name}/`));
    const tensors = new Map(own.map((key) => [key.slice(name.length + 1), stored(key)]));
    return attentionKept(name, new GPT(transformer, tensors, matmulJS()));
  });
}

/**
 * What a model makes of a text: the share that it gives each token as the answer; of a recurrent one
 * its `states`, a row for each token, and the shares `asked`, had the question come earlier; of a
 * Transformer the `pattern` of each head's last row, over the tokens of its window.
 * @typedef {{shares: Float64Array, states?: Float64Array[], asked?: number[], pattern?: Float32Array[],
 *   left?: number}} Reading
 */

function recurrentKept(name, model) {
  /** @param {number[]} tokens @param {boolean} isWatched @returns {Reading} */
  function read(tokens, isWatched) {
    let state = model.start;
    const [states, asked] = [[], []];
    const right = tokens[0] - N_SYMBOLS;
    for (const token of tokens) {
      if (isWatched && states.length) asked.push(shares(model.logits(model.step(state, QUESTION)))[right]);
      state = model.step(state, token);
      if (isWatched) states.push(state[0]);
    }
    return { shares: shares(model.logits(state)), ...(isWatched ? { states, asked } : {}) };
  }
  return { name, read, nKept: model.nStates * model.d, window: Infinity };
}

function attentionKept(name, model) {
  const { n_ctx, n_heads, n_layers, d_model } = model.sizes;

  /** @param {number[]} tokens @param {boolean} isWatched @returns {Reading} */
  function read(tokens, isWatched) {
    const seen = tokens.slice(-n_ctx);
    const n = seen.length;
    const found = model.forward(seen, { watch: isWatched ? ["blocks.*.attn.pattern"] : [], logits: "last" });
    if (!isWatched) return { shares: shares(found.logits.data) };
    const pattern = Array.from({ length: n_layers * n_heads }, (_, i) => {
      const { data } = found.seen.get(`blocks.${Math.floor(i / n_heads)}.attn.pattern`);
      return data.slice(((i % n_heads) * n + n - 1) * n, ((i % n_heads) + 1) * n * n);
    });
    return { shares: shares(found.logits.data), pattern, left: tokens.length - n };
  }
  return { name, read, nKept: 2 * n_layers * n_ctx * d_model, window: n_ctx };
}

function shares(logits) {
  return withTemperature(logits, 1);
}

/**
 * How many of all keys a model answers rightly after the same noise, so that one lucky text misleads nobody.
 * @param {{read: (tokens: number[], isWatched: boolean) => Reading}} model
 */
export function rightKeys(model, { distance, seed }) {
  const keys = Array.from({ length: N_SYMBOLS }, (_, key) => key);
  return keys.filter((key) => likeliest(model.read(textOf({ key, distance, seed }), false).shares) === key).length;
}

/** The token with the largest share. */
export function likeliest(shares) {
  return shares.indexOf(Math.max(...shares));
}

/**
 * The measured point that is nearest to a distance.
 * @param {number[]} distances
 * @param {number} distance
 */
export function nearest(distances, distance) {
  return distances.reduce((best, each, i) => (Math.abs(each - distance) < Math.abs(distances[best] - distance) ? i : best), 0);
}
