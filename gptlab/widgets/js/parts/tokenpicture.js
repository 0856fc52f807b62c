import { blocksOf, startsOf } from "../lib/blocks.js";
import { shownBytes } from "../lib/bytes.js";
import { svg } from "../lib/svg.js";
import { make } from "../lib/view.js";

const COLOURS = ["#0072b2", "#e69f00", "#009e73", "#cc79a7"]; // as in tokens.css
const [INK, QUIET] = ["#1b1b1b", "#595959"];
const FONT = "ui-monospace, 'DejaVu Sans Mono', monospace";
const [TEXT, SMALL] = [15, 11]; // pixels of a letter
const [WIDTH, MARGIN, GAP, PAD] = [900, 12, 4, 10]; // pixels
const [HEAD, ABOVE, BELOW, UNDER] = [26, 22, 18, 14]; // a title; characters, ids and bytes in a box

/**
 * A picture of its own of rows of tokens: characters above, ids below, bytes where a character is
 * torn. Drawn from the numbers that the view shows, in colours for white paper.
 * @param {string} title
 * @param {{title: string, note: string, ids: number[], lengths: number[], bytes: Uint8Array}[]} rows
 * @param {boolean} showBytes of every token
 * @returns {SVGElement}
 */
export function tokenPicture(title, rows, showBytes) {
  const width = measure();
  const elements = [];
  let [top, widest] = [MARGIN, WIDTH - 2 * MARGIN];
  const write = (words, size, colour) => {
    top += HEAD;
    widest = Math.max(widest, width(words, size));
    elements.push(svg("text", { x: MARGIN, y: top - 8, "font-size": size, fill: colour }, words));
  };
  for (const row of rows) {
    write(row.title, TEXT, INK);
    for (const line of linesOf(cellsOf(row, showBytes, width))) {
      elements.push(...line.map((cell) => drawnCell(cell, top)));
      top += GAP + Math.max(...line.map(({ height }) => height));
      widest = Math.max(widest, line.at(-1).left + line.at(-1).width - MARGIN);
    }
    if (row.note) write(row.note, SMALL, QUIET);
  }
  const size = { width: Math.ceil(widest) + 2 * MARGIN, height: Math.ceil(top) + MARGIN };
  const paper = svg("rect", { ...size, fill: "#fff" });
  return svg("svg", { ...size, "font-family": FONT }, svg("title", {}, title), paper, ...elements);
}

function measure() {
  const context = make("canvas").getContext("2d");
  return (words, size) => {
    context.font = `${size}px ${FONT}`;
    return context.measureText(words).width;
  };
}

/** What is drawn as one: a token, or the tokens that spell a torn character together. */
function cellsOf({ ids, lengths, bytes }, showBytes, width) {
  const starts = startsOf(lengths);
  return blocksOf(bytes, lengths).map(({ characters, tokens: [first, end] }) => {
    const isTorn = end - first > 1;
    const text = characters.join("");
    const parts = ids.slice(first, end).map((id, i) => {
      const start = starts[first + i];
      const spelled = isTorn || showBytes ? shownBytes(bytes.subarray(start, start + lengths[first + i])) : "";
      const wanted = Math.max(width(String(id), SMALL), width(spelled, SMALL)) + PAD;
      return { id, spelled, wanted, colour: COLOURS[(first + i) % COLOURS.length] };
    });
    const sum = parts.reduce((all, { wanted }) => all + wanted, 0);
    const wide = Math.max(sum, width(text, TEXT) + PAD);
    const height = ABOVE + BELOW + (isTorn || showBytes ? UNDER : 0);
    return { text, parts, isTorn, height, width: wide, stretch: wide / sum };
  });
}

function linesOf(cells) {
  const lines = [];
  let left = Infinity;
  for (const cell of cells) {
    if (left + cell.width > WIDTH - MARGIN) {
      lines.push([]);
      left = MARGIN;
    }
    lines.at(-1).push({ ...cell, left });
    left += cell.width + GAP;
  }
  return lines;
}

function drawnCell({ text, parts, isTorn, height, width, stretch, left }, top) {
  const drawn = isTorn ? [box(0, 0, width, height, { fill: "none", "stroke-dasharray": "3 2" })] : [];
  const upper = isTorn ? ABOVE : 0;
  let x = 0;
  for (const { id, spelled, wanted, colour } of parts) {
    const own = wanted * stretch;
    drawn.push(box(x, upper, own, height - upper, { fill: colour, "fill-opacity": 0.22 }));
    if (spelled) drawn.push(middle(spelled, x + own / 2, ABOVE + UNDER - 2, SMALL));
    drawn.push(middle(String(id), x + own / 2, height - 6, SMALL));
    x += own;
  }
  drawn.push(middle(text, width / 2, ABOVE - 6, TEXT));
  return svg("g", { transform: `translate(${left} ${top})` }, ...drawn);
}

function box(x, y, width, height, paint) {
  return svg("rect", { x: x + 0.5, y: y + 0.5, width: width - 1, height: height - 1, rx: 4, stroke: QUIET, ...paint });
}

function middle(words, x, y, size) {
  return svg("text", { x, y, "text-anchor": "middle", "font-size": size, fill: INK }, words);
}
