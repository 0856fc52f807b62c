import { fromHex, joined } from "./bytes.js";

/** @typedef {Record<string, any>} Node one candidate of one step, as `grown` takes it down */
/** @typedef {{ step: number, place: number, row: number, node: Node }} Spot */

/**
 * Where every candidate stands: one column per step, what is kept on top, best first, and what is
 * dropped below it, best first.
 * @param {Node[][]} steps
 * @returns {Spot[][]} in each column from top to bottom
 */
export function laidOut(steps) {
  return steps.map((column, step) => {
    const spots = column.map((node, place) => ({ step, place, node }));
    const height = ({ node: { rank } }) => (rank < 0 ? Infinity : rank);
    spots.sort((a, b) => {
      const [first, second] = [height(a), height(b)];
      return first === second ? b.node.score - a.node.score : first - second;
    });
    return spots.map((spot, row) => ({ ...spot, row }));
  });
}

/** How many rows of a column are kept. */
export function nKept(column) {
  return column.filter(({ rank }) => rank >= 0).length;
}

/**
 * The places of a candidate's path, from its first token on; a carried text stands in several steps.
 * @param {Node[][]} steps
 * @param {number} step
 * @param {number} place
 * @returns {[number, number][]} step and place
 */
export function pathOf(steps, step, place) {
  const found = [];
  for (let at = step, here = place; at >= 0 && here >= 0; at -= 1) {
    found.unshift([at, here]);
    here = steps[at][here].parent;
  }
  return found;
}

/** The bytes of a candidate's text, the prompt not included. */
export function pathBytes(steps, step, place) {
  const nodes = pathOf(steps, step, place).map(([at, here]) => steps[at][here]);
  return joined(nodes.filter(({ carried }) => !carried).map(({ bytes }) => fromHex(bytes)));
}

/**
 * Where a key moves the cursor: left to the parent, right to the best continuation, up and down in
 * the column; null if nowhere.
 * @param {string} key
 * @param {Spot[][]} spots
 * @param {{ step: number, place: number }} at
 * @returns {{ step: number, place: number } | null}
 */
export function movedTo(key, spots, { step, place }) {
  const column = spots[step];
  const here = column.find((spot) => spot.place === place);
  const to = {
    ArrowUp: () => column[here.row - 1],
    ArrowDown: () => column[here.row + 1],
    ArrowLeft: () => spots[step - 1]?.find((spot) => spot.place === here.node.parent),
    ArrowRight: () => spots[step + 1]?.find((spot) => spot.node.parent === place),
    Home: () => column[0],
    End: () => column.at(-1),
  }[key]?.();
  return to ? { step: to.step, place: to.place } : null;
}

/**
 * How the search and greedy decoding compare.
 * @param {{ n_tokens: number, log_prob: number, bytes: string }} best
 * @param {{ n_tokens: number, log_prob: number, bytes: string }} greedy
 * @returns {"same" | "lengths" | "likelier" | "less"}
 */
export function compared(best, greedy) {
  if (best.bytes === greedy.bytes && best.n_tokens === greedy.n_tokens) return "same";
  if (best.n_tokens !== greedy.n_tokens) return "lengths";
  return best.log_prob >= greedy.log_prob ? "likelier" : "less";
}
