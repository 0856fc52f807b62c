import { UnknownCharacter } from "../engine/chars.js";
import { checkedText } from "../engine/checks.js";
import { tokenizerFromJson } from "../engine/tokenizers.js";
import { drawn } from "../lib/blocks.js";
import { joined, toHex } from "../lib/bytes.js";
import { charactersOf, filled, shapeOf } from "../lib/text.js";

const MOST_TOKENS = 2000; // drawn, by all tokenizers together, as in counting.py
const MOST_REPLAYED = 200; // characters, as in counting.py
const utf8 = new TextEncoder();
const own = new WeakMap(); // tokenizers that travelled with the widget, by their JSON

/**
 * What TokenExplorer shows for a text: `counted` in counting.py, computed in the page.
 * @param {{text: string, tokenizers_json: object[], words: Record<string, string>}} state
 * @param {(name: string) => Promise<object>} open opens the asset `tokenizer/NAME`
 */
export async function* tokensAnswers({ text, tokenizers_json, words }, open) {
  checkedText(text);
  const most = Math.floor(MOST_TOKENS / tokenizers_json.length);
  const tokenizers = [];
  for (const json of tokenizers_json) {
    tokenizers.push(cut(await opened(json, open), text, most, words));
  }
  const n_bytes = utf8.encode(text).length;
  const n_characters = charactersOf(text).length;
  yield { result: { text, n_bytes, n_characters, n_code_points: [...text].length, tokenizers } };
}

function opened(json, open) {
  if (["published", "shipped"].includes(json.kind)) return open(json.name);
  if (!own.has(json)) own.set(json, tokenizerFromJson(json));
  return own.get(json);
}

function cut(tokenizer, text, most, words) {
  const { ids, error } = encoded(tokenizer, text, words);
  const spellings = ids.map((id) => tokenizer.tokenBytes(id));
  const lengths = spellings.map((spelling) => spelling.length);
  const n = drawn(spellings, most);
  return {
    name: tokenizer.name,
    vocab_size: tokenizer.vocabSize,
    error,
    n_tokens: ids.length,
    n_bytes: lengths.reduce((sum, length) => sum + length, 0),
    equal: !error && tokenizer.decode(ids) === text,
    ids: ids.slice(0, n),
    lengths: lengths.slice(0, n),
    bytes: toHex(joined(spellings.slice(0, n))),
    replay: tokenizer.replay?.([...text].slice(0, MOST_REPLAYED).join("")) ?? null,
  };
}

function encoded(tokenizer, text, words) {
  try {
    return { ids: tokenizer.encode(text), error: "" };
  } catch (problem) {
    if (!(problem instanceof UnknownCharacter)) throw problem;
    const { number, character, code } = problem;
    return { ids: [], error: filled(words.unknown, { number, text: shapeOf(character), code }) };
  }
}
