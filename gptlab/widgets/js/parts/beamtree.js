import { laidOut, movedTo, nKept, pathOf } from "../lib/beamlayout.js";
import { fromHex } from "../lib/bytes.js";
import { tokenText } from "../lib/naming.js";
import { svg } from "../lib/svg.js";
import { filled } from "../lib/text.js";
import { make } from "../lib/view.js";
import { titledPart } from "./titled.js";

const [COLUMN, ROW, NODE, HEIGHT, TOP] = [152, 34, 112, 28, 30]; // px: a column, a row, a token, the head

/**
 * The tree: a column per step, kept tokens above a line and dropped ones below it, and lines from
 * each to the one that it continues.
 * @param {Record<string, any>} words
 * @param {ReturnType<typeof import("../lib/numbers.js").formatted>} format
 * @param {(at: { step: number, place: number }) => void} choose
 */
export function treePart(words, format, choose) {
  const links = svg("svg", { class: "links", "aria-hidden": "true" });
  const nodes = make("div", { className: "nodes" });
  const inside = make("div", { className: "tree-inside" }, links, nodes);
  const box = make("div", { className: "tree", role: "group", "aria-label": words.tree_title }, inside);
  const legend = make("p", { className: "legend" },
    ...["kept", "dropped", "ended", "greedy"].map((name) => make("span", {},
      make("span", { className: `swatch ${name}`, "aria-hidden": "true", textContent: { greedy: "◆", ended: "■" }[name] ?? "" }),
      make("span", { textContent: name === "greedy" ? words.greedy_mark : words[name] }))),
    make("span", {}, make("span", { className: "swatch path", "aria-hidden": "true" }), make("span", { textContent: words.chosen_path })));
  const { element } = titledPart("growing", words.tree_title, make("p", { className: "note", textContent: words.tree_help }), box, legend);
  let spots = [];
  let buttons = new Map();

  const key = (step, place) => `${step}.${place}`;

  function draw(steps, at) {
    spots = laidOut(steps);
    const most = Math.max(...spots.map((column) => column.length));
    const [width, height] = [COLUMN * (steps.length + 1), TOP + ROW * most + 4];
    Object.assign(inside.style, { width: `${width}px`, height: `${height}px` });
    for (const [name, value] of Object.entries({ width, height, viewBox: `0 0 ${width} ${height}` })) links.setAttribute(name, String(value));
    buttons = new Map();
    const heads = steps.map((_, step) => placed(make("span", { className: "head", textContent: filled(words.step, { n: step + 1 }) }), COLUMN * (step + 1), 0));
    const root = placed(make("span", { className: "root", textContent: words.prompt }), 0, TOP);
    nodes.replaceChildren(...heads, root, ...spots.flat().map((spot) => nodeOf(spot)));
    mark(steps, at);
  }

  function nodeOf({ step, place, row, node }) {
    const { rank, ended, greedy, log_prob, bytes } = node;
    const marks = `${greedy ? "◆" : ""}${ended ? "■" : ""}`;
    const button = make("button", { type: "button", className: `node ${rank >= 0 ? "kept" : "dropped"}${greedy ? " greedy" : ""}` },
      make("bdi", { className: "token", textContent: tokenText(fromHex(bytes)) }),
      ...(marks ? [make("span", { className: "marks", "aria-hidden": "true", textContent: marks })] : []),
      make("span", { className: "total", textContent: format.fixed(log_prob, 1) }));
    button.addEventListener("click", () => choose({ step, place }));
    button.addEventListener("keydown", (event) => {
      const to = movedTo(event.key, spots, { step, place });
      if (!to) return;
      event.preventDefault();
      choose(to);
      buttons.get(key(to.step, to.place)).focus();
    });
    buttons.set(key(step, place), button);
    return placed(button, COLUMN * (step + 1), TOP + ROW * row);
  }

  /** Draw the lines, and which path is chosen. */
  function mark(steps, at) {
    const chosen = new Set(pathOf(steps, at.step, at.place).map(([step, place]) => key(step, place)));
    for (const [name, button] of buttons) {
      button.tabIndex = name === key(at.step, at.place) ? 0 : -1;
      button.setAttribute("aria-pressed", String(chosen.has(name)));
    }
    const lines = linksOf(spots).map(({ from, to, spot }) => svg("path", {
      d: curve(from, to), class: `link${spot.node.rank >= 0 ? " kept" : ""}${chosen.has(key(spot.step, spot.place)) ? " chosen" : ""}`,
    }));
    const cuts = spots.flatMap((column, step) => {
      const kept = nKept(steps[step]);
      if (kept === column.length) return [];
      const y = TOP + ROW * kept - (ROW - HEIGHT) / 2;
      return [svg("line", { x1: COLUMN * (step + 1) - 8, x2: COLUMN * (step + 1) + NODE + 8, y1: y, y2: y, class: "cut" })];
    });
    links.replaceChildren(...lines, ...cuts);
  }
  return { element, draw, mark };
}

/** The lines of a tree: where they begin and end, and the spot that they lead to. */
function linksOf(spots) {
  return spots.flatMap((column, step) => column.map((spot) => {
    const parent = step ? spots[step - 1].find(({ place }) => place === spot.node.parent) : null;
    const from = { x: COLUMN * step + (step ? NODE : NODE - 20), y: TOP + ROW * (parent?.row ?? 0) + HEIGHT / 2 };
    return { from, to: { x: COLUMN * (step + 1), y: TOP + ROW * spot.row + HEIGHT / 2 }, spot };
  }));
}

/** A line that leaves and arrives level. */
function curve({ x, y }, to) {
  const middle = (x + to.x) / 2;
  return `M${x} ${y}C${middle} ${y} ${middle} ${to.y} ${to.x} ${to.y}`;
}

function placed(element, left, top) {
  Object.assign(element.style, { left: `${left}px`, top: `${top}px` });
  return element;
}
