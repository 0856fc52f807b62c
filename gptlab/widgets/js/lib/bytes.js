/**
 * Bytes from hexadecimal.
 * @param {string} hex
 * @returns {Uint8Array}
 */
export function fromHex(hex) {
  const bytes = new Uint8Array(hex.length / 2);
  for (let i = 0; i < bytes.length; i += 1) bytes[i] = parseInt(hex.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}

/**
 * Bytes in hexadecimal.
 * @param {Uint8Array} bytes
 * @returns {string}
 */
export function toHex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * Bytes as a reader sees them: `E7 89 A1`.
 * @param {Uint8Array} bytes
 */
export function shownBytes(bytes) {
  return Array.from(bytes, (byte) => toHex([byte]).toUpperCase()).join(" ");
}

/**
 * Bytes one after another.
 * @param {Uint8Array[]} parts
 * @returns {Uint8Array}
 */
export function joined(parts) {
  const all = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let end = 0;
  for (const part of parts) all.set(part, (end += part.length) - part.length);
  return all;
}

/**
 * Text from bytes; a byte that is not UTF-8 becomes the code unit U+DC00 + byte, as in Python's
 * `surrogateescape`, so that no byte is lost.
 * @param {Uint8Array} bytes
 */
export function decoded(bytes) {
  const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  try {
    return strict.decode(bytes);
  } catch {
    return decodedByOne(bytes, strict);
  }
}

function decodedByOne(bytes, strict) {
  let text = "";
  for (let start = 0; start < bytes.length; ) {
    const size = sizeFromLead(bytes[start]);
    try {
      text += strict.decode(bytes.subarray(start, start + size));
      start += size;
    } catch {
      text += String.fromCharCode(0xdc00 + bytes[start]);
      start += 1;
    }
  }
  return text;
}

function sizeFromLead(byte) {
  if (byte < 0xc0) return 1;
  if (byte < 0xe0) return 2;
  return byte < 0xf0 ? 3 : 4;
}

/**
 * How many bytes a text from `decoded` had.
 * @param {string} text
 */
export function sizeOf(text) {
  let size = 0;
  for (const character of text) {
    const code = character.codePointAt(0);
    if (code < 0x80 || (code >= 0xdc80 && code <= 0xdcff)) size += 1;
    else if (code < 0x800) size += 2;
    else size += code < 0x10000 ? 3 : 4;
  }
  return size;
}
