// Matplotlib's PuOr, every tenth: both ends differ for colour-blind readers, the middle is white.
const STEPS = ["7f3b08", "b35806", "e08214", "fdb863", "fee0b6", "f7f7f7", "d8daeb", "b2abd2", "8073ac", "542788", "2d004b"]
  .map((hex) => [0, 2, 4].map((at) => parseInt(hex.slice(at, at + 2), 16)));

/**
 * The colour of a number from −1 to 1, and the ink that reads best on it.
 * @param {number} value
 * @returns {{background: string, ink: string}}
 */
export function diverging(value) {
  const place = ((Math.min(Math.max(value, -1), 1) + 1) / 2) * (STEPS.length - 1);
  const low = Math.min(Math.floor(place), STEPS.length - 2);
  const rgb = STEPS[low].map((from, i) => Math.round(from + (STEPS[low + 1][i] - from) * (place - low)));
  const [r, g, b] = rgb.map((part) => (part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4));
  return { background: `rgb(${rgb.join(" ")})`, ink: 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.179 ? "#000" : "#fff" };
}
