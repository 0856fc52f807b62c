"""A kernel for a widget that stands alone in a page: what anywidget would send, buffers and all."""

from typing import Any

from playwright.sync_api import Locator, Page, expect

from gptlab.widgets import LabWidget
from tests.buffers import spelled_out

# What anywidget gives a module. `window.silent` is a kernel that died, `window.late` one that takes
# so many ms for each message; `model.asked` holds what it was sent.
MOUNT = """async ([esm, state, ids]) => {
  const opened = (value) => {
    if (Array.isArray(value)) return value.map(opened);
    if (value === null || typeof value !== "object") return value;
    if ("base64" in value) {
      const bytes = Uint8Array.from(atob(value.base64), (letter) => letter.charCodeAt(0));
      return new DataView(bytes.buffer);
    }
    return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, opened(part)]));
  };
  class Model {
    constructor(state) { this.state = state; this.heard = {}; this.changed = {}; this.asked = []; }
    get(name) { return this.state[name]; }
    set(name, value) { this.put({ [name]: value }); this.changed[name] = value; }
    on(name, f) { (this.heard[name] ??= new Set()).add(f); }
    off(name, f) { this.heard[name]?.delete(f); }
    put(state) {
      Object.assign(this.state, state);
      Object.keys(state).forEach((name) => this.heard[`change:${name}`]?.forEach((f) => f()));
    }
    async save_changes() {
      const changed = this.changed;
      this.changed = {};
      this.asked.push(changed);
      if (window.silent) return;
      for (const message of await window.answer(changed)) {
        await new Promise((done) => setTimeout(done, window.late ?? 0));
        // What was typed meanwhile stays.
        const fresh = Object.entries(message).filter(([name]) => !(name in this.changed));
        this.put(opened(Object.fromEntries(fresh)));
      }
    }
  }
  const url = URL.createObjectURL(new Blob([esm], { type: "text/javascript" }));
  const { render } = (await import(url)).default;
  window.model = new Model(opened(state));
  window.views = ids.map((id) => {
    const el = document.getElementById(id);
    return render({ model: window.model, el });
  });
}"""


def synchronised(widget: LabWidget) -> dict[str, Any]:
    """Every trait that a kernel would keep in step with its views, by name."""
    names = set(widget.trait_names(sync=True)) - {"layout", "tooltip", "tabbable", "comm"}
    return {name: getattr(widget, name) for name in sorted(names) if not name.startswith("_")}


def mounted(page: Page, widget: LabWidget, *, views: tuple[str, ...] = ("one",)) -> Locator:
    """Put views of a widget into a page, with Python as its kernel; the first view."""
    messages: list[dict[str, Any]] = []
    state = synchronised(widget)
    widget.observe(
        lambda change: messages.append({change["name"]: change["new"]}), names=list(state)
    )

    def answer(changed: dict[str, Any]) -> list[dict[str, Any]]:
        """Send what Python changed, in the order in which it did, but not what it was told."""
        messages.clear()
        widget.set_state(changed)
        told = [{name: value} for name, value in changed.items()]
        return [spelled_out(message) for message in messages if message not in told]

    page.expose_function("answer", answer)
    page.set_content("<body>" + "".join(f"<div id={name}></div>" for name in views) + "</body>")
    page.add_style_tag(content=str(widget._css))
    page.evaluate(MOUNT, [str(widget._esm), spelled_out(state), list(views)])
    view = page.locator(f"#{views[0]} .gptlab").first
    expect(view).to_be_visible()
    return view
