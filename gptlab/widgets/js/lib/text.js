const EMOJI = /^(?:\p{Extended_Pictographic}|\p{Regional_Indicator}|[0-9#*]\uFE0F?\u20E3)/u;
const HIDDEN = /^[\p{C}\p{Z}]$/u;
// Drawn as nothing although Unicode calls them letters or marks; U+FFFD stands for lost bytes.
const NOTHING = /^[\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0\ufffd\u180b-\u180f\ufe00-\ufe0f\u{e0100}-\u{e01ef}]$/u;
const SIGNS = new Map([[" ", "␣"], ["\n", "↵"], ["\t", "⇥"]]);
const segmenter = globalThis.Intl?.Segmenter && new Intl.Segmenter("en", { granularity: "grapheme" });

/**
 * Cut a text into what a reader sees as one sign each (extended grapheme clusters).
 * @param {string} text
 * @returns {string[]}
 */
export function charactersOf(text) {
  return segmenter ? Array.from(segmenter.segment(text), (part) => part.segment) : [...text];
}

/**
 * A form of a character that can be seen: `␣` for a space, the code point where there is none.
 * @param {string} character
 */
export function shapeOf(character) {
  const codes = [...character];
  return codes.length > 1 && EMOJI.test(character) ? character : codes.map(shapeOfCode).join("");
}

function shapeOfCode(character) {
  if (SIGNS.has(character)) return SIGNS.get(character);
  const code = character.codePointAt(0);
  const hex = (number, width) => number.toString(16).toUpperCase().padStart(width, "0");
  if (code >= 0xdc80 && code <= 0xdcff) return `<${hex(code - 0xdc00, 2)}>`;
  return HIDDEN.test(character) || NOTHING.test(character) ? `<U+${hex(code, 4)}>` : character;
}

/**
 * Where a text holds half of a surrogate pair, which Python could not encode; null if nowhere.
 * @param {string} text
 * @returns {{number: number, code: string} | null}
 */
export function loneSurrogate(text) {
  let number = 0;
  for (const character of text) {
    const code = character.codePointAt(0);
    if (code >= 0xd800 && code <= 0xdfff) return { number, code: code.toString(16).toUpperCase() };
    number += 1;
  }
  return null;
}

/**
 * Put values into a message: `filled("token {id}", { id: 7 })`. Values may contain braces.
 * @param {string} message
 * @param {Record<string, string | number>} values
 */
export function filled(message, values) {
  return message.replace(/\{(\w+)\}/g, (place, name) => (name in values ? String(values[name]) : place));
}
