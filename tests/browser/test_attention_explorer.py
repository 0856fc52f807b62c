"""The attention explorer in a real browser, with Python's answers as a kernel would send them."""

import json
import re
import time
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from gptlab.widgets import AttentionExplorer
from gptlab.widgets.attention_picture import names, pattern, probabilities
from gptlab.widgets.backends import GPTBackend
from tests.browser.conftest import HOSTILE, TWO_FRAMES
from tests.browser.kernel import mounted
from tests.browser.test_lab import FINISHED, choose, open_notebook, server, work
from tests.browser.test_token_explorer import choose_theme, contrast, wait
from tests.test_backends import LETTERS, small
from tools.notebooks import METADATA

pytestmark = pytest.mark.browser
__all__ = ["server", "work"]  # fixtures

SENTENCE = "The cat sat on the mat"
DRAWN = "[...document.querySelectorAll('.chosen')].every((said) => said.textContent)"
MIXED = "春眠 👩‍🚀 שלום"


@pytest.fixture
def widget() -> AttentionExplorer:
    return AttentionExplorer(SENTENCE, layer=1, head=2)


@pytest.fixture
def explorer(page: Page, errors: list[str], widget: AttentionExplorer) -> Locator:
    """Two views of one widget; the first of them."""
    view = mounted(page, widget, views=("one", "two"))
    page.wait_for_function(DRAWN)
    return view


def settle(view: Locator, widget: AttentionExplorer) -> None:
    """Wait until what Python answered last is drawn."""
    view.page.wait_for_function(
        "([text, layer, head, seed]) => { const e = window.model.get('effect');"
        " return e.text === text && e.layer === layer && e.head === head && e.seed === seed; }",
        arg=[widget.text, widget.layer, widget.head, widget.seed],
        timeout=60_000,
    )
    view.page.evaluate(TWO_FRAMES)


def type_text(view: Locator, widget: AttentionExplorer, text: str) -> None:
    view.locator("textarea").fill(text)
    view.page.wait_for_function(
        "text => window.model.get('effect').text === text", arg=text, timeout=60_000
    )
    settle(view, widget)


def percent(share: float) -> str:
    return f"{100 * share:.1f}%"


def read_out(view: Locator) -> str:
    return view.locator(".chosen").inner_text().splitlines()[0]


def looked(widget: AttentionExplorer, query: int, key: int) -> str:
    """What the read-out says of a cell, from Python's numbers."""
    tokens = names(widget.attention)
    share = pattern(widget.attention)[query, key]
    if share is np.ma.masked:
        return f"“{tokens[query]}” cannot look at “{tokens[key]}”: the mask hides it."
    return f"“{tokens[query]}” looks at “{tokens[key]}”: {percent(share)}"


def plain(said: str) -> str:
    return re.sub("[\u2068\u2069]", "", said)


@pytest.mark.parametrize(
    "text", [SENTENCE, MIXED, HOSTILE, "a", "👩‍🚀", "    ", "{n} $& \u202e\ufeff"]
)
def test_every_text_is_read_as_python_reads_it(
    explorer: Locator, widget: AttentionExplorer, text: str
) -> None:
    type_text(explorer, widget, text)
    n = len(widget.attention["ids"])
    last = int(pattern(widget.attention)[-1].argmax())
    assert plain(read_out(explorer)) == looked(widget, n - 1, last)
    token = probabilities(widget.effect)
    assert f"likeliest: {100 * token[0]:.2f}%" in explorer.locator(".effect").inner_text()
    assert explorer.page.evaluate("window.hacked") is None
    assert explorer.locator("script, img").count() == 0
    assert "\ufffd" not in explorer.inner_text()


def test_a_cursor_reads_every_cell(explorer: Locator, widget: AttentionExplorer) -> None:
    cells, keys = explorer.locator(".cells"), explorer.page.keyboard
    n = len(widget.attention["ids"])
    cells.focus()
    keys.press("Control+Home")
    assert read_out(explorer) == looked(widget, 0, 0)
    for step in range(n * n):
        query, key = divmod(step, n)
        assert read_out(explorer) == looked(widget, query, key)
        if key == n - 1:
            keys.press("Home")
            keys.press("ArrowDown")
        else:
            keys.press("ArrowRight")
    keys.press("Control+End")
    said = explorer.locator(".chosen").inner_text()
    assert said.splitlines()[1] == f"token {n} looks at token {n} of {n}"


