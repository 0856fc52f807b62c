import { withTemperature } from "../engine/decoding.js";
import { toHex } from "../lib/bytes.js";
import { attentionAnswers } from "./attention.js";
import { nextTokenAnswers, prediction } from "./nexttoken.js";

/**
 * What CheckpointSlider shows: its view at the present snapshot, then one token's probability at
 * all of them, `trajectory` in trajectories.py.
 * @param {{ text: string, written: number[], view: string, checkpoints: number[],
 *   trajectory?: object, words: Record<string, unknown> }} state
 * @param {(index: number) => Promise<import("./backend.js").PageBackend>} open
 */
export async function* checkpointAnswers(state, open) {
  const answers = state.view === "attention" ? attentionAnswers : nextTokenAnswers;
  yield* answers({ ...state, words: state.words.view }, open);
  const { text, written, trajectory: known } = state;
  if (known?.text === text && String(known.written) === String(written)) return;
  yield* trajectoryAnswers(state, open);
}

async function* trajectoryAnswers(state, open) {
  const { text, written, checkpoints } = state;
  const answers = [];
  for (let checkpoint = 0; checkpoint < checkpoints.length; checkpoint += 1) {
    answers.push(prediction(await open(checkpoint), { ...state, checkpoint, words: state.words.view }));
    yield {}; // the page may draw, and a newer text ends this one
  }
  const { error } = answers[answers.length - 1];
  if (error) {
    yield { trajectory: { text, written, error, token: null, token_bytes: "", probabilities: new Float32Array(0), best: [], best_bytes: [] } };
    return;
  }
  const best = answers.map(({ logits }) => logits.indexOf(Math.max(...logits)));
  const token = best[best.length - 1];
  const { tokenizer } = await open(checkpoints.length - 1);
  const probabilities = Float32Array.from(answers, ({ logits }) => withTemperature(logits, 1)[token]);
  const best_bytes = best.map((each) => toHex(tokenizer.tokenBytes(each)));
  yield { trajectory: { text, written, error, token, token_bytes: best_bytes[best.length - 1], probabilities, best, best_bytes } };
}
