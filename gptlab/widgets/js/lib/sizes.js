const [SMALL, LARGE] = [0.001, 1000];

/**
 * How sizes of gradients are written: three digits, and powers of ten where those would not do.
 * @param {ReturnType<typeof import("./numbers.js").formatted>} format
 * @returns {(size: number) => string}
 */
export function sizeWriter(format) {
  return (size) => {
    if (size === 0) return format.count(0);
    return Math.abs(size) >= SMALL && Math.abs(size) < LARGE ? format.fixed(size, 3) : format.power(size);
  };
}
