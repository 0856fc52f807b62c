import { isHidden, mixed, products, rowSteps } from "../lib/headmath.js";
import { filled } from "../lib/text.js";
import { make } from "../lib/view.js";
import { vectorBars, mostOf } from "./vectorbars.js";
import { coordinateTable } from "./coordinates.js";
import { rowTable } from "./rowtable.js";
import { titledPart } from "./titled.js";

/**
 * How one query comes to look at one key, with the model's own numbers: q · k, × 1/√d_head, mask,
 * softmax, times v.
 * @param {Record<string, string>} words
 * @param {ReturnType<import("../lib/numbers.js").formatted>} format
 */
export function headSteps(words, format) {
  const held = make("p", { className: "note" });
  const missing = make("p", { textContent: words.no_vectors });
  const [product, mix] = [make("div", { className: "vectors" }), make("div", { className: "vectors" })];
  const chain = make("ol", { className: "chain" });
  const table = rowTable(words, format);
  const coordinates = coordinateTable(words, format);
  const [productSaid, mixSaid] = [make("p"), make("p")];
  const shown = make("div", {}, productSaid, product, chain);
  const ending = make("div", {}, mixSaid, mix, coordinates.element);
  const { element, name } = titledPart("steps", "", held, missing, shown, table.element, ending);

  /** @param {{head: object, names: string[], pair: {query: number, key: number}, isHeld: boolean}} next */
  function draw({ head, names, pair, isHeld }) {
    const [query, key] = [names[pair.query], names[pair.key]];
    const values = { query, key };
    name(filled(words.steps, values));
    held.textContent = isHeld ? words.held : words.not_held;
    const isOpen = Boolean(head.q && head.scores);
    missing.hidden = isOpen;
    shown.hidden = ending.hidden = !isOpen;
    if (!isOpen) {
      table.draw({ names, pair, pattern: head.pattern, hidden: names.map((_, i) => isHidden(head, pair.query, i)) });
      return;
    }
    const steps = rowSteps(head, pair.query);
    const each = products(head, pair.query, pair.key);
    productSaid.textContent = filled(words.step_product, { ...values, n: head.d });
    mixSaid.textContent = filled(words.step_mix, values);
    drawProduct(head, pair, values, each, steps);
    chain.replaceChildren(...chainOf(words, format, head, pair, steps));
    table.draw({ names, pair, pattern: head.pattern, hidden: steps.hidden, steps });
    drawMix(head, pair, values, each, steps);
  }

  function drawProduct({ q, k, d }, pair, values, each, { raw }) {
    const [own, other] = [vector(q, pair.query, d), vector(k, pair.key, d)];
    product.replaceChildren(
      vectorBars("query", filled(words.q_of, values), own, mostOf(own)),
      vectorBars("key", filled(words.k_of, values), other, mostOf(other)),
      vectorBars("product", words.q_times_k, each, mostOf(each), filled(words.sum_is, { number: format.fixed(raw[pair.key], 3) })),
    );
  }

  function drawMix(head, { query, key }, values, each, { weight }) {
    const { d, q, k, v, z } = head;
    const [all, own] = [mixed(head, weight), vector(v, key, d)];
    const part = own.map((number) => number * weight[key]);
    const most = mostOf(all, part, own);
    const probability = format.percent(weight[key]);
    mix.replaceChildren(
      vectorBars("value", filled(words.v_of, values), own, most),
      vectorBars("value", filled(words.part_of, { ...values, probability }), part, most),
      vectorBars("value whole", filled(words.z_of, values), all, most),
    );
    const columns = [vector(q, query, d), vector(k, key, d), each, own, part, all, vector(z, query, d)];
    coordinates.draw(columns.map((column) => Array.from(column)));
  }
  return { element, draw };
}

function vector(numbers, position, d) {
  return Array.from(numbers.subarray(position * d, (position + 1) * d));
}

/** One card for each step of the pair, each with its number. */
function chainOf(words, format, { d }, { key }, steps) {
  const number = (value) => format.fixed(value, 3);
  const isHidden = steps.hidden[key];
  const root = filled(words.root, { n: d, number: number(1 / Math.sqrt(d)) });
  const sum = number(steps.scaled[key] + steps.bias[key]);
  const biased = ["", words.biased, sum, filled(words.bias_is, { number: number(steps.bias[key]) })];
  const cards = [
    ["", words.raw, number(steps.raw[key]), ""],
    ["", words.scaled, number(steps.scaled[key]), root],
    ...(steps.isBiased ? [biased] : []),
    ["", words.mask, isHidden ? "−∞" : number(steps.score[key]), isHidden ? words.is_hidden : words.is_seen],
    ["", words.exp, number(steps.exp[key]), filled(words.less_largest, { number: number(steps.best) })],
    ["weight", words.weight, format.percent(steps.weight[key]), filled(words.over_total, { total: number(steps.total) })],
  ];
  return cards.map(([className, name, result, note]) =>
    make("li", { className }, make("span", { className: "name", textContent: name }),
      make("strong", { textContent: result }), make("span", { className: "note", textContent: note })));
}
