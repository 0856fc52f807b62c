import { fromHex, shownBytes } from "../lib/bytes.js";
import { spoken, tokenLabels } from "../lib/labels.js";
import { filled } from "../lib/text.js";
import { make } from "../lib/view.js";
import { titledPart } from "./titled.js";

/** Every token that the model is given, the chat's own framed, the reply's told from the prompt's. */
export function rawPrompt(words, format) {
  const said = make("p", { className: "summary" });
  const left = make("p", { className: "note" });
  const chips = make("div", { className: "chips", tabIndex: 0, role: "group", "aria-label": words.raw });
  const fill = make("span");
  const meter = make("div", { className: "meter", "aria-hidden": "true" }, fill);
  const body = make("tbody");
  const summary = make("summary");
  const heads = [words.place, words.token, words.id, words.bytes].map((textContent) => make("th", { scope: "col", textContent }));
  const box = make("div", { className: "scroll", tabIndex: 0, role: "group", "aria-label": words.raw }, make("table", {}, make("thead", {}, make("tr", {}, ...heads)), body));
  const table = make("details", {}, summary, box);
  const { element } = titledPart("raw", words.raw, make("p", { className: "note", textContent: words.raw_help }), said, meter, left, chips, table);
  let shown = null;

  function draw(answer) {
    const { ids, bytes, lengths, n_prompt, n_ctx, n_reply, special, n_fell_out, n_cut } = answer;
    shown = { answer, labels: tokenLabels(fromHex(bytes), lengths).map(spoken), own: new Set(special) };
    said.textContent = filled(words.raw_said, {
      n: format.count(ids.length), total: format.count(n_ctx), count: format.count(n_prompt),
      shown: format.count(ids.length - n_prompt), left: format.count(n_reply - (ids.length - n_prompt)),
    });
    fill.style.width = `${(100 * ids.length) / n_ctx}%`;
    left.textContent = [
      n_fell_out ? filled(words.fell_out, { count: format.count(n_fell_out) }) : "",
      n_cut ? filled(words.cut, { count: format.count(n_cut) }) : "",
    ].join(" ");
    chips.replaceChildren(...shown.labels.map((label, at) => make("bdi", {
      className: `chip ${kindOf(at)}`, textContent: label, title: filled(words.chip, { id: ids[at] }),
    })));
    chips.scrollTop = chips.scrollHeight;
    summary.textContent = filled(words.raw_table, { n: format.count(ids.length) });
    fillTable();
  }

  function kindOf(at) {
    if (shown.own.has(at)) return "special";
    return at < shown.answer.n_prompt ? "given" : "added";
  }

  function fillTable() {
    if (!table.open) return;
    const { ids, bytes, lengths } = shown.answer;
    const all = fromHex(bytes);
    let end = 0;
    body.replaceChildren(...ids.map((id, at) => {
      const own = all.subarray(end, (end += lengths[at]));
      return make("tr", {}, make("th", { scope: "row", textContent: format.count(at) }), make("td", {}, make("bdi", { textContent: shown.labels[at] })),
        make("td", { textContent: String(id) }), make("td", { textContent: shownBytes(own) }));
    }));
  }
  table.addEventListener("toggle", fillTable);
  return { element, draw };
}
