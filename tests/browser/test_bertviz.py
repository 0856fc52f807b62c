"""bertviz's views in a real browser: in a page on the disk, and in JupyterLab."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from gptlab import display
from gptlab.checkpoints import load
from gptlab.display.attended import Attended, read
from tests.browser.test_lab import CLEARED, FINISHED, choose, open_notebook, saved, server, work
from tests.browser.test_token_explorer import choose_theme
from tests.test_bertviz import BYTES, SPELLED, TYPED, VIEWS, Words, small
from tools.notebooks import METADATA

pytestmark = pytest.mark.browser
__all__ = ["server", "work"]  # fixtures

TEXT = "a cat, a cat"
OPEN = Callable[..., Locator]
ANY_BOX = re.compile(r"\d")
COLOURS = "part => [getComputedStyle(part)].flatMap((s) => [s.color, s.backgroundColor])"
DATA = "lines => lines.map((line) => line.__data__)"
DARK = (
    "body { background: #111; color: #eee; } tr { background: #222; } select { background: #000; }"
)


@pytest.fixture
def markup(monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """The HTML that a call of `display.bertviz` sends."""
    sent: list[dict[str, Any]] = []
    monkeypatch.setattr("gptlab.display.output._display", lambda data, **_: sent.append(data))

    def call(*arguments: Any, **options: Any) -> str:
        display.bertviz(*arguments, **options)
        return str(sent.pop()["text/html"])

    return call


@pytest.fixture
def opened(page: Page, errors: list[str], tmp_path: Path) -> OPEN:
    """Open pieces of HTML as one page on the disk; what comes back are its views."""

    def open_page(*pieces: str, style: str = "", wait: bool = True) -> Locator:
        path = tmp_path / "page.html"
        head = f"<meta charset=utf-8><title>t</title><style>{style}</style>"
        body = f"<main><h1>h</h1>{''.join(pieces)}</main>"
        path.write_text(f"<!doctype html><html lang=en>{head}{body}", encoding="utf-8")
        page.goto(path.as_uri())
        if wait:
            expect(page.locator(".gptlab-bertviz svg")).to_have_count(len(pieces))
        return page.locator(".gptlab-bertviz")

    return open_page


@pytest.fixture(scope="module")
def attended() -> Attended:
    return read(small(), BYTES, TEXT)


def numbers(view: Locator, lines: str) -> np.ndarray:
    return np.float32(view.locator(lines).evaluate_all(DATA))


def test_the_head_view_draws_the_models_shares(
    opened: OPEN, markup: Callable[..., str], attended: Attended
) -> None:
    view = opened(markup(small(), BYTES, TEXT)).first
    assert view.locator("#left text").all_text_contents() == attended.tokens
    for layer in (0, 2, 1):
        view.get_by_label("Layer").select_option(str(layer))
        drawn = numbers(view, "#attention line")
        assert (drawn == attended.patterns[layer].flatten()).all()
        inks = view.locator("#attention line").evaluate_all(
            "lines => lines.map((line) => +line.getAttribute('stroke-opacity'))"
        )
        np.testing.assert_allclose(inks, drawn / 2, rtol=1e-6)  # two heads share the ink


def test_the_head_view_follows_the_pointer(opened: OPEN, markup: Callable[..., str]) -> None:
    view = opened(markup(small(), BYTES, TEXT)).first
    visible = view.locator("#attention line[visibility=visible]")
    expect(visible).to_have_count(0)
    view.locator("#left text").nth(5).hover()
    expect(visible).to_have_count(2 * 12)  # two heads, one line to each token
    squares = view.locator("svg > g").last.locator("rect")
    squares.nth(0).dblclick()
    faint = "lines => lines.every((line) => line.getAttribute('stroke-opacity') === '0')"
    lines = [view.locator(f".headAttention[head-index='{head}'] line") for head in (0, 1)]
    assert [of_head.evaluate_all(faint) for of_head in lines] == [False, True]


def test_a_head_may_be_chosen_beforehand(opened: OPEN, markup: Callable[..., str]) -> None:
    view = opened(markup(small(), BYTES, TEXT, "neuron", layer=2, head=1)).first
    assert view.get_by_label("Layer").input_value() == "2"
    assert view.get_by_label("Head").input_value() == "1"


def test_the_model_view_draws_all_heads_and_opens_one(
    opened: OPEN, markup: Callable[..., str], attended: Attended
) -> None:
    view = opened(markup(small(), BYTES, TEXT, "model")).first
    assert (numbers(view, "svg line") == attended.patterns.flatten()).all()
    heads = view.locator("svg > g")
    expect(heads).to_have_count(6)
    heads.nth(3).click()  # layer 1, head 1
    expect(view.locator("text.detail")).to_have_text("Layer 1, Head 1")
    assert view.locator(".token").all_text_contents() == attended.tokens * 2
    assert (numbers(view, ".attn-line-group line") == attended.patterns[1, 1].flatten()).all()
    heads.nth(3).click()
    expect(view.locator(".detail")).to_have_count(0)


def test_the_neuron_view_shows_how_a_share_comes_about(
    opened: OPEN, markup: Callable[..., str], attended: Attended
) -> None:
    view = opened(markup(small(), BYTES, TEXT, "neuron")).first
    view.get_by_label("Layer").select_option("1")
    view.get_by_label("Head").select_option("1")
    query = 6
    unfold(view, query)
    q, k = attended.queries[1, 1].astype(float), attended.keys[1, 1].astype(float)
    for part, expected in (
        ("#queries .element", q),
        ("#keys .element", k),
        ("#product .element", q[query] * k),
        (".dotproduct", q[query] @ k.T / np.sqrt(8)),
    ):
        shown = view.locator(part).evaluate_all("parts => parts.map((p) => +p.dataset.value)")
        np.testing.assert_allclose(shown, expected.flatten(), rtol=1e-6, atol=1e-7)
    shares = view.locator("#expanded #rightText .highlight").evaluate_all(
        "parts => parts.map((part) => +part.style.opacity)"
    )
    np.testing.assert_allclose(shares, attended.patterns[1, 1, query], atol=1e-6)


def unfold(view: Locator, token: int) -> None:
    row = view.locator("#collapsed #leftText > g").nth(token)
    row.locator("text").hover()
    row.locator("rect").last.click()
    expect(view.locator("#expanded")).to_have_attribute("visibility", "visible")


def test_views_on_one_page_stay_apart(
    opened: OPEN, markup: Callable[..., str], attended: Attended
) -> None:
    """bertviz alone looks up parts of a neuron view in the first view of the page."""
    pieces = [markup(small(), BYTES, TEXT, view) for view in ("head", "neuron", "neuron", "model")]
    views = opened(*pieces)
    unfold(views.nth(2), 4)
    expect(views.nth(1).locator("#expanded")).to_have_attribute("visibility", "hidden")
    marked = views.nth(2).locator("#expanded #queries .vectorborder")
    assert marked.nth(4).evaluate("border => border.style.strokeWidth") == "2"
    views.nth(2).get_by_label("Layer").select_option("2")
    assert views.nth(1).get_by_label("Layer").input_value() == "0"
    assert views.nth(0).get_by_label("Layer").input_value() == "0"
    first = numbers(views.nth(1), ".attn-line-group line")
    assert (first == attended.patterns[0, 0].flatten()).all()


@pytest.mark.parametrize("view", VIEWS)
def test_what_was_typed_is_never_run(
    view: str, opened: OPEN, markup: Callable[..., str], page: Page
) -> None:
    shown = opened(markup(small(), Words(f"a|{TYPED}|牡|👩🚀"), "a", view)).first
    if view == "model":
        shown.locator("svg > g").first.click()
    texts = shown.locator("svg text").all_text_contents()
    assert {"a", SPELLED, "牡", "👩🚀"} <= set(texts)
    page.wait_for_timeout(200)
    assert page.evaluate("window.hacked") is None
    assert shown.locator("img").count() == 1


@pytest.mark.parametrize("width", [420, 1100, 1600])
@pytest.mark.parametrize("view", VIEWS)
def test_nothing_is_cut_off(
    view: str, width: int, opened: OPEN, markup: Callable[..., str], page: Page, tmp_path: Path
) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    words = Words("a| and|antidisestablishmentarianism|<|cat")
    shown = opened(markup(small(), words, "a", view)).first
    if view == "model":
        shown.locator("svg > g").nth(1).click()
    if view == "neuron":
        unfold(shown, 2)
    shown.screenshot(path=tmp_path / f"{view}-{width}.png")
    drawing = shown.locator("svg").bounding_box()
    card = shown.bounding_box()
    assert drawing and card
    assert drawing["x"] >= card["x"]
    assert drawing["x"] + drawing["width"] <= card["x"] + card["width"] <= width
    for token in shown.locator("svg text:visible").all():
        box = token.bounding_box()
        assert box
        assert box["x"] >= drawing["x"] - 1
        assert box["x"] + box["width"] <= drawing["x"] + drawing["width"] + 1
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_view_that_is_not_seen_at_first_fits_when_it_is(
    opened: OPEN, markup: Callable[..., str]
) -> None:
    piece = markup(small(), BYTES, TEXT)
    view = opened(f"<div id=tab style='display: none'>{piece}</div>").first
    assert view.locator("svg").get_attribute("viewBox") is None
    view.page.evaluate("document.getElementById('tab').style.display = ''")
    expect(view.locator("svg")).to_have_attribute("viewBox", ANY_BOX)


@pytest.mark.parametrize("view", VIEWS)
def test_no_serious_barrier_is_known(
    view: str, opened: OPEN, markup: Callable[..., str], page: Page
) -> None:
    shown = opened(markup(small(), BYTES, TEXT, view), style=DARK).first
    shown.locator("summary").click()
    results = Axe().run(page)
    found = [v for v in results.response["violations"] if v["impact"] in ("serious", "critical")]
    assert found == []
    name = f"Attention, {view} view of bertviz"
    assert shown.get_attribute("aria-label") == name
    expect(shown.get_by_role("heading", name=name)).to_be_visible()
    for field in shown.locator("select").all():
        field.press("ArrowDown")
        assert field.input_value() == "1"


@pytest.mark.parametrize("view", VIEWS)
def test_it_is_black_on_white_in_a_dark_page(
    view: str, opened: OPEN, markup: Callable[..., str], tmp_path: Path
) -> None:
    shown = opened(markup(small(), BYTES, TEXT, view), style=DARK).first
    shown.locator("summary").click()
    for part in (shown, *shown.locator("select, tr, td, svg, p").all()[:8]):
        colours = part.evaluate(
            "part => [getComputedStyle(part)].map((s) => [s.color, s.backgroundColor])[0]"
        )
        assert colours[0] == "rgb(27, 27, 27)"
        assert colours[1] in ("rgb(255, 255, 255)", "rgba(0, 0, 0, 0)")
    shown.screenshot(path=tmp_path / f"{view}-dark.png")


def test_where_scripts_do_not_run_its_picture_stays(
    page: Page, markup: Callable[..., str], tmp_path: Path
) -> None:
    path = tmp_path / "page.html"
    page.add_init_script("delete window.DecompressionStream")
    path.write_text(f"<meta charset=utf-8>{markup(small(), BYTES, TEXT)}", encoding="utf-8")
    page.goto(path.as_uri())
    page.wait_for_timeout(200)
    expect(page.locator(".gptlab-bertviz img")).to_be_visible()
    expect(page.get_by_text("This is a still picture.")).to_be_visible()
    assert page.locator("select:visible").count() == 0


# In JupyterLab

SETUP = """from gptlab import display
from gptlab.checkpoints import load
model, tokenizer = load("shakespeare", "cpu")
text = "To be, or $not$ to be 牡"
"""
CELLS = [SETUP, *(f'display.bertviz(model, tokenizer, text, "{view}")' for view in VIEWS)]


@pytest.fixture
def notebook(work: Path, server: dict[str, Any]) -> Path:
    cells = [nbformat.v4.new_code_cell(source) for source in CELLS]
    path = work / "attention.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=METADATA), path)
    return path


@pytest.mark.timeout(300)
def test_the_views_in_jupyterlab(
    page: Page, errors: list[str], server: dict[str, Any], notebook: Path, tmp_path: Path
) -> None:
    model, tokenizer = load("shakespeare", "cpu")
    own = read(model, tokenizer, "To be, or $not$ to be 牡")

    def are_drawn() -> None:
        views = page.locator(".gptlab-bertviz")
        expect(views.locator("svg")).to_have_count(3, timeout=20_000)
        assert views.nth(0).locator("#left text").all_text_contents() == own.tokens
        assert (numbers(views.nth(0), "#attention line") == own.patterns[0].flatten()).all()
        assert (numbers(views.nth(1), "svg line") == own.patterns.flatten()).all()
        assert views.nth(2).locator("#queries .element").count() == own.queries[0, 0].size
        assert page.locator("mjx-container, .MathJax").count() == 0  # a dollar is a dollar
        for i, view in enumerate(VIEWS):
            card, svg = views.nth(i).bounding_box(), views.nth(i).locator("svg").bounding_box()
            assert card and svg
            assert svg["x"] + svg["width"] <= card["x"] + card["width"], view

    page.set_viewport_size({"width": 1100, "height": 1000})
    open_notebook(page, server, f"work/{notebook.name}")
    choose(page, "Run", "Run All Cells")
    page.wait_for_function(FINISHED, timeout=120_000)
    are_drawn()
    unfold(page.locator(".gptlab-bertviz").nth(2), 3)
    for i, view in enumerate(VIEWS):
        page.locator(".gptlab-bertviz").nth(i).screenshot(path=tmp_path / f"lab-{view}.png")
    saved(page, notebook)
    assert notebook.stat().st_size < 600_000

    open_notebook(page, server, f"work/{notebook.name}")  # as stored, and nothing runs
    are_drawn()

    choose(page, "Edit", "Clear Outputs of All Cells")
    page.wait_for_function(CLEARED)
    run_alone(page, 0)
    run_alone(page, 3)  # the last view first
    run_alone(page, 1)
    expect(page.locator(".gptlab-bertviz svg")).to_have_count(2, timeout=20_000)
    choose_theme(page, "JupyterLab Dark")
    for part in page.locator(".gptlab-bertviz").first.locator("select, tr, td, p").all()[:8]:
        assert part.evaluate(COLOURS)[0] == "rgb(27, 27, 27)"
    page.locator(".gptlab-bertviz").first.locator("summary").click()
    page.screenshot(path=tmp_path / "lab-dark.png")


def run_alone(page: Page, cell: int) -> None:
    page.locator(".jp-CodeCell .jp-InputArea-editor").nth(cell).click()
    page.keyboard.press("ControlOrMeta+Enter")
