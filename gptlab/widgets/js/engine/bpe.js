import { toHex } from "../lib/bytes.js";
import { checkedId, checkedText } from "./checks.js";
import { bytesOfLatin, latinOfLetters, latinOfText } from "./latin.js";
import { merge } from "./merging.js";
import { cut } from "./pretokens.js";
import { mergesOf } from "./replaying.js";
import { readTable } from "./table.js";

const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });

/** A byte-level BPE; the same ids as in Python for every text. */
export class ByteBPE {
  /**
   * @param {string} name what learners see
   * @param {string} pattern how text is cut: `gpt2`, `cl100k` or `o200k`
   * @param {string[]} spellings of all tokens by id, one character for each byte
   * @param {Map<number, string>} specials ids that no text produces, spelled in the same way
   * @param {number[] | null} leftSizes for each merge, how many bytes its left piece has; null
   *   where the merges are unknown
   */
  constructor(name, pattern, spellings, specials, leftSizes = null) {
    this.name = name;
    this.pattern = pattern;
    this.spellings = spellings;
    this.specials = specials;
    this.leftSizes = leftSizes;
    this.ranks = new Map();
    for (let id = 0; id < spellings.length; id += 1) this.ranks.set(spellings[id], id);
    this.vocabSize = Math.max(spellings.length - 1, ...specials.keys()) + 1;
  }

  /**
   * @param {{name: string, merges: string[], specials?: string[]}} json what Python's
   *   `to_json` returns for a tokenizer of kind `byte-bpe`
   */
  static fromJson({ name, merges, specials = [] }) {
    const pairs = merges.map((line) => line.split(" ").map(latinOfLetters));
    const bytes = Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte));
    const spellings = [...bytes, ...pairs.map(([left, right]) => left + right)];
    const named = new Map(specials.map((special, i) => [spellings.length + i, latinOfText(special)]));
    return new ByteBPE(name, "gpt2", spellings, named, pairs.map(([left]) => left.length));
  }

  /** @param {Uint8Array} bytes what `page_tokenizers.table` in Python returns */
  static fromTable(bytes) {
    const { name, pattern, spellings, specials } = readTable(bytes);
    return new ByteBPE(name, pattern, spellings, specials);
  }

  /** Cut a text where no merge may cross. */
  preTokens(text) {
    return cut(this.pattern, checkedText(text));
  }

  /**
   * Cut a text into token ids; text that spells a special token is text all the same.
   * @param {string} text
   * @returns {number[]}
   */
  encode(text) {
    const known = new Map();
    return this.preTokens(text).flatMap((word) => {
      if (!known.has(word)) known.set(word, merge(latinOfText(word), this.ranks));
      return known.get(word);
    });
  }

  /**
   * The bytes that one token spells; a special token spells its name.
   * @param {number} id
   */
  tokenBytes(id) {
    return bytesOfLatin(this.spelling(checkedId(id, this.vocabSize)));
  }

  spelling(id) {
    const spelling = this.spellings[id] ?? this.specials.get(id);
    if (spelling !== undefined) return spelling;
    throw new Error(
      `Token ${id} is unknown: this vocabulary leaves that id unused, although it lies between 0 ` +
        `and ${this.vocabSize - 1}. Use an id that encode() returned.`,
    );
  }

  /**
   * Join tokens into text; bytes that are not UTF-8 appear as U+FFFD.
   * @param {Iterable<number>} ids
   */
  decode(ids) {
    const spelled = Array.from(ids, (id) => this.spelling(checkedId(id, this.vocabSize)));
    return utf8.decode(bytesOfLatin(spelled.join("")));
  }

  /**
   * The merges that make the tokens of a text, as `replayed` in counting.py lists them; null where
   * the merges are unknown.
   * @param {string} text
   * @returns {{n_characters: number, bytes: string, words: number[],
   *   merges: [number, string, string][]} | null}
   */
  replay(text) {
    if (!this.leftSizes) return null;
    const words = this.preTokens(text).map(latinOfText);
    const merges = mergesOf(words, this.ranks, this.leftSizes);
    return {
      n_characters: [...text].length,
      bytes: hexOf(words.join("")),
      words: words.map((word) => word.length),
      merges: merges.map(([number, left, right]) => [number, hexOf(left), hexOf(right)]),
    };
  }
}

const hexOf = (latin) => toHex(bytesOfLatin(latin));
