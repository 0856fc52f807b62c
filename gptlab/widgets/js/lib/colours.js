// Viridis, as in the pictures that Python draws: equal steps in a number look equal, also to
// colour-blind readers and in grey. Every eighth of matplotlib's 256 colours, and the last.
const VIRIDIS =
  "440154470d6048186a482374472d7b4537814240863e49893b528b375b8d33638d2f6b8e2c728e297a8e26828e23898e" +
  "21918c1f988b1fa08822a78528ae8032b67a3fbc734ec36b5ec96270cf5784d44b98d83eaddc30c2df23d8e219ece51b" +
  "fde725";
const ANCHORS = Array.from({ length: 33 }, (_, i) =>
  [0, 2, 4].map((part) => parseInt(VIRIDIS.slice(6 * i + part, 6 * i + part + 2), 16)),
);
const STEP = 8; // of 256 colours between two anchors

/**
 * The colour of a share from 0 to 1.
 * @param {number} share
 * @returns {[number, number, number]} red, green and blue, 0 to 255
 */
export function viridis(share) {
  const place = (Math.min(Math.max(share, 0), 1) * 255) / STEP;
  const low = Math.min(Math.floor(place), 31);
  // The last anchor is colour 255, only seven steps behind colour 248.
  const part = low === 31 ? ((place - 31) * STEP) / (STEP - 1) : place - low;
  return ANCHORS[low].map((from, i) => Math.round(from + (ANCHORS[low + 1][i] - from) * part));
}

/**
 * The same as a colour of CSS or SVG.
 * @param {number} share
 */
export function viridisCss(share) {
  return `rgb(${viridis(share).join(" ")})`;
}

/** A table of the 256 colours as bytes, so that a large map is painted without a call per cell. */
export function viridisTable() {
  const table = new Uint8ClampedArray(256 * 4);
  for (let i = 0; i < 256; i += 1) table.set([...viridis(i / 255), 255], 4 * i);
  return table;
}

/**
 * Whether black ink is easier to read on the colour of a share; else white ink is.
 * Source: WCAG 2.2, relative luminance; black wins from a luminance of 0.179 on.
 */
export function wantsDarkInk(share) {
  const [red, green, blue] = viridis(share).map(linear);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179;
}

/** The light of a part of a colour, from 0 to 1. */
function linear(part) {
  const share = part / 255;
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
}