def test_the_pointer_reads_and_a_click_holds(explorer: Locator, widget: AttentionExplorer) -> None:
    cells = explorer.locator(".cells")
    box = cells.bounding_box()
    assert box
    n = len(widget.attention["ids"])
    side = box["width"] / n
    place = {"x": 3.5 * side, "y": 6.5 * side}
    cells.hover(position=place)
    assert read_out(explorer) == looked(widget, 6, 3)
    cells.click(position=place)
    assert (widget.query, widget.key) == (6, 3)
    tokens = names(widget.attention)
    title = f"Step by step: how “{tokens[6]}” looks at “{tokens[3]}”"
    expect(explorer.locator(".steps .part-title")).to_have_text(title)
    expect(explorer.page.locator("#two .steps .part-title")).to_have_text(title)
    cells.press("Escape")
    expect(explorer.locator(".steps .part-title")).not_to_have_text(title)
    assert (widget.query, widget.key) == (None, None)


def test_the_steps_are_the_models_own_numbers(explorer: Locator, widget: AttentionExplorer) -> None:
    cells, keys = explorer.locator(".cells"), explorer.page.keyboard
    cells.focus()
    keys.press("Control+End")
    keys.press("Enter")
    expect(explorer.locator(".steps .note").first).to_contain_text("is held")
    asked = widget.asked.reading
    assert asked.q is not None
    assert asked.k is not None
    assert asked.scores is not None
    n, d_head = len(widget.attention["ids"]), widget.attention["d_head"]
    q, k = asked.q[1, 2, n - 1], asked.k[1, 2]
    shown = explorer.locator(".chain strong").all_inner_texts()
    raw = float(q.astype(float) @ k[n - 1])
    assert shown[0] == f"{raw:.3f}"
    assert shown[1] == shown[2] == f"{raw / np.sqrt(d_head):.3f}"
    assert shown[-1] == percent(asked.pattern[1, 2, n - 1, n - 1])
    rows = explorer.locator(".steps > .scroll tbody tr")
    expect(rows).to_have_count(n)
    for key in range(n):
        cells_of = rows.nth(key).locator("td").all_inner_texts()
        assert abs(float(cells_of[1]) - asked.scores[1, 2, n - 1, key]) < 2e-3
        assert cells_of[-1].strip() == percent(asked.pattern[1, 2, n - 1, key])
    explorer.locator(".steps summary").click()
    table = explorer.locator(".steps details tbody tr")
    expect(table).to_have_count(d_head)
    first = [float(x) for x in table.first.locator("td").all_inner_texts()]
    assert first[:2] == [round(float(q[0]), 4), round(float(k[n - 1, 0]), 4)]
    assert abs(first[-1] - first[-2]) <= 2e-4


def test_what_was_checked_is_said(explorer: Locator, widget: AttentionExplorer) -> None:
    n = len(widget.attention["ids"])
    said = explorer.locator(".proofs li").all_inner_texts()
    assert said[0].startswith(f"Rows sum to 1. Rows: {n}, largest deviation: ")
    assert said[1] == f"Weights on later tokens are exactly 0. Cells checked: {n * (n - 1) // 2}."
    assert said[2].startswith("The pattern, computed here again from q and k: ")
    assert said[3].startswith("z, computed here again from that pattern and v: ")
    assert explorer.locator(".proofs .wrong").count() == 0


def test_the_arrow_keys_go_from_head_to_head(explorer: Locator, widget: AttentionExplorer) -> None:
    page, keys = explorer.page, explorer.page.keyboard
    explorer.locator(".overview button[aria-pressed=true]").focus()
    for key, head in (("ArrowRight", (1, 3)), ("ArrowDown", (2, 3)), ("End", (2, 5))):
        keys.press(key)
        name = f"Layer {head[0]}, head {head[1]}"
        expect(explorer.locator(".large .part-title")).to_have_text(name)
        expect(page.locator("#two .large .part-title")).to_have_text(name)
        assert page.evaluate("document.activeElement.ariaLabel") == name
        assert (widget.layer, widget.head) == head
    settle(explorer, widget)
    assert "layer 2, head 5 was set to 0" in explorer.locator(".effect").inner_text()
    assert explorer.locator(".overview button[tabindex='0']").count() == 1


