/** d3's schemeCategory10. */
const CATEGORY_10 = [
  "#1f77b4", "#ff7f0e", "#2ca02c", "#d62728", "#9467bd",
  "#8c564b", "#e377c2", "#7f7f7f", "#bcbd22", "#17becf",
];
/** For each view: what its tokens match, and the pixels that bertviz keeps free for one. */
const TOKENS = {
  head: ["#left text, #right text", 100],
  model: [".token", 78],
  neuron: [".token", 86],
};
const MARGIN = 4;

/**
 * Run one of bertviz's scripts inside an element, and put it in place of the still picture.
 * @param {Element} root
 * @param {{ view: string, libraries: string, script: string, params: object, label: string }} parts
 */
function draw(root, { view, libraries, script, params, label }) {
  root.dataset.drawn = "";
  root.querySelector(".still").hidden = true;
  root.querySelector(".stage").hidden = false;
  const given = [scopedJQuery(root), scopedD3(root, libraries)];
  const [require, requirejs] = [{ config() {} }, (_names, start) => start(...given)];
  const asked = withArrays(params);
  // Under these names the scripts look for what they need; nothing of theirs becomes global.
  new Function("require", "requirejs", "PYTHON_PARAMS", "window", "console", script)(
    require, requirejs, asked, { bertviz_params: asked }, { log() {} },
  );
  const stage = root.querySelector("#vis");
  const fit = () => fitted(stage, view, label);
  new MutationObserver(fit).observe(stage, { childList: true, subtree: true });
  new ResizeObserver(fit).observe(stage); // nothing can be measured before the page shows it
  fit();
}

/** Turn each array of float32 into nested lists, as bertviz expects. */
function withArrays(value) {
  if (Array.isArray(value)) return value.map(withArrays);
  if (value === null || typeof value !== "object") return value;
  if (value.float32 !== undefined) return nested(value);
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, withArrays(part)]));
}

function nested({ float32, shape }) {
  const bytes = Uint8Array.from(atob(float32), (character) => character.charCodeAt(0));
  let rows = Array.from(new Float32Array(bytes.buffer));
  for (const size of shape.slice(1).reverse()) {
    const parts = Array.from({ length: rows.length / size }, (_, i) => i * size);
    rows = parts.map((start) => rows.slice(start, start + size));
  }
  return rows;
}

/** d3 whose selectors look inside one element only: other views use the same ids. */
function scopedD3(root, libraries) {
  const home = {};
  new Function("exports", "module", "define", libraries).call(home);
  const found = (what) => (typeof what === "string" ? root.querySelector(what) : what);
  const all = (what) => (typeof what === "string" ? root.querySelectorAll(what) : what);
  return {
    ...home.d3,
    select: (what) => home.d3.select(found(what)),
    selectAll: (what) => home.d3.selectAll(all(what)),
    schemeCategory10: CATEGORY_10,
    scaleOrdinal: (colours) => (i) => colours[i % colours.length],
  };
}

/** What bertviz uses of jQuery, inside one element only. */
function scopedJQuery(root) {
  class Found {
    constructor(elements) { this.elements = [...elements]; }
    each(change) { this.elements.forEach(change); return this; }
    append(more) { return this.each((element) => element.append(...more.elements)); }
    attr(name, value) { return this.each((element) => element.setAttribute(name, value)); }
    change() { return this.each((element) => element.dispatchEvent(new Event("change"))); }
    empty() { return this.each((element) => element.replaceChildren()); }
    on(name, hear) { return this.each((element) => element.addEventListener(name, hear)); }
    text(words) { return this.each((element) => { element.textContent = words; }); }
    val(value) { return this.each((element) => { element.value = value; }); }
  }
  const created = (tag) => [document.createElement(tag.match(/\w+/)[0])];
  return (what) => new Found(what.startsWith("<") ? created(what) : root.querySelectorAll(what));
}

/** Show a drawing whole at any width of the page, with each token in the place kept for it. */
function fitted(stage, view, label) {
  const svg = stage.querySelector("svg");
  if (!svg?.getBoundingClientRect().width) return;
  const [tokens, room] = TOKENS[view];
  for (const token of svg.querySelectorAll(tokens)) {
    if (token.getComputedTextLength() <= room) continue;
    token.setAttribute("textLength", room);
    token.setAttribute("lengthAdjust", "spacingAndGlyphs");
  }
  if (svg.hasAttribute("viewBox")) return;
  const { x, width } = svg.getBBox();
  const size = [Math.ceil(x + width) + 2 * MARGIN, parseFloat(svg.getAttribute("height"))];
  svg.setAttribute("viewBox", [-MARGIN, 0, ...size].join(" "));
  svg.style.width = `${size[0]}px`;
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", label);
}
