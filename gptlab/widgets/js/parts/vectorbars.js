import { svg } from "../lib/svg.js";
import { make } from "../lib/view.js";

/**
 * A vector as bars side by side, up for positive and down for negative numbers.
 * @param {string} className gives the colour
 * @param {Node | string} name what stands before them
 * @param {ArrayLike<number>} values
 * @param {number} most the number whose bar is as high as the row
 * @param {Node | string} end what stands behind them
 */
export function vectorBars(className, name, values, most, end = "") {
  const n = values.length;
  const bars = Array.from(values, (value, i) => `M${i + 0.12} 1v${(-value / (most || 1)).toFixed(4)}h.76V1z`);
  const picture = svg("svg", { viewBox: `0 0 ${n} 2`, preserveAspectRatio: "none", "aria-hidden": "true" },
    svg("path", { class: "bars", d: bars.join("") }),
    svg("path", { class: "zero", d: `M0 1H${n}` }),
  );
  return make("div", { className: `vector ${className}` },
    make("span", { className: "name" }, name), picture, make("span", { className: "end" }, end));
}

/** The largest absolute value of several vectors, so that they share a scale. */
export function mostOf(...vectors) {
  return Math.max(...vectors.map((values) => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0)));
}
