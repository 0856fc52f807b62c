import { loneSurrogate } from "../lib/text.js";

/**
 * The text unchanged if it is valid Unicode, as `checked_text` in Python.
 * @param {string} text
 */
export function checkedText(text) {
  const lone = loneSurrogate(text);
  if (!lone) return text;
  throw new Error(
    `Expected valid Unicode, but character ${lone.number} is the lone surrogate U+${lone.code}. ` +
      "Read the text again as UTF-8, or drop that character.",
  );
}

/**
 * The token id if it lies in 0 … vocabSize - 1, as `checked_id` in Python.
 * @param {number} id
 * @param {number} vocabSize
 */
export function checkedId(id, vocabSize) {
  if (Number.isInteger(id) && id >= 0 && id < vocabSize) return id;
  throw new Error(
    `Token ${id} is unknown: this tokenizer has ids 0 to ${vocabSize - 1}. ` +
      "Use the tokenizer that made these ids.",
  );
}
