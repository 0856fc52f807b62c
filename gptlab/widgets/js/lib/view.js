/**
 * Make an element. Text goes in as text, never as markup: learners type it.
 * @param {string} tag
 * @param {Record<string, unknown>} properties of the element; names with a hyphen are attributes
 * @param {(Node | string)[]} children
 */
export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.includes("-") || name === "role") element.setAttribute(name, String(value));
    else element[name] = value;
  }
  element.append(...children);
  return element;
}

/**
 * Call `update` after every change of the named traits; returns the undo.
 * @param {import("@anywidget/types").AnyModel} model
 * @param {string[]} traits
 * @param {() => void} update
 */
export function follow(model, traits, update) {
  for (const trait of traits) model.on(`change:${trait}`, update);
  return () => traits.forEach((trait) => model.off(`change:${trait}`, update));
}

/** Call `update` when the page turns dark or light, since a canvas keeps its old colours. */
function followTheme(update) {
  const watcher = new MutationObserver(update);
  const options = { attributes: true, attributeFilter: ["class", "data-jp-theme-light", "data-theme"] };
  for (const element of [document.documentElement, document.body]) watcher.observe(element, options);
  const dark = matchMedia("(prefers-color-scheme: dark)");
  dark.addEventListener("change", update);
  return () => {
    watcher.disconnect();
    dark.removeEventListener("change", update);
  };
}

/**
 * Put one view of a model into the page; returns the undo.
 *
 * `build` fills the root and returns what draws it. It draws when the root has got its place in
 * the page (styles have no values before) and once after any number of changes.
 * @param {{model: import("@anywidget/types").AnyModel, el: HTMLElement}} context
 * @param {{name: string, traits: string[], build: (root: HTMLElement, signal: AbortSignal) => () => void}} view
 */
export function mount({ model, el }, { name, traits, build }) {
  const stop = new AbortController();
  const root = make("div", { className: `gptlab gptlab-${name}` });
  root.dataset.lmSuppressShortcuts = "true"; // JupyterLab's A, B, D D …
  root.addEventListener("keydown", (event) => event.stopPropagation());
  const draw = build(root, stop.signal);
  let due = 0;
  const schedule = () => {
    due ||= requestAnimationFrame(() => {
      due = 0;
      if (root.isConnected) draw();
    });
  };
  const watcher = new ResizeObserver(schedule);
  watcher.observe(root);
  const unfollow = follow(model, traits, schedule);
  const unfollowTheme = followTheme(schedule);
  el.append(root);
  return () => {
    stop.abort();
    unfollow();
    unfollowTheme();
    watcher.disconnect();
    cancelAnimationFrame(due);
    root.remove();
  };
}
