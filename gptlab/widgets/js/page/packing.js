// Base 85 as RFC 1924 has it, with a dot for `<`, which would begin markup. Five letters stand for a
// whole number below 2³², the first letter counting most.
const LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;.=>?@^_`{|}~";
const VALUES = new Uint8Array(128);
for (let value = 0; value < 85; value += 1) VALUES[LETTERS.charCodeAt(value)] = value;

/**
 * Undo `packed` in gptlab/widgets/assets.py: bytes from letters.
 * @param {string} letters
 * @returns {Promise<Uint8Array>}
 */
export async function unpacked(letters) {
  const compressed = new Blob([bytesOfLetters(letters.trim())]).stream();
  const stream = compressed.pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** @param {string} letters @returns {Uint8Array} */
export function bytesOfLetters(letters) {
  const n_groups = Math.ceil(letters.length / 5);
  const bytes = new DataView(new ArrayBuffer(4 * n_groups));
  for (let group = 0; group < n_groups; group += 1) {
    let number = 0;
    for (let i = 5 * group; i < 5 * group + 5; i += 1) {
      // Beyond the end stands the letter that counts most, as the encoder has it.
      number = 85 * number + (i < letters.length ? VALUES[letters.charCodeAt(i)] : 84);
    }
    bytes.setUint32(4 * group, number);
  }
  return new Uint8Array(bytes.buffer, 0, 4 * n_groups - (5 * n_groups - letters.length));
}
