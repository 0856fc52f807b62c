import { checkedText } from "../engine/checks.js";
import { withTemperature } from "../engine/decoding.js";
import { rows } from "../engine/tensors.js";
import { toHex } from "../lib/bytes.js";
import { chosenRun } from "../lib/finetuned.js";
import { deviation } from "../lib/lens.js";
import { fromRecorded } from "../lib/recorded.js";
import { classifierOf } from "./adapted.js";
import { spelled } from "./spellings.js";

const N_LIKELIEST = 8; // as in finetune_lab_answers.py

/**
 * What FinetuneLab shows: `answered` in finetune_lab_answers.py.
 * @param {Record<string, any>} state
 * @param {(which: number | string) => Promise<any>} open the model is 0; adapters have names
 */
export async function* finetuneAnswers(state, open) {
  checkedText(state.text);
  const { runs, controls } = state.table;
  const run = chosenRun(runs, state);
  const control = controls.find(({ n_labels }) => n_labels === run.n_labels);
  const [base, tuned, random] = [await open(0), run.adapter ? await open(run.adapter) : null, await open(control.adapter)];
  yield { answer: answered({ base, tuned, random }, state) };
}

/**
 * @param {{ base: import("./backend.js").PageBackend, tuned: import("../engine/adapterfile.js").Trained | null,
 *   random: import("../engine/adapterfile.js").Trained }} lab
 */
export function answered({ base, tuned, random }, { text, method, rank, n_labels, table, recorded = {}, words }) {
  const asked = { text, method, rank, n_labels };
  const every = base.tokenizer.encode(text);
  const n_left_out = Math.max(0, every.length - table.n_read);
  const ids = every.slice(n_left_out);
  const answer = {
    ...asked, error: ids.length ? "" : words.no_tokens, ...spelled(base.tokenizer, ids), n_left_out,
    shares: { before: [], after: [], control: [] }, next: { before: [], after: [] }, surprise: [null, null],
    merged: 0, n_changed: 0, n_weights: countOf(base.model.tensors.values()), from_recorded: null,
  };
  if (!ids.length) return answer;
  const n = table.classes.length;
  const likeliest = (logits) => likeliestOf(base.tokenizer, logits);
  const before = base.model.forward(ids).logits;
  const own = tuned && read(base, tuned, ids);
  const shares = (logits) => [...withTemperature(logits, 1)];
  return {
    ...answer,
    shares: {
      before: Array(n).fill(1 / n), after: own ? shares(own.classes) : [],
      control: shares(read(base.untrained(), random, ids).classes),
    },
    next: { before: likeliest(lastRow(before)), after: own ? likeliest(lastRow(own.logits)) : [] },
    surprise: [surpriseOf(before, ids), own ? surpriseOf(own.logits, ids) : null],
    merged: own ? own.merged : 0,
    n_changed: tuned ? countOf(everyTensor(tuned)) : 0,
    from_recorded: own ? fromRecorded(recorded, asked, own.classes) : null,
  };
}

/** The logits of the classes and of the next tokens, and how far merged and unmerged weights differ. */
function read(base, trained, ids) {
  const { body, beside, logitsOf } = classifierOf(base, trained);
  const last = ({ seen }) => rows(seen.get("ln_final"), [ids.length - 1]);
  const found = body.forward(ids, { watch: ["ln_final"] });
  const other = beside.forward(ids, { watch: ["ln_final"], logits: "last" });
  const classes = logitsOf(last(found));
  const merged = Math.max(deviation(classes, logitsOf(last(other))), deviation(lastRow(found.logits), lastRow(other.logits)));
  return { classes, logits: found.logits, merged };
}

function lastRow({ data, shape: [n, width] }) {
  return data.subarray((n - 1) * width);
}

/** Mean surprise of a text's tokens but for the first, in nats; null if there is but one. */
function surpriseOf({ data, shape: [n, width] }, ids) {
  if (n < 2) return null;
  let total = 0;
  for (let at = 0; at + 1 < n; at += 1) total -= Math.log(withTemperature(data.subarray(at * width, (at + 1) * width), 1)[ids[at + 1]]);
  return total / (n - 1);
}

function likeliestOf(tokenizer, logits) {
  const shares = withTemperature(logits, 1);
  const order = Array.from(logits.keys()).sort((a, b) => logits[b] - logits[a] || a - b);
  return order.slice(0, N_LIKELIEST).map((id) => ({ bytes: toHex(tokenizer.tokenBytes(id)), probability: shares[id] }));
}

function everyTensor({ adapters, others }) {
  return [...others.values(), ...Object.values(adapters).flatMap(({ A, B }) => [A, B])];
}

function countOf(tensors) {
  return [...tensors].reduce((total, { data }) => total + data.length, 0);
}
