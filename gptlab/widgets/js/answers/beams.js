import { START, continuing, extended, logSoftmax, scoreOf } from "../engine/beams.js";
import { checkedText } from "../engine/checks.js";
import { draw } from "../engine/decoding.js";
import { uniform } from "../engine/hashing.js";
import { joined, toHex } from "../lib/bytes.js";
import { fromRecorded } from "../lib/recorded.js";
import { spelled } from "./spellings.js";

const STOPS = { never: [], sentence: [".", "!", "?"], line: ["\n"] }; // as in beam_tree_numbers.py
const SEED = 0;
const utf8 = new TextEncoder();

/**
 * What BeamTree shows: `grown` in beam_tree_numbers.py.
 * @param {Record<string, any>} state
 * @param {(index: number) => Promise<import("./backend.js").PageBackend>} open
 */
export async function* beamAnswers(state, open) {
  checkedText(state.text);
  yield { answer: grown(await open(state.checkpoint), state) };
}

/** @param {import("./backend.js").PageBackend} backend */
export function grown(backend, { text, checkpoint, width, n_steps, length_power, stop, recorded = {}, words }) {
  const asked = { text, checkpoint, width, n_steps, length_power, stop };
  const { ids, n_left_out, ends, error } = read(backend, asked, words);
  const answer = {
    ...asked, d_vocab: backend.dVocab, error, n_left_out, ...spelled(backend.tokenizer, ids),
    steps: [], best: null, greedy: null, drawn: null, checks: null, from_recorded: null,
  };
  if (error) return answer;
  const after = continuing(backend.model, ids);
  const follows = (tokens) => logSoftmax(after(tokens));
  const n = stepsOf(backend, n_steps);
  const search = searched(follows, n, width, { stop: ends, lengthPower: length_power });
  const greedy = searched(follows, n, 1, { stop: ends }).at(-1).kept[0];
  const best = search.at(-1).kept[0];
  return {
    ...answer,
    steps: columns(backend, search, length_power, greedy.tokens),
    best: textOf(backend, best),
    greedy: textOf(backend, greedy),
    drawn: textOf(backend, drawn(follows, n, ends)),
    checks: checks(backend, ids, search, length_power),
    from_recorded: fromRecorded(recorded, asked, after([])),
  };
}

/** How many steps fit the model beside one token of a prompt. */
function stepsOf({ nCtx }, n_steps) {
  return Math.max(1, Math.min(n_steps, nCtx - 1));
}

function read(backend, { text, n_steps, stop }, words) {
  const nothing = (error) => ({ ids: [], n_left_out: 0, ends: new Set(), error });
  if (!backend.isCausal) return nothing(words.not_causal);
  const every = backend.tokenizer.encode(text);
  const room = Math.max(1, backend.nCtx - stepsOf(backend, n_steps));
  const n_left_out = Math.max(0, every.length - room);
  const ids = every.slice(n_left_out);
  return ids.length ? { ids, n_left_out, ends: tokensWith(backend.tokenizer, STOPS[stop]), error: "" } : nothing(words.no_token);
}

/** The ids of all tokens that hold one of some marks: `tokens_with` in decoding/stopping.py. */
function tokensWith(tokenizer, marks) {
  if (!marks.length) return new Set();
  const wanted = marks.map((mark) => toHex(utf8.encode(mark)));
  const holds = (spelling) => wanted.some((mark) => {
    const at = spelling.indexOf(mark);
    return at >= 0 && at % 2 === 0;
  });
  return new Set([...Array(tokenizer.vocabSize).keys()].filter((id) => holds(toHex(tokenizer.tokenBytes(id)))));
}

function searched(follows, n, width, options) {
  const found = [];
  let beams = [START];
  while (found.length < n && !beams.every(({ ended }) => ended)) {
    const rows = beams.filter(({ ended }) => !ended).map(({ tokens }) => follows(tokens));
    const step = extended(beams, rows, width, options);
    found.push({ ...step, rows });
    beams = step.kept;
  }
  return found;
}

/** A text drawn at temperature 1, for a look at what is likely and what is typical. */
function drawn(follows, n, ends) {
  const tokens = [];
  let logProb = 0;
  while (tokens.length < n && !ends.has(tokens.at(-1))) {
    const row = follows(tokens);
    const token = draw(row.map(Math.exp), uniform(SEED, tokens.length));
    logProb += row[token];
    tokens.push(token);
  }
  return { tokens, logProb };
}

function columns({ tokenizer }, search, power, greedy) {
  let before = new Map();
  return search.map(({ candidates, kept }) => {
    const column = candidates.map((beam) => {
      const carried = before.has(beam);
      const parent = carried ? beam : beam.parent;
      const token = beam.tokens.at(-1);
      return {
        parent: before.get(parent) ?? -1,
        token,
        bytes: toHex(tokenizer.tokenBytes(token)),
        own: carried ? 0 : beam.logProb - parent.logProb,
        log_prob: beam.logProb,
        score: scoreOf(beam, power),
        rank: kept.indexOf(beam),
        ended: beam.ended,
        carried,
        greedy: beam.tokens.length <= greedy.length && beam.tokens.every((each, i) => each === greedy[i]),
      };
    });
    before = new Map(candidates.map((beam, place) => [beam, place]));
    return column;
  });
}

function textOf({ tokenizer }, { tokens, logProb }) {
  return { bytes: toHex(joined(tokens.map((id) => tokenizer.tokenBytes(id)))), n_tokens: tokens.length, log_prob: logProb };
}

function checks({ model }, ids, search, power) {
  let sums = 0;
  const leads = [];
  let beams = [START];
  for (const { rows, kept } of search) {
    for (const row of rows) sums = Math.max(sums, Math.abs(row.reduce((sum, log) => sum + Math.exp(log), 0) - 1));
    let open = 0;
    const every = beams.flatMap((beam) => {
      if (beam.ended) return [scoreOf(beam, power)];
      const row = rows[open];
      open += 1;
      return Array.from(row, (log) => (beam.logProb + log) / (beam.tokens.length + 1) ** power);
    });
    const ranked = Float64Array.from(every).sort().reverse();
    if (ranked.length > kept.length) leads.push(scoreOf(kept.at(-1), power) - ranked[kept.length]);
    beams = kept;
  }
  const { tokens, logProb } = beams[0];
  const { data, shape: [, d_vocab] } = model.forward([...ids, ...tokens]).logits;
  const whole = tokens.reduce((sum, token, i) => {
    const start = (ids.length - 1 + i) * d_vocab;
    return sum + logSoftmax(data.subarray(start, start + d_vocab))[token];
  }, 0);
  return { sums, lead: leads.length ? Math.min(...leads) : null, reread: Math.abs(whole - logProb) };
}
