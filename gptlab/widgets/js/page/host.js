/* global GPTLAB_CSS, GPTLAB_WASM */
import { attentionAnswers } from "../answers/attention.js";
import { PageBackend } from "../answers/backend.js";
import { beamAnswers } from "../answers/beams.js";
import { bpttAnswers } from "../answers/bptt.js";
import { chatAnswers } from "../answers/chat.js";
import { checkpointAnswers } from "../answers/checkpoints.js";
import { claimAnswers } from "../answers/claimboard.js";
import { cosineAnswers } from "../answers/cosine.js";
import { finetuneAnswers } from "../answers/finetune.js";
import { memoryAnswers } from "../answers/memory.js";
import { lengthAnswers } from "../answers/length.js";
import { nextTokenAnswers } from "../answers/nexttoken.js";
import { objectiveAnswers } from "../answers/objectives.js";
import { playerAnswers } from "../answers/player.js";
import { positionAnswers } from "../answers/positions.js";
import { sentenceAnswers } from "../answers/sentence.js";
import { tokensAnswers } from "../answers/tokens.js";
import { xrayAnswers } from "../answers/xray.js";
import { vectorAnswers } from "../answers/vectors.js";
import { renderAttention } from "../attention.js";
import { renderBeams } from "../beams.js";
import { renderBPTT } from "../bptt.js";
import { renderChat } from "../chat.js";
import { renderCheckpoints } from "../checkpoints.js";
import { renderClaims } from "../claimboard.js";
import { renderCosine } from "../cosine.js";
import { readAdapterFile } from "../engine/adapterfile.js";
import { startMatmul } from "../engine/matmul.js";
import { readCheckpoint } from "../engine/safetensors.js";
import { tokenizerFromAsset } from "../engine/tokenizers.js";
import { renderFinetune } from "../finetune.js";
import { renderLength } from "../length.js";
import { filled } from "../lib/text.js";
import { make } from "../lib/view.js";
import { WordTable } from "../lib/wordtable.js";
import { renderMemory } from "../memory.js";
import { renderNextToken } from "../nexttoken.js";
import { renderObjectives } from "../objectives.js";
import { renderPlayer } from "../player.js";
import { renderPositions } from "../positions.js";
import { renderSentence } from "../sentence.js";
import { renderTokens } from "../tokens.js";
import { renderXRay } from "../xray.js";
import { renderVectors } from "../vectors.js";
import { asset } from "./assets.js";
import { LocalModel } from "./localmodel.js";
import { once } from "./once.js";
import { bytesOfLetters } from "./packing.js";

const READ = ["text", "checkpoint"];
const ATTENTION = [...READ, "layer", "head", "seed"];
const VECTORS = ["text", "word", "method", "start", "minus", "plus", "with_inputs"];
const NEXT = [...READ, "written"];
const WIDGETS = {
  TokenExplorer: { render: renderTokens, answers: tokensAnswers, open: openVocabulary, inputs: ["text"] },
  AttentionExplorer: { render: renderAttention, answers: attentionAnswers, open: openModel, inputs: ATTENTION },
  NextToken: { render: renderNextToken, answers: nextTokenAnswers, open: openModel, inputs: NEXT },
  BeamTree: { render: renderBeams, answers: beamAnswers, open: openModel, inputs: [...READ, "width", "n_steps", "length_power", "stop"] },
  ObjectiveExplorer: { render: renderObjectives, answers: objectiveAnswers, open: openModel, inputs: ["text", "place"] },
  TrainingPlayer: { render: renderPlayer, answers: playerAnswers, open: openModel, inputs: READ },
  PositionExplorer: { render: renderPositions, answers: positionAnswers, open: openModel, inputs: [...READ, "order", "scheme"] },
  SentenceProbability: { render: renderSentence, answers: sentenceAnswers, open: openModel, inputs: [...READ, "seed"] },
  ModelXRay: { render: renderXRay, answers: xrayAnswers, open: openModel, inputs: [...READ, "part", "position", "off"] },
  LengthLab: {
    render: renderLength, answers: lengthAnswers, open: openWords,
    inputs: ["pattern", "n", "width", "stride", "n_layers", "sizes", "doublings"],
  },
  ClaimBoard: { render: renderClaims, answers: claimAnswers, open: asset, inputs: ["link"] },
  FinetuneLab: { render: renderFinetune, answers: finetuneAnswers, open: openAdapted, inputs: ["text", "method", "rank", "n_labels"] },
  ChatBox: { render: renderChat, answers: chatAnswers, open: openAdapted, inputs: ["text", "turns", "said", "written"] },
  CosineCalculator: { render: renderCosine, answers: cosineAnswers, open: openWords, inputs: ["vectors", "angle"] },
  BackpropThroughTime: { render: renderBPTT, answers: bpttAnswers, open: openWords, inputs: ["text"] },
  MemoryLab: { render: renderMemory, answers: memoryAnswers, open: asset, inputs: ["weights"] },
  VectorExplorer: { render: renderVectors, answers: vectorAnswers, open: openWords, inputs: VECTORS },
  CheckpointSlider: {
    render: renderCheckpoints, answers: checkpointAnswers, open: openModel, inputs: [...new Set([...ATTENTION, ...NEXT])],
  },
};
const NEAR = "600px"; // how far below the window a widget begins to compute
const SAY_SO = 100; // ms of waiting before it says that it computes

