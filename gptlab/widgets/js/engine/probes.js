/**
 * Passes an activation on, under its name: as it came, or as an edit replaces it.
 * @callback Probe
 * @param {string} name such as `blocks.0.attn.pattern`; inside a layer, `pattern` alone
 * @param {import("./tensors.js").Tensor} activation
 * @returns {import("./tensors.js").Tensor}
 */

/** @typedef {(activation: import("./tensors.js").Tensor) => import("./tensors.js").Tensor} Edit */

/**
 * The names of a model's probes, in the order in which Python's modules have them.
 * @param {number} n_layers
 * @param {boolean} adds whether the position scheme adds vectors to the stream
 */
export function probeNames(n_layers, adds) {
  const attention = ["q", "k", "v", "scores", "pattern", "z"].map((name) => `attn.${name}`);
  const mlp = ["pre", "post"].map((name) => `mlp.${name}`);
  const block = ["resid_pre", ...attention, "attn_out", "resid_mid", ...mlp, "mlp_out", "resid_post"];
  const blocks = Array.from({ length: n_layers }, (_, i) => block.map((name) => `blocks.${i}.${name}`));
  return ["embed", ...(adds ? ["pos_embed"] : []), ...blocks.flat(), "ln_final"];
}

/**
 * One forward pass's probe: it edits, then records, so that what is recorded is the value that
 * the model went on with. Of two edits of one activation the earlier acts first. What nobody
 * watches is not kept, and what is kept is not copied.
 * @param {string[]} names of all the model's probes
 * @param {string[]} watch globs over the names; `*` also crosses dots
 * @param {Record<string, Edit>} edits by glob; an edit returns a new tensor of the same shape
 * @returns {{ probe: Probe, seen: Map<string, import("./tensors.js").Tensor> }}
 */
export function probing(names, watch, edits) {
  const watched = new Set(watch.flatMap((glob) => matching(names, glob)));
  const editors = new Map();
  for (const [glob, edit] of Object.entries(edits)) {
    for (const name of matching(names, glob)) {
      editors.set(name, [...(editors.get(name) ?? []), edit]);
    }
  }
  const seen = new Map();
  const probe = (name, activation) => {
    const changed = (editors.get(name) ?? []).reduce((x, edit) => edited(name, x, edit), activation);
    if (watched.has(name)) seen.set(name, changed);
    return changed;
  };
  return { probe, seen };
}

/**
 * The same probe as a part of the model sees it, whose names begin with the part's own.
 * @param {Probe} probe
 * @param {string} part such as `blocks.0`
 * @returns {Probe}
 */
export function inside(probe, part) {
  return (name, activation) => probe(`${part}.${name}`, activation);
}

function edited(name, activation, edit) {
  const changed = edit(activation);
  if (String(changed?.shape) !== String(activation.shape)) {
    throw new Error(
      `the edit of ${name} turned shape [${activation.shape}] into [${changed?.shape}]. ` +
        "Return a tensor of the same shape.",
    );
  }
  return changed;
}

function matching(names, glob) {
  const pattern = fromGlob(glob);
  const found = names.filter((name) => pattern.test(name));
  if (!found.length) {
    throw new Error(`no probe matches '${glob}'; the model has ${names.slice(0, 8).join(", ")}, …`);
  }
  return found;
}

/** `*` any characters, `?` one, `[abc]` one of them, `[!abc]` one of the others: Python's fnmatch. */
function fromGlob(glob) {
  const pattern = glob.replace(/\[(!?)([^\]]+)\]|[.*+?^${}()|[\]\\]/g, (sign, not, set) => {
    if (set) return `[${not ? "^" : ""}${set.replace(/[\\^[]/g, "\\$&")}]`;
    return { "*": ".*", "?": "." }[sign] ?? `\\${sign}`;
  });
  return new RegExp(`^${pattern}$`, "su");
}