def test_who_runs_through_the_heads_waits_for_the_last_alone(
    explorer: Locator, widget: AttentionExplorer
) -> None:
    page = explorer.page
    page.evaluate("window.late = 150; window.model.asked.length = 0")
    explorer.locator(".overview button[aria-pressed=true]").focus()
    for key in ("Home", "ArrowRight", "ArrowRight", "ArrowRight", "ArrowRight", "ArrowRight"):
        page.keyboard.press(key)
    expect(explorer.locator(".large .part-title")).to_have_text("Layer 1, head 5")
    assert page.evaluate("window.model.asked.length") < 6
    assert widget.head == 5


def test_the_effect_and_its_controls(explorer: Locator, widget: AttentionExplorer) -> None:
    def shown() -> list[str]:
        return explorer.locator(".effect tbody td:nth-of-type(1)").all_inner_texts()

    assert shown() == [f"{100 * p:.2f}%" for p in probabilities(widget.effect)]
    first = widget.effect["random"]
    explorer.get_by_role("button", name="Draw another random head").click()
    explorer.page.wait_for_function("seed => window.model.get('effect').seed !== seed", arg=0)
    settle(explorer, widget)
    assert widget.effect["random"] != first
    assert shown() == [f"{100 * p:.2f}%" for p in probabilities(widget.effect)]
    layer, head = widget.effect["random"]
    row = explorer.locator(".effect tr.random-head").first
    expect(row).to_contain_text(f"without a random one: layer {layer}, head {head}")
    assert "Control: an untrained copy of it" in explorer.locator(".effect").inner_text()


def test_a_slow_effect_is_announced(explorer: Locator) -> None:
    explorer.page.evaluate("window.silent = true")
    explorer.get_by_role("button", name="Draw another random head").click()
    expect(explorer.locator(".effect [role=status]")).to_have_text("computing…")


