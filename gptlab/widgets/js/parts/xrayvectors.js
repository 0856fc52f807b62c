import { tokenText } from "../lib/naming.js";
import { floats } from "../lib/numbers.js";
import { filled } from "../lib/text.js";
import { make } from "../lib/view.js";
import { switchesOf, taken } from "../lib/xraying.js";
import { titledPart } from "./titled.js";
import { mostOf, vectorBars } from "./vectorbars.js";

const MOST_BARS = 512; // of one row; a screen has no room for more
const MOST_ROWS = 400; // of the table
const COLOURS = { q: "query", k: "key", v: "value", z: "value" };

/**
 * One part in numbers at the chosen token, and the switch.
 * @param {Record<string, string>} words
 * @param {ReturnType<import("../lib/numbers.js").formatted>} format
 * @param {{ onSwitch: (part: string) => void }} hear
 */
export function vectorsPart(words, format, { onSwitch }) {
  const about = make("p");
  const button = make("button", { type: "button", className: "switch" });
  const rows = make("div", { className: "vectors" });
  const [head, body] = [make("tr"), make("tbody")];
  const box = make("div", { className: "scroll", tabIndex: 0, role: "group", "aria-label": words.vector_table }, make("table", {}, make("thead", {}, head), body));
  const details = make("details", {}, make("summary", { textContent: words.vector_table }), box);
  const part = titledPart("chosen-part", "", about, button, make("p", { className: "note", textContent: words.vectors_note }), rows, details);
  let [now, drawn] = [null, null];

  button.addEventListener("click", () => { if (button.ariaDisabled !== "true") onSwitch(now.part); });
  details.addEventListener("toggle", fill);

  function draw(shown, { part: chosen, off, name }) {
    now = { ...shown, part: chosen };
    const { xray, names } = shown;
    const known = switchesOf({ n_layers: xray.sizes.n_layers, n_heads: xray.sizes.n_heads, adds: xray.adds });
    const can = known.includes(chosen);
    button.ariaDisabled = String(!can);
    button.setAttribute("aria-pressed", String(off.includes(chosen)));
    button.textContent = can ? filled(off.includes(chosen) ? words.switch_on : words.switch_off, { part: name }) : words.cannot;
    if (drawn === xray) return;
    drawn = xray;
    part.name(filled(words.chosen_part, { part: name, token: names[xray.at] }));
    about.textContent = aboutPart(words, format, xray, chosen);
    rows.replaceChildren(...xray.vectors.map(([vector, , buffer]) => {
      const values = floats(buffer);
      const most = mostOf(values);
      const end = filled(words.numbers, { n: format.count(values.length), most: format.fixed(most, 2) });
      return vectorBars(COLOURS[vector] ?? "stream", named(words, vector), values.subarray(0, MOST_BARS), most, end);
    }));
    fill();
  }

  function fill() {
    if (!details.open || !now) return;
    const { xray, names, bytesOf } = now;
    const columns = xray.vectors.map(([name, axis, buffer]) => ({ name, axis, values: floats(buffer) }));
    const { axis } = columns[0];
    const same = columns.filter((column) => column.axis === axis);
    const others = columns.filter((column) => column.axis !== axis);
    head.replaceChildren(...[axisName(words, axis), ...same.map(({ name }) => named(words, name))].map(columnHead));
    const label = (i) => (axis === "token" ? tokenText(bytesOf(i)) : String(i));
    body.replaceChildren(
      ...tableRows(same, label, format),
      ...others.flatMap(({ name, axis: other, values }) => [
        make("tr", {}, columnHead(axisName(words, other)), columnHead(named(words, name))),
        ...tableRows([{ values }], (i) => (other === "position" ? names[i] : String(i)), format),
      ]),
    );
  }
  return { element: part.element, draw };
}

function tableRows(columns, label, format) {
  const n = Math.min(columns[0].values.length, MOST_ROWS);
  return Array.from({ length: n }, (_, i) => make("tr", {},
    make("th", { scope: "row" }, make("bdi", { textContent: label(i) })),
    ...columns.map(({ values }) => make("td", { textContent: format.fixed(values[i], 4) }))));
}

function columnHead(textContent) {
  return make("th", { scope: "col", textContent });
}

function axisName(words, axis) {
  return { channel: words.channel, head: words.channel, hidden: words.hidden, token: words.token, position: words.position }[axis];
}

function named(words, vector) {
  const [name, head] = vector.startsWith("pattern.") ? vector.split(".") : [vector];
  const text = {
    embed: words.vector_embed, pos_embed: words.vector_pos_embed, ln1: words.vector_ln1, ln2: words.vector_ln2,
    resid_pre: words.vector_resid_pre, attn_out: words.vector_attn_out, resid_mid: words.vector_resid_mid,
    "mlp.pre": words.vector_mlp_pre, "mlp.post": words.vector_mlp_post, mlp_out: words.vector_mlp_out,
    resid_post: words.vector_resid_post, ln_final: words.vector_ln_final, logits: words.vector_logits,
    q: words.vector_q, k: words.vector_k, v: words.vector_v, z: words.vector_z, pattern: words.vector_pattern,
  }[name];
  return head === undefined ? text : `${text}, ${filled(words.a_head, { head })}`;
}

function aboutPart(words, format, { sizes, parameters, ids }, part) {
  const { head, inside, block } = taken(part);
  const width = head !== null ? sizes.d_head : part === "unembed" ? sizes.d_vocab : sizes.d_model;
  const shape = filled(words.shape, { tokens: format.count(ids.length), n: format.count(width) });
  if (part === "unembed") return filled(words.tied, { shape });
  const isWhole = block !== null && !inside;
  const { d_model, d_head } = sizes;
  const own = head !== null
    ? 4 * d_model * d_head + 3 * d_head
    : parameters.filter(([name]) => name === part || (isWhole && name.startsWith(`${part}.`))).reduce((sum, [, n]) => sum + n, 0);
  return own ? filled(words.has_parameters, { count: format.count(own), shape }) : filled(words.no_parameters, { shape });
}
