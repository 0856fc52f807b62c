import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { tokensAnswers } from "../../gptlab/widgets/js/answers/tokens.js";
import { ByteBPE } from "../../gptlab/widgets/js/engine/bpe.js";
import { CharTokenizer } from "../../gptlab/widgets/js/engine/chars.js";
import { merge } from "../../gptlab/widgets/js/engine/merging.js";
import { cut } from "../../gptlab/widgets/js/engine/pretokens.js";
import { tokenizerFromAsset, tokenizerFromJson } from "../../gptlab/widgets/js/engine/tokenizers.js";
import { toHex } from "../../gptlab/widgets/js/lib/bytes.js";

const golden = JSON.parse(readFileSync(new URL("../golden/tokens.json", import.meta.url)));

async function answered(state, open) {
  const found = [];
  for await (const outputs of tokensAnswers(state, open)) found.push(outputs);
  return found;
}

const small = () => ByteBPE.fromJson({ name: "small", merges: ["a a", "aa b"], specials: ["<|end|>"] });

test("merges by hand: aab is one token, aaab is a and aab", () => {
  assert.deepEqual(small().encode("aab"), [257]);
  assert.deepEqual(small().encode("aaab"), [256, 97, 98]); // the leftmost pair first
  assert.deepEqual(small().encode(""), []);
  assert.equal(small().vocabSize, 259);
});

test("the lowest id is merged first, wherever it stands", () => {
  const ranks = new Map([..."abcd"].map((letter, id) => [letter, id]));
  for (const [id, spelling] of ["cd", "bc", "ab", "abcd"].entries()) ranks.set(spelling, 10 + id);
  assert.deepEqual(merge("abcdbc", ranks), [13, 11]);
});

test("a special token spells its name, and no text produces it", () => {
  assert.equal(small().decode([258, 97]), "<|end|>a");
  assert.equal(small().encode("<|end|>").length, 7);
});

test("bytes that are not UTF-8 become U+FFFD, U+FEFF stays", () => {
  assert.equal(small().decode([0xe7, 0x89, 97]), "\ufffda");
  assert.equal(small().decode([0xef, 0xbb, 0xbf]), "\ufeff");
});

test("what cannot be encoded or decoded is refused with a reason", () => {
  assert.throws(() => small().encode("ab\ud83d"), /character 2 is the lone surrogate U\+D83D/);
  for (const id of [-1, 259, 1.5]) assert.throws(() => small().decode([id]), /ids 0 to 258/);
  const letters = new CharTokenizer({ name: "chars", alphabet: "ab👩" });
  assert.deepEqual(letters.encode("👩b"), [2, 1]);
  assert.equal(letters.decode([2, 1]), "👩b");
  assert.throws(() => letters.encode("a👩牡"), /Character 2 is '牡' \(U\+7261\).* 3 characters/);
  assert.throws(() => letters.tokenBytes(3), /ids 0 to 2/);
  assert.throws(() => tokenizerFromJson({ kind: "published", name: "gpt2" }), /kind published/);
});

const LONG = {
  "one letter": "a".repeat(100_000), "capitals": "A".repeat(100_000), "cases in turn": "aA".repeat(50_000),
  "spaces": " ".repeat(100_000) + "x", "lines": "\n".repeat(100_000) + "x", "white space": " \n".repeat(50_000) + "x",
  "Chinese": "牡".repeat(100_000), "accents": "\u0301".repeat(100_000), "apostrophes": "'".repeat(100_000),
};
for (const [name, text] of Object.entries(LONG)) {
  test(`a hundred thousand signs are cut and merged in steps, not in squares: ${name}`, { timeout: 5000 }, () => {
    for (const pattern of ["gpt2", "cl100k", "o200k"]) assert.equal(cut(pattern, text).join(""), text);
    assert.equal(small().decode(small().encode(text)), text);
  });
}

for (const { state, result } of golden.explorers) {
  test(`TokenExplorer shows the same: ${JSON.stringify(state.text.slice(0, 20))}`, async () => {
    assert.deepEqual(await answered(state), [{ result }]);
  });
}

test("half of a surrogate pair has no answer", async () => {
  const { state } = golden.explorers[0];
  await assert.rejects(answered({ ...state, text: "\udc00" }), /character 0 is the lone surrogate/);
});

// Thousands of strings: tests/test_page_tokenizers.py writes them down and calls this file.
const folder = process.env.GPTLAB_PYTHON_ANSWERS;
const written = (name) => JSON.parse(readFileSync(join(folder, `${name}.json`)));
const sizesOf = (words) => words.map((word) => [...word].length);
const table = (name) => new Uint8Array(readFileSync(join(folder, `${name}.table`)));

test("Python's answers", { skip: !folder }, async (t) => {
  const texts = written("texts");
  const opened = new Map();
  for (const { name, json, vocab_size, cuts, ids, decoded, spellings } of written("tokenizers")) {
    const bytes = json ? new TextEncoder().encode(JSON.stringify(json)) : table(name);
    const tokenizer = tokenizerFromAsset(name, bytes);
    opened.set(name, tokenizer);
    await t.test(`${name}: the same tokens of every text`, () => {
      texts.forEach((text, i) => {
        assert.deepEqual(sizesOf(tokenizer.preTokens(text)), cuts[i], JSON.stringify(text));
        assert.deepEqual(tokenizer.encode(text), ids[i], JSON.stringify(text));
        assert.equal(tokenizer.decode(ids[i]), text);
      });
    });
    await t.test(`${name}: the same text for ids in no order`, () => {
      for (const [row, text] of decoded) assert.equal(tokenizer.decode(row), text, JSON.stringify(row));
    });
    await t.test(`${name}: the same bytes of every token`, () => {
      assert.equal(tokenizer.name, name);
      assert.equal(tokenizer.vocabSize, vocab_size);
      spellings.forEach((hex, id) => {
        if (hex === null) assert.throws(() => tokenizer.tokenBytes(id), /leaves that id unused/);
        else assert.equal(toHex(tokenizer.tokenBytes(id)), hex, String(id));
      });
    });
  }

  const { text, cuts } = written("characters");
  for (const [pattern, lengths] of Object.entries(cuts)) {
    await t.test(`${pattern}: every character is cut alike`, () => {
      assert.deepEqual(sizesOf(cut(pattern, text)), lengths);
    });
  }

  const names = { shakespeare: "shakespeare-bpe-2048" };
  const open = async (name) => opened.get(names[name] ?? name);
  for (const { state, result } of written("explorers")) {
    const label = JSON.stringify(state.text.slice(0, 20));
    await t.test(`TokenExplorer, ${state.tokenizers_json.length} tokenizers: ${label}`, async () => {
      assert.deepEqual(await answered(state, open), [{ result }]);
    });
  }
});
