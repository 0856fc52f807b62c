import { ByteBPE } from "./bpe.js";
import { CharTokenizer } from "./chars.js";

/**
 * Open a tokenizer from what Python's `to_json` returns; a published one needs its table instead.
 * @param {{kind: string, name: string}} json
 * @returns {ByteBPE | CharTokenizer}
 */
export function tokenizerFromJson(json) {
  if (json.kind === "byte-bpe") return ByteBPE.fromJson(json);
  if (json.kind === "chars") return new CharTokenizer(json);
  throw new Error(`Expected a tokenizer of kind byte-bpe or chars, got kind ${json.kind}.`);
}

const PUBLISHED = ["gpt2", "cl100k", "o200k"];

/**
 * Open a tokenizer from the asset `tokenizer/NAME`.
 * @param {string} name
 * @param {Uint8Array} bytes
 * @returns {ByteBPE | CharTokenizer}
 */
export function tokenizerFromAsset(name, bytes) {
  if (PUBLISHED.includes(name)) return ByteBPE.fromTable(bytes);
  return tokenizerFromJson(JSON.parse(new TextDecoder().decode(bytes)));
}
