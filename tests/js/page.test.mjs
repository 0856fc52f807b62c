// The small modules of a page, against Python (`python -m tests.golden.page`) and by hand.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { fromHex, toHex } from "../../gptlab/widgets/js/lib/bytes.js";
import { viridis, viridisCss, viridisTable, wantsDarkInk } from "../../gptlab/widgets/js/lib/colours.js";
import { spoken, tokenLabels } from "../../gptlab/widgets/js/lib/labels.js";
import { tokenText } from "../../gptlab/widgets/js/lib/naming.js";
import { bytesOf, floats, formatted, shorts } from "../../gptlab/widgets/js/lib/numbers.js";
import { fromRecorded } from "../../gptlab/widgets/js/lib/recorded.js";
import { LocalModel } from "../../gptlab/widgets/js/page/localmodel.js";
import { once } from "../../gptlab/widgets/js/page/once.js";
import { bytesOfLetters, unpacked } from "../../gptlab/widgets/js/page/packing.js";

const golden = JSON.parse(readFileSync(new URL("../golden/page.json", import.meta.url)));
const soon = () => new Promise((done) => setTimeout(done, 20));

// Packing

for (const [hex, letters] of golden.letters) {
  test(`letters are the bytes that Python wrote: ${hex.slice(0, 20)}`, () => {
    assert.equal(toHex(bytesOfLetters(letters)), hex);
  });
}

test("what Python packed is unpacked, with line breaks of HTML around it", async () => {
  const { content, letters } = golden.packed;
  assert.equal(new TextDecoder().decode(await unpacked(`\n${letters}\n`)), content);
});

test("what is damaged is refused", async () => {
  await assert.rejects(unpacked(golden.packed.letters.slice(5)));
});

test("a promise is kept for the next one who asks, and a broken one is not", async () => {
  const known = new Map();
  let asked = 0;
  const open = async (name) => {
    asked += 1;
    if (asked === 1) throw new Error("cut off");
    return name;
  };
  await assert.rejects(once(known, "a", open), /cut off/);
  assert.equal(await once(known, "a", open), "a");
  assert.equal(await once(known, "a", open), "a");
  assert.equal(asked, 2);
});

// The model that a view talks to

/** A widget that answers `text` with `answer`, in two parts, and fails for the text `bad`. */
function talking() {
  const reports = [];
  async function* answers({ text }) {
    await soon();
    if (text === "bad") throw new Error("cannot read this");
    yield { answer: text };
    yield { more: `${text}, more` };
  }
  const model = new LocalModel({ text: "a" }, ["text"], answers, (error) => reports.push(error?.message ?? null));
  const type = (text) => {
    model.set("text", text);
    model.save_changes();
  };
  return { model, reports, type };
}

test("the first part of an answer is awaited, the rest follows", async () => {
  const { model, reports } = talking();
  await model.answer();
  assert.equal(model.get("answer"), "a");
  await soon();
  assert.equal(model.get("more"), "a, more");
  assert.deepEqual(reports, [null]);
});

test("the newest input wins, also when it is one that was asked for before", async () => {
  const { model, type } = talking();
  const heard = [];
  model.on("change:answer", () => heard.push(model.get("answer")));
  ["b", "c", "b"].forEach(type);
  await soon();
  await soon();
  await soon();
  assert.deepEqual(heard, ["b"]);
  assert.equal(model.get("more"), "b, more");
});

test("an answer that a newer input overtakes halfway is dropped", async () => {
  const { model, type } = talking();
  const heard = [];
  model.on("change:more", () => heard.push(model.get("more")));
  model.on("change:answer", () => { if (model.get("answer") === "a") type("b"); });
  await model.answer();
  await soon();
  await soon();
  assert.deepEqual(heard, ["b, more"]);
});

test("an error is reported and views hear of it; the outputs stay, and a later input works", async () => {
  const { model, reports, type } = talking();
  await model.answer();
  await soon();
  let failed = 0;
  model.on("failed", () => { failed += 1; });
  type("bad");
  await soon();
  assert.deepEqual([reports.at(-1), failed, model.get("answer")], ["cannot read this", 1, "a"]);
  type("bad"); // the same again is tried again
  await soon();
  assert.equal(failed, 2);
  type("good");
  await soon();
  await soon();
  assert.deepEqual([reports.at(-1), model.get("answer")], [null, "good"]);
});

test("views hear changes and nothing else, until they stop listening", () => {
  const { model } = talking();
  let heard = 0;
  const hear = () => { heard += 1; };
  model.on("change:text", hear);
  model.set("text", "b");
  model.set("text", "b");
  model.set("other", 1);
  assert.equal(heard, 1);
  model.off("change:text", hear);
  model.set("text", "c");
  assert.equal(heard, 1);
});

// Colours, labels, numbers

test("viridis is matplotlib's", () => {
  golden.viridis.forEach((expected, i) => {
    viridis(i / 255).forEach((part, at) => assert.ok(Math.abs(part - expected[at]) <= 2, `colour ${i}`));
  });
  assert.deepEqual([...viridisTable().slice(-4)], [...viridis(1), 255]);
  assert.equal(viridisCss(-1), `rgb(${golden.viridis[0].join(" ")})`);
  assert.deepEqual([0, 1].map(wantsDarkInk), [false, true]);
});

for (const { bytes, lengths, names } of golden.labels) {
  test(`tokens are named as in Python: ${names.join(" ")}`, () => {
    assert.deepEqual(tokenLabels(fromHex(bytes), lengths).map(spoken), names);
  });
}

test("a token's text spells out what cannot be seen", () => {
  assert.equal(tokenText(fromHex("20e789a1")), "␣牡");
  assert.equal(tokenText(fromHex("e7")), "<E7>");
});

test("numbers are read from any buffer, wherever they start in it", () => {
  const whole = new Uint8Array([9, ...new Uint8Array(new Float32Array([1.5, -2]).buffer)]);
  const view = new DataView(whole.buffer, 1, 8);
  for (const buffer of [view, whole.subarray(1), whole.slice(1).buffer, new Float32Array([1.5, -2])]) {
    assert.deepEqual([...floats(buffer)], [1.5, -2]);
  }
  assert.equal(bytesOf(view).length, 8);
  assert.deepEqual([...shorts(new Uint8Array([1, 0, 0, 1]))], [1, 256]);
});

test("numbers are written in the language in use", () => {
  const [english, german] = ["en", "de"].map(formatted);
  assert.deepEqual([english.count(1234.6), german.count(1234.6)], ["1,235", "1.235"]);
  assert.deepEqual([english.fixed(-0.0001, 2), english.fixed(1.005, 3)], ["0.00", "1.005"]);
  assert.deepEqual([english.percent(0.1234), english.percent(0.5, 0)], ["12.3%", "50%"]);
  assert.deepEqual([english.power(2.4e-7), english.power(0)], ["2 × 10⁻⁷", "0"]);
});

test("logits are compared with those that Python took down for the same question alone", () => {
  const one = toHex(new Uint8Array(new Float32Array([1]).buffer));
  const recorded = { text: "a", written: [3], next: [[1, one], [0, one]] };
  assert.equal(fromRecorded(recorded, { text: "a", written: [3] }, [1, 1.25]), 0.25);
  assert.equal(fromRecorded(recorded, { text: "b", written: [3] }, [1, 1.25]), null);
  assert.equal(fromRecorded(recorded, { text: "a", written: [] }, [1, 1.25]), null);
  assert.equal(fromRecorded({}, { text: "a" }, [1]), null);
});
