import { checkedId, checkedText } from "./checks.js";

/** A text holds a character that is not in a tokenizer's alphabet. */
export class UnknownCharacter extends Error {
  /**
   * @param {number} number which character of the text it is, counted from 0
   * @param {string} character
   * @param {number} vocabSize
   */
  constructor(number, character, vocabSize) {
    const code = character.codePointAt(0).toString(16).toUpperCase().padStart(4, "0");
    super(
      `Character ${number} is '${character}' (U+${code}), which is not among the ${vocabSize} ` +
        "characters of this tokenizer. Remove it, or use a byte-level tokenizer, which spells " +
        "every text.",
    );
    Object.assign(this, { number, character, code });
  }
}

/** One token for every character of an alphabet. */
export class CharTokenizer {
  /**
   * @param {{name: string, alphabet: string}} json what Python's `to_json` returns for a tokenizer
   *   of kind `chars`
   */
  constructor({ name, alphabet }) {
    this.name = name;
    this.alphabet = [...alphabet];
    this.vocabSize = this.alphabet.length;
    this.ids = new Map(this.alphabet.map((character, id) => [character, id]));
  }

  /**
   * Turn every character into its id; an UnknownCharacter is thrown.
   * @param {string} text
   * @returns {number[]}
   */
  encode(text) {
    return Array.from(checkedText(text), (character, number) => {
      const id = this.ids.get(character);
      if (id === undefined) throw new UnknownCharacter(number, character, this.vocabSize);
      return id;
    });
  }

  /** @param {Iterable<number>} ids */
  decode(ids) {
    return Array.from(ids, (id) => this.alphabet[checkedId(id, this.vocabSize)]).join("");
  }

  /**
   * The UTF-8 bytes of one character.
   * @param {number} id
   */
  tokenBytes(id) {
    return new TextEncoder().encode(this.alphabet[checkedId(id, this.vocabSize)]);
  }
}