const matmul = startMatmul(bytesOfLetters(GPTLAB_WASM));
const models = new Map();
const adapters = new Map();
const tables = new Map();
const vocabularies = new Map();

function openModel(name) {
  return once(models, name, async () => new PageBackend(readCheckpoint(await asset(name)), matmul));
}

/** A model, or what fine-tuning trained of one. */
function openAdapted(name) {
  if (!name.startsWith("adapter/")) return openModel(name);
  return once(adapters, name, async () => readAdapterFile(await asset(name)));
}

function openWords(name) {
  return once(tables, name, async () => new WordTable(await asset(name)));
}

function openVocabulary(name) {
  return once(vocabularies, name, async () => tokenizerFromAsset(name, await asset(`tokenizer/${name}`)));
}

/** Put a live widget in the place of its picture. */
async function start(place, { name, state, weights }) {
  const { render, answers, open, inputs } = WIDGETS[name];
  const words = { ...state.words, no_answer: state.words.no_answer_in_page };
  const status = make("p", { className: "gptlab-status", role: "status" });
  const alarm = make("p", { className: "gptlab-alarm", role: "alert" });
  const report = (error) => {
    alarm.textContent = error ? filled(words.failed_in_page, { text: error.message }) : "";
  };
  const opened = (which) => open(typeof which === "number" ? weights[which] : which);
  const model = new LocalModel({ ...state, words }, inputs, (now) => answers(now, opened), report);
  place.append(status, alarm);
  const late = setTimeout(() => { status.textContent = words.working; }, SAY_SO);
  await model.answer();
  clearTimeout(late);
  status.textContent = "";
  if (alarm.textContent) return; // the picture stays
  const el = make("div");
  render({ model, el });
  place.querySelector("img")?.replaceWith(el);
  if (!matmul.simd) status.textContent = words.slow_page;
}

function explain(place, sentence) {
  place.append(make("p", { className: "gptlab-status", textContent: sentence }));
}

/** Start every widget of the page when a reader comes near it. */
function startAll() {
  document.head.append(make("style", { textContent: GPTLAB_CSS }));
  const waiting = new Map();
  const watcher = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting) continue;
      watcher.unobserve(target);
      start(target, waiting.get(target));
    }
  }, { rootMargin: NEAR });
  for (const script of document.querySelectorAll('script[type="application/vnd.gptlab.widget+json"]')) {
    const [place, mount] = [script.parentElement, JSON.parse(script.textContent)];
    if (!WIDGETS[mount.name]) continue;
    if (mount.weights === null) {
      explain(place, mount.state.words.no_page);
      continue;
    }
    waiting.set(place, mount);
    watcher.observe(place);
  }
}

if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", startAll);
else startAll();
