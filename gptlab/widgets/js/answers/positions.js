import { withTemperature } from "../engine/decoding.js";
import { checkedText } from "../engine/checks.js";
import { GPT } from "../engine/gpt.js";
import { toHex } from "../lib/bytes.js";
import { placesOf } from "../lib/positionmath.js";
import { fromRecorded } from "../lib/recorded.js";
import { spelled } from "./spellings.js";

/** @typedef {import("./backend.js").PageBackend} PageBackend */

const MOST_TOKENS = 64; // as in position_explorer_answers.py
const BASE = 10_000;
const models = new WeakMap(); // a model and its controls, by backend
const tables = new WeakMap(); // the tables of each backend, by scheme

/**
 * What PositionExplorer shows: `shuffled` and `table` in position_explorer_answers.py.
 * @param {Record<string, any>} state
 * @param {(checkpoint: number) => Promise<PageBackend>} open
 */
export async function* positionAnswers(state, open) {
  checkedText(state.text);
  const backend = await open(state.checkpoint);
  yield { table: tableOf(backend, state), shuffled: shuffledAnswer(backend, state) };
}

/** The model, the one without positions, and the one without positions and mask. */
function networksOf({ model, matmul }) {
  if (!models.has(model)) {
    const tensors = new Map([...model.tensors].filter(([name]) => name !== "positions.W_pos"));
    const stripped = (kind) => new GPT({ ...model.description, positions: "NoPositions", mask: { kind } }, tensors, matmul);
    models.set(model, [model, stripped("Causal"), stripped("Bidirectional")]);
  }
  return models.get(model);
}

function shuffledAnswer(backend, { text, order, checkpoint, recorded = {}, words }) {
  const every = backend.tokenizer.encode(text);
  const n_left_out = Math.max(0, every.length - Math.min(backend.nCtx, MOST_TOKENS));
  const ids = every.slice(n_left_out);
  const places = placesOf(order, ids.length);
  const answer = {
    text, order, checkpoint, error: ids.length ? "" : words.no_tokens, ...spelled(backend.tokenizer, ids), n_left_out, places,
    changes: new Float32Array(0), largest: new Float32Array(0), before: null, after: null, from_recorded: null, causal: backend.isCausal,
  };
  if (!ids.length) return answer;
  const changes = new Float32Array(3 * ids.length);
  const largest = new Float32Array(3 * ids.length);
  networksOf(backend).forEach((network, row) => {
    const typed = outputs(network, ids);
    const moved = outputs(network, places.map((place) => ids[place]));
    places.forEach((place, at) => {
      const { share, most } = difference(vector(typed.states, place), vector(moved.states, at));
      changes[row * ids.length + place] = share;
      largest[row * ids.length + place] = most;
    });
    if (row > 0) return;
    answer.before = best(backend, typed.logits);
    answer.after = best(backend, moved.logits);
    answer.from_recorded = fromRecorded(recorded, { text, order, checkpoint }, moved.logits);
  });
  return { ...answer, changes, largest };
}

/** The last state of every token, and the logits of what follows. */
function outputs(network, ids) {
  const { seen, logits } = network.forward(ids, { watch: ["ln_final"], logits: "last" });
  return { states: seen.get("ln_final"), logits: logits.data };
}

function vector({ data, shape: [, width] }, at) {
  return data.subarray(at * width, (at + 1) * width);
}

/** How far a vector moved, as a share of its length, and the largest change of one number. */
function difference(before, after) {
  let [moved, length, most] = [0, 0, 0];
  for (let i = 0; i < before.length; i += 1) {
    const change = Math.fround(after[i] - before[i]);
    moved += change * change;
    length += before[i] * before[i];
    most = Math.max(most, Math.abs(change));
  }
  return { share: Math.sqrt(moved / length), most };
}

function best({ tokenizer }, logits) {
  const token = logits.indexOf(Math.max(...logits));
  return { bytes: toHex(tokenizer.tokenBytes(token)), probability: withTemperature(logits, 1)[token] };
}

/** A table of position vectors; asked for again, it is at hand. */
function tableOf(backend, { scheme, checkpoint, words }) {
  if (!tables.has(backend)) tables.set(backend, {});
  const known = tables.get(backend);
  return (known[scheme] ??= { ...openedTable(backend, scheme, words), checkpoint });
}

function openedTable(backend, scheme, words) {
  const { d_model, n_ctx } = backend.model.sizes;
  const common = { scheme, d_head: backend.dHead, n_ctx };
  if (scheme === "sinusoidal") {
    return { ...common, error: "", rows: n_ctx, columns: d_model, numbers: waves(n_ctx, d_model) };
  }
  const source = scheme === "untrained" ? backend.untrained().model : backend.model;
  const found = source.tensors.get("positions.W_pos");
  if (!found) return { ...common, error: words.no_table, rows: 0, columns: 0, numbers: new Float32Array(0) };
  return { ...common, error: "", rows: found.shape[0], columns: found.shape[1], numbers: Float32Array.from(found.data) };
}

/** As `sinusoids` in positions.py: sines in even places, cosines in odd ones. */
function waves(rows, columns) {
  const numbers = new Float32Array(rows * columns);
  for (let at = 0; at < numbers.length; at += 1) {
    const [position, place] = [Math.floor(at / columns), at % columns];
    const angle = position * BASE ** ((-2 * (place >> 1)) / columns);
    numbers[at] = place % 2 ? Math.cos(angle) : Math.sin(angle);
  }
  return numbers;
}
