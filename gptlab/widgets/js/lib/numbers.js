/**
 * The numbers in a buffer, whatever carries it: anywidget hands on a DataView, a page typed arrays.
 * @param {DataView | ArrayBuffer | ArrayBufferView} buffer of little-endian float32
 * @returns {Float32Array}
 */
export function floats(buffer) {
  if (buffer instanceof Float32Array) return buffer;
  const bytes = bytesOf(buffer);
  // A copy, because a message's buffers need not start at a multiple of four.
  return new Float32Array(bytes.slice().buffer);
}

/**
 * The bytes in a buffer, without a copy.
 * @param {DataView | ArrayBuffer | ArrayBufferView} buffer
 * @returns {Uint8Array}
 */
export function bytesOf(buffer) {
  if (buffer instanceof ArrayBuffer) return new Uint8Array(buffer);
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}

/**
 * The whole numbers in a buffer of little-endian uint16.
 * @param {DataView | ArrayBuffer | ArrayBufferView} buffer
 * @returns {Uint16Array}
 */
export function shorts(buffer) {
  return buffer instanceof Uint16Array ? buffer : new Uint16Array(bytesOf(buffer).slice().buffer);
}

/**
 * How numbers are written in a language.
 * @param {string} language such as `en`
 */
export function formatted(language) {
  const write = (options) => {
    const format = new Intl.NumberFormat(language, options);
    return (number) => format.format(number);
  };
  const fixed = Array.from({ length: 8 }, (_, digits) =>
    write({ minimumFractionDigits: digits, maximumFractionDigits: digits, signDisplay: "negative" }));
  const percents = [0, 1, 2].map((digits) =>
    write({ style: "percent", minimumFractionDigits: digits, maximumFractionDigits: digits, signDisplay: "negative" }));
  const power = write({ notation: "scientific", maximumFractionDigits: 0 });
  return {
    count: write({ maximumFractionDigits: 0 }),
    fixed: (number, digits) => fixed[digits](number),
    percent: (share, digits = 1) => percents[digits](share),
    power: (number) => (number === 0 ? "0" : raised(power(number))), // for deviations
  };
}

/** `6 × 10⁻⁸` of `6E-8`. */
export function raised(number) {
  const small = (digits) => Array.from(digits, (sign) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(sign)]).join("");
  return number.replace(/E(-?\d+)/, (_, digits) => ` × 10${small(digits)}`);
}
