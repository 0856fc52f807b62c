// Bytes as strings of one character each (U+0000 … U+00FF), which a Map finds at once.

/**
 * @param {Iterable<number>} bytes
 * @returns {string}
 */
function latinOf(bytes) {
  let latin = "";
  for (const byte of bytes) latin += String.fromCharCode(byte);
  return latin;
}

/**
 * @param {string} latin
 * @returns {Uint8Array}
 */
export function bytesOfLatin(latin) {
  const bytes = new Uint8Array(latin.length);
  for (let i = 0; i < latin.length; i += 1) bytes[i] = latin.charCodeAt(i);
  return bytes;
}

const ASCII = /^[\x00-\x7f]*$/;
const utf8 = new TextEncoder();

/**
 * The UTF-8 bytes of a text.
 * @param {string} text
 */
export function latinOfText(text) {
  return ASCII.test(text) ? text : latinOf(utf8.encode(text));
}

/** The 256 single bytes in the order in which GPT-2 shows them: visible ones first. */
const SHOWN_ORDER = (() => {
  const shown = (byte) => (byte > 0x20 && byte < 0x7f) || (byte > 0xa0 && byte !== 0xad);
  const all = Array.from({ length: 256 }, (_, byte) => byte);
  return [...all.filter(shown), ...all.filter((byte) => !shown(byte))];
})();

const BYTE_OF_LETTER = (() => {
  let hidden = 256;
  const letter = (byte, i) => (i < 188 ? byte : hidden++);
  return new Map(SHOWN_ORDER.map((byte, i) => [String.fromCharCode(letter(byte, i)), byte]));
})();

/**
 * Bytes written in GPT-2's visible letters: `Ġthe` is ` the`.
 * @param {string} letters
 */
export function latinOfLetters(letters) {
  return latinOf(Array.from(letters, (letter) => BYTE_OF_LETTER.get(letter)));
}
