/*
 * Beam search: several continuations side by side, because the best start can end badly. What
 * gptlab/decoding/beams.py does.
 */

/**
 * One continuation that the search looked at.
 * @typedef {{ tokens: number[], logProb: number, parent: Beam | null, ended: boolean }} Beam
 */

/** The empty continuation. */
export const START = { tokens: [], logProb: 0, parent: null, ended: false };

/**
 * logProb / n_tokens^power, by which beams of any length are compared.
 * @param {Beam} beam
 * @param {number} power
 */
export function scoreOf({ tokens, logProb }, power) {
  return logProb / Math.max(1, tokens.length) ** power;
}

/**
 * The logarithms of all probabilities, in float64.
 * @param {ArrayLike<number>} logits
 * @returns {Float64Array}
 */
export function logSoftmax(logits) {
  let best = -Infinity;
  for (let i = 0; i < logits.length; i += 1) best = Math.max(best, logits[i]);
  let total = 0;
  for (let i = 0; i < logits.length; i += 1) total += Math.exp(logits[i] - best);
  const shift = best + Math.log(total);
  return Float64Array.from(logits, (z) => z - shift);
}

/**
 * Make one step: continue the open beams by every token, and keep the best of all.
 * @param {Beam[]} beams what was kept so far, best first
 * @param {Float64Array[]} rows what may follow each open beam, in nats
 * @param {number} nBeams continuations to keep
 * @param {{ stop?: Set<number>, lengthPower?: number }} [options]
 * @returns {{ candidates: Beam[], kept: Beam[] }} every open beam's `nBeams` likeliest
 *   continuations, with the beams that had ended before, and those that are kept, best first
 */
export function extended(beams, rows, nBeams, { stop = new Set(), lengthPower = 0 } = {}) {
  let open = 0;
  const candidates = beams.flatMap((beam) => {
    if (beam.ended) return [beam];
    const row = rows[open];
    open += 1;
    // A stable sort: of equals, those with the lower ids.
    const order = Array.from(row.keys()).sort((a, b) => row[b] - row[a]).slice(0, nBeams);
    return order.map((token) => ({
      tokens: [...beam.tokens, token], logProb: beam.logProb + row[token], parent: beam, ended: stop.has(token),
    }));
  });
  const score = new Map(candidates.map((beam) => [beam, scoreOf(beam, lengthPower)]));
  const kept = candidates.slice().sort((a, b) => score.get(b) - score.get(a)).slice(0, nBeams);
  return { candidates, kept };
}

/**
 * What may follow a prompt and any tokens after it. The prompt is read once: its keys and values
 * stay, and what was read after it is forgotten before the next question.
 * @param {import("./gpt.js").GPT} model
 * @param {number[]} ids the prompt; with what follows, at most n_ctx tokens
 * @returns {(tokens: number[]) => Float32Array} logits
 */
export function continuing(model, ids) {
  const cache = model.newCache();
  const first = model.forward(ids, { cache, logits: "last" }).logits.data.slice();
  return (tokens) => {
    if (!tokens.length) return first;
    for (const layer of cache) layer.n_pos = ids.length;
    return model.forward(tokens, { cache, logits: "last" }).logits.data;
  };
}
