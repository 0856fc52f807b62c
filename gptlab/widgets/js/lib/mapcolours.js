import { viridisTable } from "./colours.js";

const TABLE = viridisTable();

/**
 * Paint a square map, one pixel a cell, onto a canvas that the stylesheet enlarges. Masked cells stay
 * empty, so that nobody takes them for small shares.
 * @param {HTMLCanvasElement} canvas
 * @param {number} side
 * @param {(cell: number) => number} level 0 … 255 of a cell, row by row; below 0 if it is masked
 */
export function paintMap(canvas, side, level) {
  canvas.width = canvas.height = Math.max(side, 1);
  const context = canvas.getContext("2d");
  const image = context.createImageData(canvas.width, canvas.height);
  for (let cell = 0; cell < side * side; cell += 1) {
    const shade = level(cell);
    if (shade >= 0) image.data.set(TABLE.subarray(4 * shade, 4 * shade + 4), 4 * cell);
  }
  context.putImageData(image, 0, 0);
}