def test_the_map_as_a_table(explorer: Locator, widget: AttentionExplorer) -> None:
    explorer.locator(".pairs summary").click()
    n = len(widget.attention["ids"])
    rows = explorer.locator(".pairs tbody tr")
    expect(rows).to_have_count(n * (n + 1) // 2)
    assert (
        rows.nth(2).inner_text().split("\t")[-1] == f"{100 * pattern(widget.attention)[1, 1]:.2f}%"
    )
    type_text(explorer, widget, "To be or not. " * 99)
    expect(rows).to_have_count(2000)
    said = explorer.locator(".pairs .note").inner_text()
    assert said == "The first 2,000 of 32,896 pairs that the mask allows:"


def test_256_tokens_are_drawn_fast(explorer: Locator, widget: AttentionExplorer) -> None:
    type_text(explorer, widget, ("To be, or not to be: 春眠不觉晓. " * 500)[:10_000])
    expect(explorer.locator(".attention-view > .note")).to_contain_text("newest 256 tokens")
    labels = explorer.locator(".axis.beside bdi:not(.chip)")
    assert 10 < labels.count() < 60
    tops = [box["y"] for box in (labels.nth(i).bounding_box() for i in range(5)) if box]
    assert min(np.diff(tops)) >= 13
    began = time.perf_counter()
    explorer.locator(".overview button").nth(7).click()
    expect(explorer.locator(".large .part-title")).to_have_text("Layer 1, head 1")
    assert time.perf_counter() - began < 5  # generous: other tests may run beside it
    explorer.locator("textarea").fill("short again")
    expect(explorer.locator(".attention-view > .note")).to_have_text("")


def test_nothing_typed_is_answered_with_a_sentence(
    explorer: Locator, widget: AttentionExplorer
) -> None:
    type_text(explorer, widget, "")
    expect(explorer.locator(".alarm", has_text="Type some words")).to_be_visible()
    expect(explorer.locator(".cells")).to_be_hidden()
    type_text(explorer, widget, "back")
    expect(explorer.locator(".cells")).to_be_visible()


def test_the_saved_picture_holds_labels_and_no_markup(
    explorer: Locator, widget: AttentionExplorer, tmp_path: Path
) -> None:
    type_text(explorer, widget, f"牡\n\x08 {HOSTILE}")
    with explorer.page.expect_download() as saved:
        explorer.get_by_role("button", name="Save as SVG").click()
    path = tmp_path / "attention.svg"
    saved.value.save_as(path)
    drawn = path.read_text()
    for words in ("Layer 1, head 2", "query: the token that looks", "key: the token looked at"):
        assert words in drawn
    assert "<script" not in drawn
    assert "<img" not in drawn
    assert "牡 (1/3)" in drawn
    assert "牡↵&lt;U+0008&gt; &lt;script&gt;" in drawn
    assert "\x08" not in drawn
    assert re.findall(r">(\d+%)<", drawn) == ["0%", "25%", "50%", "75%", "100%"]
    with explorer.page.expect_download() as saved:
        explorer.get_by_role("button", name="Save as PNG").click()
    assert Path(saved.value.path()).read_bytes().startswith(b"\x89PNG")


def test_masked_cells_are_empty(explorer: Locator) -> None:
    alpha = explorer.locator(".cells canvas").evaluate(
        """canvas => { const n = canvas.width;
          const data = canvas.getContext('2d').getImageData(0, 0, n, n).data;
          return Array.from({ length: n * n }, (_, i) => data[4 * i + 3]); }"""
    )
    n = round(len(alpha) ** 0.5)
    assert (np.array(alpha).reshape(n, n) > 0).tolist() == np.tri(n, dtype=bool).tolist()


def test_a_model_that_hides_its_vectors_says_so(page: Page, errors: list[str]) -> None:
    class Closed(GPTBackend):
        def read(self, ids: Any, without: Any = ()) -> Any:
            reading = super().read(ids, without)
            return type(reading)(pattern=reading.pattern, logits=reading.logits)

        def untrained(self) -> Any:
            return None

    mounted(page, AttentionExplorer("abcab", model=Closed(small(), LETTERS)))
    view = page.locator("#one .gptlab")
    expect(view.locator(".steps")).to_contain_text("does not hand out its queries")
    expect(view.locator(".chain")).to_be_hidden()
    expect(view.locator(".steps > .scroll tbody tr")).to_have_count(5)
    expect(view.locator(".proofs li")).to_have_count(2)
    expect(view.locator(".effect tbody")).to_have_count(1)


def test_half_a_surrogate_pair_is_explained(explorer: Locator, widget: AttentionExplorer) -> None:
    explorer.locator("textarea").evaluate(
        """field => { field.value = 'ab\\ud83d';
          field.dispatchEvent(new InputEvent('input', { bubbles: true })); }"""
    )
    expect(explorer.get_by_role("alert").first).to_contain_text("half of a surrogate pair")
    assert widget.text == SENTENCE


def test_keys_do_not_reach_the_page_around(explorer: Locator) -> None:
    explorer.page.evaluate("document.addEventListener('keydown', () => { window.heard = true; })")
    explorer.locator(".cells").press("a")
    explorer.locator(".overview button[tabindex='0']").press("ArrowDown")
    assert explorer.page.evaluate("window.heard") is None


def test_tab_reaches_every_control_once(explorer: Locator) -> None:
    page = explorer.page
    explorer.locator("textarea").focus()
    reached = []
    for _ in range(12):
        page.keyboard.press("Tab")
        reached.append(
            page.evaluate(
                "(() => { const e = document.activeElement;"
                " return e.ariaLabel ?? e.textContent.slice(0, 30); })()"
            )
        )
        if not page.evaluate("document.activeElement.closest('#one') !== null"):
            break
    assert reached[0] == "Layer 1, head 2"
    assert reached[1].startswith("Layer 1, head 2: who looks at whom")
    wanted = {"Save as SVG", "Save as PNG", "Draw another random head", "The large map as a table"}
    assert wanted <= set(reached)


def test_a_view_that_is_taken_away_leaves_nothing_behind(explorer: Locator) -> None:
    page = explorer.page
    page.evaluate("window.views[0]()")
    assert page.locator("#one").inner_html() == ""
    page.evaluate("window.views[1]()")
    assert page.evaluate("Object.values(window.model.heard).every((heard) => heard.size === 0)")


LETTERED = """root => [...root.querySelectorAll('*')].filter((e) => e.offsetParent)
  .filter((e) => [...e.childNodes].some((child) => child.nodeType === 3 && child.data.trim()))
  .map((e) => [parseFloat(getComputedStyle(e).fontSize), e.className, e.textContent.slice(0, 9)])"""
TARGETS = """root => [...root.querySelectorAll('button, summary, textarea')]
  .filter((e) => e.offsetParent).map((e) => [e.getBoundingClientRect(), e.textContent])
  .map(([box, text]) => [Math.min(box.width, box.height), text])"""


@pytest.mark.parametrize("width", [400, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_readable_wherever_it_stands(
    explorer: Locator, widget: AttentionExplorer, scheme: Any, width: int, tmp_path: Path
) -> None:
    page = explorer.page
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    page.evaluate(TWO_FRAMES)
    page.evaluate(TWO_FRAMES)
    for size, name, text in explorer.evaluate(LETTERED):
        assert size >= 13, (name, text)
    for size, text in explorer.evaluate(TARGETS):
        assert size >= 24, text
    for selector in (
        ".note", ".chosen", ".title.query", ".title.key", ".chip.cursor", ".vector.query",
        ".vector.key", ".vector.value", ".proofs li", ".effect .this-head th", ".chain .note",
    ):  # fmt: skip
        assert contrast(explorer, selector) >= 4.5, selector
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    explorer.screenshot(path=tmp_path / f"{scheme}-{width}.png")


def test_forced_colours_keep_the_choice_visible(explorer: Locator, tmp_path: Path) -> None:
    explorer.page.emulate_media(forced_colors="active", reduced_motion="reduce")
    chosen = explorer.locator(".overview button[aria-pressed=true]")
    assert chosen.evaluate("e => getComputedStyle(e).outlineStyle") == "solid"
    assert (
        explorer.locator(".ring.cursor").evaluate("e => getComputedStyle(e).outlineWidth") == "3px"
    )
    explorer.screenshot(path=tmp_path / "forced.png")


# In JupyterLab


@pytest.mark.timeout(300)
def test_the_explorer_in_jupyterlab(
    page: Page, errors: list[str], server: dict[str, Any], work: Path, tmp_path: Path
) -> None:
    source = "from gptlab.widgets import AttentionExplorer\nAttentionExplorer(layer=1, head=2)"
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)], metadata=METADATA)
    nbformat.write(book, work / "attention.ipynb")
    open_notebook(page, server, "work/attention.ipynb")
    choose(page, "Run", "Run All Cells")
    page.wait_for_function(FINISHED, timeout=120_000)
    view, twin = page.locator(".gptlab").first, AttentionExplorer(layer=1, head=2)

    def is_shown() -> None:
        last = int(pattern(twin.attention)[-1].argmax())
        said = looked(twin, len(twin.attention["ids"]) - 1, last)
        wait(lambda: plain(read_out(view)) == said)
        token = 100 * probabilities(twin.effect)[0]
        expect(view.locator(".effect")).to_contain_text(f"likeliest: {token:.2f}%", timeout=30_000)

    is_shown()
    view.locator("textarea").fill("")
    page.keyboard.type(MIXED)  # as a learner does, sign by sign
    twin.text = MIXED
    is_shown()
    view.locator(".overview button[aria-pressed=true]").focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    expect(view.locator(".large .part-title")).to_have_text("Layer 1, head 5")
    twin.head = 5
    view.locator(".cells").press("Control+End")
    wait(
        lambda: f"token {len(twin.attention['ids'])} looks" in view.locator(".chosen").inner_text()
    )
    assert page.locator(".jp-Cell").count() == 1
    choose_theme(page, "JupyterLab Dark")
    for selector in (".note", ".chosen", ".title.query", ".title.key"):
        assert contrast(view, selector) >= 4.5, selector
    view.screenshot(path=tmp_path / "lab-dark.png")


def test_the_state_of_a_page_is_json(widget: AttentionExplorer) -> None:
    assert json.loads(json.dumps(widget.state()))["recorded"]["text"] == SENTENCE
