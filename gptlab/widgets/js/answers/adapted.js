import { GPT } from "../engine/gpt.js";
import { tokenizerFromJson } from "../engine/tokenizers.js";
import { plus, zeros } from "../engine/tensors.js";
import { CHAT_TOKENS } from "../lib/chatting.js";

/** @typedef {import("./backend.js").PageBackend} PageBackend */
/** @typedef {import("../engine/adapterfile.js").Trained} Trained */

const chats = new WeakMap();
const classifiers = new WeakMap();

/**
 * A classifier: the body with an adapter merged into it and beside it, and the head that reads it.
 * @param {PageBackend} base
 * @param {Trained} trained
 */
export function classifierOf({ model, matmul }, trained) {
  if (!classifiers.has(trained)) {
    const { adapters, others } = trained;
    const has = Object.keys(adapters).length > 0; // the last layer alone leaves the body as it is
    const head = [others.get("W_head"), others.get("b_head")];
    const { product } = matmul.open();
    classifiers.set(trained, {
      body: has ? model.adapted(adapters) : model, beside: has ? model.beside(adapters) : model,
      logitsOf: (last) => plus(product(last, head[0]), head[1]).data,
    });
  }
  return classifiers.get(trained);
}

/**
 * A chat model from the shipped one and what dialogue taught it, as `shipped_chat` opens it in Python.
 * @param {PageBackend} base
 * @param {Trained} trained
 * @returns {{ tuned: { model: GPT, tokenizer: object, nCtx: number, dVocab: number }, beside: GPT,
 *   untuned: GPT }} merged, with the adapter beside the weights, and before it was taught
 */
export function chatModels(base, trained) {
  if (!chats.has(trained)) chats.set(trained, openedChat(base, trained));
  return chats.get(trained);
}

function openedChat({ model, tokenizerJson, matmul, nCtx }, { adapters, others }) {
  const n = CHAT_TOKENS.length;
  const sizes = { ...model.sizes, d_vocab: model.sizes.d_vocab + n };
  const description = { ...model.description, sizes };
  const W_E = model.tensors.get("W_E");
  const withRows = (rows) => new Map(model.tensors).set("W_E", stackedRows(W_E, rows));
  const beside = new GPT(description, withRows(others.get("W_E.rows")), matmul).beside(adapters);
  const specials = [...(tokenizerJson.specials ?? []), ...CHAT_TOKENS];
  return {
    tuned: {
      model: new GPT(description, beside.tensors, matmul).adapted(adapters),
      tokenizer: tokenizerFromJson({ ...tokenizerJson, specials }), nCtx, dVocab: sizes.d_vocab,
    },
    beside,
    untuned: new GPT(description, withRows(meanRows(W_E, n)), matmul),
  };
}

/** A matrix with more rows at its end. */
function stackedRows(matrix, rows) {
  const all = zeros([matrix.shape[0] + rows.shape[0], matrix.shape[1]]);
  all.data.set(matrix.data);
  all.data.set(rows.data, matrix.data.length);
  return all;
}

/** The mean of a matrix's rows, n times: what the rows of new tokens begin with. */
function meanRows({ data, shape: [n_rows, width] }, n) {
  const sums = new Float64Array(width);
  data.forEach((number, at) => { sums[at % width] += number; });
  const rows = zeros([n, width]);
  return { ...rows, data: rows.data.map((_, at) => sums[at % width] / n_rows) };
}
