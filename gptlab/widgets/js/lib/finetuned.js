/**
 * What was measured about one fine-tuned model. `rank` is 0 where no adapter of low rank was trained;
 * `adapter` names the asset with its weights, or is empty where only numbers are kept.
 * @typedef {{ method: string, rank: number, n_labels: number, accuracy: number, low: number, high: number,
 *   loss: number, share: number, adapter: string }} Run
 */

export const METHODS = ["lora", "last-layer", "full", "scratch"];

/**
 * The run that a choice stands for; a rank counts for LoRA alone.
 * @param {Run[]} runs
 * @param {{ method: string, rank: number, n_labels: number }} choice
 * @returns {Run}
 */
export function chosenRun(runs, { method, rank, n_labels }) {
  return runs.find((run) => run.method === method && run.n_labels === n_labels && (method !== "lora" || run.rank === rank));
}

/** The ranks and label counts that there are, in order. */
export function choicesOf(runs) {
  const different = (numbers) => [...new Set(numbers)].sort((a, b) => a - b);
  return {
    ranks: different(runs.filter(({ method }) => method === "lora").map(({ rank }) => rank)),
    counts: different(runs.filter(({ method }) => method === "lora").map(({ n_labels }) => n_labels)),
  };
}

/**
 * The lines of the picture: for each method, LoRA with the chosen rank, its runs by label count.
 * @param {Run[]} runs
 * @param {number} rank
 */
export function linesOf(runs, rank) {
  return METHODS.map((method) => ({
    method,
    runs: runs.filter((run) => run.method === method && (method !== "lora" || run.rank === rank))
      .sort((a, b) => a.n_labels - b.n_labels),
  })).filter(({ runs: own }) => own.length);
}

/**
 * Places in a square of 100 by 100: label counts by their logarithm, shares from 0 to 1 upwards.
 * @param {number[]} counts
 */
export function placesIn(counts) {
  const [first, last] = [Math.log(counts[0]), Math.log(counts.at(-1))];
  const x = (n) => (last === first ? 50 : 5 + (90 * (Math.log(n) - first)) / (last - first));
  return { x, y: (share) => 100 * (1 - share) };
}
