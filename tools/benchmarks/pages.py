"""How fast and how large the widgets are in a page, in a real Chromium or Chrome.

The page is the first lesson as one file, opened from disk.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, sync_playwright

from gptlab.site.page import page as rendered
from gptlab.widgets.attending import small_maps
from gptlab.widgets.backends import Reading, open_models
from tools import site
from tools.benchmarks.timing import Row, spread
from tools.browser import FLAGS, MISSING, find_browser

ROOT = Path(__file__).resolve().parents[2]
LESSON = ROOT / "notebooks" / "00_start.ipynb"
REPEATS = 15
FRAMES = 120
N_TOKENS = 64
# GPT-2 small: what the overview of all its heads weighs.
LAYERS, HEADS = 12, 12

# Types one letter at a time; the time from the key to the frame that shows the answer.
KEYSTROKES = """async ([root, watched, repeats]) => {
  const field = root.querySelector("textarea");
  const frame = () => new Promise(requestAnimationFrame);
  const seen = () => root.querySelector(watched).outerHTML;
  const times = [];
  for (let i = 0; i < repeats; i += 1) {
    const before = seen();
    const text = field.value;
    const began = performance.now();
    field.value = i % 2 ? text.slice(0, -2) : `${text} q`;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    while (seen() === before) await frame();
    await frame();
    times.push(performance.now() - began);
    await new Promise((done) => setTimeout(done, 700)); // what comes after the first answer
  }
  return times;
}"""
# Moves the temperature in every frame; the time from one frame to the next.
DRAG = """async ([input, frames]) => {
  const times = [];
  let last = await new Promise(requestAnimationFrame);
  for (let i = 0; i < frames; i += 1) {
    input.value = String(0.3 + 1.4 * Math.abs(Math.sin(i / 20)));
    input.dispatchEvent(new Event("input", { bubbles: true }));
    const now = await new Promise(requestAnimationFrame);
    times.push(now - last);
    last = now;
  }
  return times;
}"""
FIRST_PAINT = "() => performance.getEntriesByName('first-contentful-paint')[0].startTime"


def pages() -> Iterator[Row]:
    """Sizes of pages, and the time from a key to the drawn answer."""
    yield from sizes()
    path = find_browser()
    if path is None:
        raise SystemExit(MISSING)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        file = Path(folder) / "lesson.html"
        file.write_text(rendered(LESSON).text, encoding="utf-8")
        browser = driver.chromium.launch(executable_path=path, args=FLAGS)
        yield from first_paint(browser, file)
        yield from latencies(browser, file)
        browser.close()


def sizes() -> Iterator[Row]:
    """What single files, the site and the overview of many heads weigh."""
    for notebook in sorted(LESSON.parent.glob("*.ipynb")):
        size = len(rendered(notebook).text.encode())
        yield f"page as one file, {notebook.stem}", f"{size / 1e6:.2f}", "MB"
    with tempfile.TemporaryDirectory() as folder:
        built = Path(folder) / "site"
        site.build(sorted(LESSON.parent.glob("*.ipynb")), built)
        shared = sum(f.stat().st_size for f in (built / "_static" / "gptlab").iterdir())
        yield "site, assets that its pages share", f"{shared / 1e6:.2f}", "MB"
    reading = open_models("shakespeare").open(0).read(list(range(N_TOKENS)))
    one = Reading(pattern=reading.pattern[:1, :1], scores=None, logits=reading.logits)
    size = LAYERS * HEADS * small_maps(one, causal=True).nbytes
    yield f"overview of {LAYERS * HEADS} heads at {N_TOKENS} tokens", f"{size / 1e6:.2f}", "MB"


def first_paint(browser: Browser, file: Path) -> Iterator[Row]:
    """The time from opening a page on disk to the first paint of its text."""
    times = []
    for _ in range(5):
        page = browser.new_page()
        page.goto(file.as_uri())
        page.wait_for_function(
            "() => performance.getEntriesByName('first-contentful-paint').length"
        )
        times.append(page.evaluate(FIRST_PAINT))
        page.close()
    yield "first paint of lesson 0 from disk", spread(times), "ms"


def latencies(browser: Browser, file: Path) -> Iterator[Row]:
    """Keystrokes in a text of 64 tokens, and the temperature dragged in every frame."""
    page = browser.new_page(viewport={"width": 1280, "height": 1000})
    page.goto(file.as_uri())
    text = sixty_four_tokens()
    for name, watched in {"attention": ".cells", "nexttoken": ".bars tbody"}.items():
        view = alive(page, f".gptlab-{name}")
        view.locator("textarea").fill(text)
        page.wait_for_timeout(2000)
        handle = view.element_handle()
        times = page.evaluate(KEYSTROKES, [handle, watched, REPEATS])
        yield f"keystroke at {N_TOKENS} tokens, {name}, in the page", spread(times), "ms"
    slider = view.get_by_role("slider", name="Temperature").element_handle()
    times = page.evaluate(DRAG, [slider, FRAMES])
    yield "temperature dragged, frame to frame", spread(times), "ms"
    page.close()


def sixty_four_tokens() -> str:
    """A text of so many tokens, from the held-out plays."""
    from gptlab import corpora

    tokenizer = open_models("shakespeare").open(0).tokenizer
    ids = tokenizer.encode(corpora.shakespeare().validation[5000:6000])[: N_TOKENS - 1]
    return tokenizer.decode(ids).strip()


def alive(page: Page, selector: str) -> Locator:
    """Scroll to the picture of a widget, and wait for the widget."""
    for mount in page.locator(".gptlab-mount").all():
        mount.scroll_into_view_if_needed()
        page.wait_for_timeout(1500)
        if page.locator(selector).count():
            break
    view = page.locator(selector).first
    view.wait_for()
    return view
