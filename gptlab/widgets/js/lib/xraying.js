import { slice } from "../engine/tensors.js";

/*
 * The parts of a model by name, as model_xray_numbers.py and backends/switching.py name them.
 */

const range = (n) => Array.from({ length: n }, (_, i) => i);

/**
 * @typedef {{ n_layers: number, n_heads: number, adds: boolean }} Shape
 */

/**
 * Every part that can be switched off.
 * @param {Shape} shape
 */
export function switchesOf({ n_layers, n_heads, adds }) {
  const blocks = range(n_layers).flatMap((i) => {
    const heads = range(n_heads).map((head) => `blocks.${i}.attn.${head}`);
    return [`blocks.${i}`, `blocks.${i}.attn`, ...heads, `blocks.${i}.mlp`];
  });
  return [...(adds ? ["pos_embed"] : []), ...blocks];
}

/**
 * The parts of the drawing that can be chosen, in order.
 * @param {Shape} shape
 */
export function partsOf({ n_layers, n_heads, adds }) {
  const heads = range(n_heads).map((head) => `attn.${head}`);
  const inside = ["ln1", "attn", ...heads, "resid_mid", "ln2", "mlp", "resid_post"];
  const blocks = range(n_layers).flatMap((i) => [`blocks.${i}`, ...inside.map((name) => `blocks.${i}.${name}`)]);
  return ["embed", ...(adds ? ["pos_embed"] : []), ...blocks, "ln_f", "unembed"];
}

/**
 * The probes whose lengths are shown, in order.
 * @param {Shape} shape
 */
export function stagesOf({ n_layers, adds }) {
  const inside = ["resid_pre", "ln1", "attn_out", "resid_mid", "ln2", "mlp_out", "resid_post"];
  const blocks = range(n_layers).flatMap((i) => inside.map((name) => `blocks.${i}.${name}`));
  return ["embed", ...(adds ? ["pos_embed"] : []), ...blocks, "ln_final"];
}

/**
 * The probe whose length stands at a part of the drawing; null if it has none of its own.
 * @param {string} part
 */
export function stageOf(part) {
  if (part === "ln_f") return "ln_final";
  if (/^blocks\.\d+$|\.attn\.\d+$|^unembed$/.test(part)) return null;
  return part.replace(/\.(attn|mlp)$/, ".$1_out");
}

/**
 * What stands in the place of a part of a block: block, name of the part, head or null.
 * @param {string} part
 */
export function taken(part) {
  const found = /^blocks\.(\d+)(?:\.(\w+?)(?:\.(\d+))?)?$/.exec(part);
  if (!found) return { block: null, inside: part, head: null };
  const [, block, inside = "", head] = found;
  return { block: Number(block), inside, head: head === undefined ? null : Number(head) };
}

/**
 * What a part holds at a position: name, kind of its axis, and the numbers.
 * @param {Map<string, import("../engine/tensors.js").Tensor>} seen
 * @param {string} part
 * @param {number} at
 * @returns {[string, string, Float32Array][]}
 */
export function vectorsOf(seen, part, at) {
  const row = (name) => slice(seen.get(name), at).data;
  if (part === "embed" || part === "pos_embed") return [[part, "channel", row(part)]];
  if (part === "ln_f") return [["ln_final", "channel", row("ln_final")]];
  if (part === "unembed") return [["logits", "token", row("logits")]];
  const { block, inside, head } = taken(part);
  const prefix = `blocks.${block}`;
  if (head !== null) {
    const rows = [..."qkvz"].map((name) => [name, "head", slice(slice(seen.get(`${prefix}.attn.${name}`), at), head).data]);
    return [...rows, ["pattern", "position", patternRow(seen, prefix, head, at)]];
  }
  const names = {
    "": ["resid_pre", "attn_out", "mlp_out", "resid_post"], attn: ["attn_out"], mlp: ["mlp.pre", "mlp.post", "mlp_out"],
  }[inside] ?? [inside];
  const found = names.map((name) => [name, /^mlp\./.test(name) ? "hidden" : "channel", row(`${prefix}.${name}`)]);
  if (inside !== "attn") return found;
  const n_heads = seen.get(`${prefix}.attn.pattern`).shape[0];
  return [...found, ...range(n_heads).map((h) => [`pattern.${h}`, "position", patternRow(seen, prefix, h, at)])];
}

function patternRow(seen, prefix, head, at) {
  return slice(slice(seen.get(`${prefix}.attn.pattern`), head), at).data;
}

/**
 * How much probability goes to other tokens: half the sum of all differences, 0 to 1.
 * @param {ArrayLike<number>} before
 * @param {ArrayLike<number>} after
 */
export function moved(before, after) {
  let total = 0;
  for (let i = 0; i < before.length; i += 1) total += Math.abs(before[i] - after[i]);
  return total / 2;
}

/**
 * The likeliest tokens of two predictions: the best of each by turns, without doubles.
 * @param {Float32Array} before
 * @param {Float32Array} after
 * @param {number} n
 */
export function likeliest(before, after, n) {
  const ranked = [before, after].map((shares) =>
    Array.from(shares.keys()).sort((a, b) => shares[b] - shares[a] || a - b).slice(0, n));
  const mixed = range(n).flatMap((i) => ranked.map((order) => order[i])).filter((id) => id !== undefined);
  return [...new Set(mixed)].slice(0, n).sort((a, b) => before[b] - before[a] || a - b);
}
