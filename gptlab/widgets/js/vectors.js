import { floats, formatted } from "./lib/numbers.js";
import { filled } from "./lib/text.js";
import { make } from "./lib/view.js";
import { cosineTable } from "./parts/cosinetable.js";
import { savingPart } from "./parts/saving.js";
import { sumPart } from "./parts/sumpart.js";
import { titledPart } from "./parts/titled.js";
import { mountTyped } from "./parts/typed.js";
import { mapPicture, wordMap } from "./parts/wordmap.js";

const N_WORDS = 10_000; // as in exploring.py

function vectorsView(model, root, _signal, words) {
  const format = formatted(words.language);
  const put = (changes) => {
    for (const [name, value] of Object.entries(changes)) model.set(name, value);
    model.save_changes();
  };
  const choose = (word) => put({ word });
  const missing = make("p", { className: "note", role: "status" });
  const chips = make("div", { className: "words", role: "group", "aria-label": words.own_words });
  const near = nearTable(words, format);
  const method = make("select", { "aria-label": words.map_by });
  method.addEventListener("change", () => put({ method: method.value }));
  const map = wordMap(words, format, choose);
  const matrix = cosineTable(words, format);
  const sum = sumPart(words, format, put);
  const nearPart = titledPart("near", "", make("p", { className: "note", textContent: words.choose_word }), chips, near.element);
  const mapPart = titledPart("map", words.map, make("label", { className: "by" }, make("span", { textContent: words.map_by }), method), map.element);
  const matrixPart = titledPart("matrix", words.matrix, matrix.element);
  const sumTitled = titledPart("sum", words.sum, sum.element);
  const proof = make("p", { className: "proof", textContent: filled(words.proof_rounded, { n: format.count(N_WORDS) }) });
  const saving = savingPart(words, "vectors", () => mapPicture(words, opened(model.get("answer"))));
  root.append(missing, make("div", { className: "columns" }, nearPart.element, mapPart.element), matrixPart.element, sumTitled.element, proof, saving.element);

  let [answer, added] = [null, null]; // as last drawn
  return () => {
    sum.follow(["start", "minus", "plus", "with_inputs"].map((name) => model.get(name)));
    if (added !== model.get("sum")) {
      added = model.get("sum");
      sum.draw({ ...added, cosines: floats(added.cosines), points: floats(added.points) });
    }
    const now = opened(model.get("answer"));
    if (answer === model.get("answer")) return;
    answer = model.get("answer");
    missing.textContent = now.missing.length ? filled(words.missing_here, { list: now.missing.join(", ") }) : "";
    if (!now.chosen) missing.textContent = [missing.textContent, words.no_words].filter(Boolean).join(" ");
    nearPart.name(filled(words.near, { name: now.chosen || "–" }));
    chips.replaceChildren(...now.words.map((word) => chipOf(word, word === now.chosen, choose)));
    const names = { pca: words.pca, tsne: words.tsne, umap: words.umap };
    method.replaceChildren(...model.get("methods").map((name) => make("option", { value: name, textContent: names[name], selected: name === now.method })));
    near.draw(now);
    map.draw(now);
    matrix.draw(now);
  };
}

function opened(answer) {
  const [cosines, matrix, points] = [answer.cosines, answer.matrix, answer.points].map(floats);
  return { ...answer, cosines, matrix, points };
}

function chipOf(word, isChosen, choose) {
  const button = make("button", { type: "button", "aria-pressed": isChosen }, make("bdi", { textContent: word }));
  button.addEventListener("click", () => choose(word));
  return button;
}

function nearTable(words, format) {
  const head = [words.rank, words.word, words.cosine].map((name) => make("th", { scope: "col", textContent: name }));
  const body = make("tbody");
  const element = make("table", { className: "list" }, make("thead", {}, make("tr", {}, ...head)), body);
  function draw({ near, cosines }) {
    body.replaceChildren(...near.map((word, i) => {
      const bar = make("span", { className: "bar" });
      bar.style.width = `${Math.max(0, cosines[i]) * 6}em`;
      return make("tr", {}, make("td", { textContent: String(i + 1) }), make("th", { scope: "row" }, make("bdi", { textContent: word })),
        make("td", {}, make("span", { className: "number", textContent: format.fixed(cosines[i], 3) }), bar));
    }));
  }
  return { element, draw };
}

export function renderVectors({ model, el }) {
  const traits = ["text", "word", "method", "answer", "start", "minus", "plus", "with_inputs", "sum"];
  return mountTyped({ model, el }, { name: "vectors", traits, output: "answer", view: vectorsView });
}
export default { render: renderVectors };
