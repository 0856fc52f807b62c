"""The position explorer in a real browser: from disk, where it computes, and with a kernel."""

import re
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from playwright.sync_api import Browser, Locator, Page, expect

from gptlab.site.page import page as rendered
from gptlab.widgets import PositionExplorer
from gptlab.widgets.backends import open_models
from gptlab.widgets.position_explorer_answers import OrderedModel, shuffled, table
from gptlab.widgets.position_explorer_picture import changes, numbers
from tests.browser.conftest import HOSTILE, TWO_FRAMES
from tests.browser.kernel import mounted
from tests.browser.test_lab import FINISHED, choose, open_notebook, server, work
from tests.browser.widget_readings import cells, eventually, opened, set_range, typed, view_of
from tests.test_backends import LETTERS, small
from tools.notebooks import METADATA

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]
__all__ = ["server", "work"]  # fixtures

NAME = "03_positions"
SENTENCE = "the king loves the queen"
SWAPPED = [0, 4, 2, 3, 1]
HALF_A_TENTH_OF_A_PERCENT = 0.5e-3 + 1e-5


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("positions")
    data, metadata = PositionExplorer(SENTENCE, order=SWAPPED)._repr_mimebundle_()
    data.pop("application/vnd.jupyter.widget-view+json")
    shown = new_code_cell("widget", outputs=[new_output("display_data", data, metadata=metadata)])
    notebook = new_notebook(cells=[new_markdown_cell("# 3 · Positions"), shown], metadata=METADATA)
    nbformat.write(notebook, folder / f"{NAME}.ipynb")
    (folder / f"{NAME}.html").write_text(rendered(folder / f"{NAME}.ipynb").text, encoding="utf-8")
    return folder / f"{NAME}.html"


@pytest.fixture(scope="module")
def model() -> OrderedModel:
    return OrderedModel(open_models("shakespeare").open(0))


@pytest.fixture
def view(page: Page, errors: list[str], file: Path) -> Locator:
    page.goto(file.as_uri())
    mount = page.locator(".gptlab-mount").first
    mount.scroll_into_view_if_needed()
    expect(mount.locator(".gptlab")).to_have_count(1, timeout=60_000)
    return view_of(mount)


def share(text: str) -> float:
    if "⁻" in text:
        return 0.0
    return float(text.rstrip("%")) / (100 if text.endswith("%") else 1)


def chips(view: Locator) -> list[str]:
    return view.locator(".chip").all_text_contents()


def check_order(view: Locator, model: OrderedModel, text: str, order: list[int]) -> None:
    """Every change that the page shows is torch's."""
    answer = shuffled(model, text, order)
    expected = changes(answer)[:, answer["places"]].T

    def changes_are_equal() -> None:
        rows = cells(view.locator(".outputs table"))
        assert [int(row[1]) - 1 for row in rows] == answer["places"]
        shown = [[share(cell) for cell in row[3:]] for row in rows]
        np.testing.assert_allclose(shown, expected, atol=HALF_A_TENTH_OF_A_PERCENT)

    eventually(changes_are_equal, 60)
    assert view.locator(".proof-list .wrong").count() == 0


def test_a_page_from_disk_computes_what_torch_does(view: Locator, model: OrderedModel) -> None:
    check_order(view, model, SENTENCE, SWAPPED)
    assert view.locator(".proof-list li").count() == 2  # the control, and Python's logits
    view.get_by_role("button", name="As typed").click()
    check_order(view, model, SENTENCE, [0, 1, 2, 3, 4])
    expect(view.locator(".proof-list")).to_contain_text("every change is exactly 0")
    view.get_by_role("button", name="Reverse").click()
    check_order(view, model, SENTENCE, [4, 3, 2, 1, 0])
    for text in ("春眠不觉晓", HOSTILE):
        typed(view, text)
        check_order(view, model, text, [])
    assert view.page.evaluate("window.hacked") is None


def test_a_token_is_moved_by_keys(view: Locator, model: OrderedModel) -> None:
    view.get_by_role("button", name="As typed").click()
    view.locator(".chip").first.focus()
    for key in ("ArrowRight", "Alt+ArrowRight", "Alt+End"):
        view.page.keyboard.press(key)
    assert chips(view) == ["the", "␣loves", "␣the", "␣queen", "␣king"]
    expect(view.locator(".reorder .chosen")).to_have_text("“␣king” now stands at place 5 of 5.")
    expect(view.locator(".chip").nth(4)).to_be_focused()
    check_order(view, model, SENTENCE, [0, 2, 3, 4, 1])


def test_a_token_is_dragged(view: Locator, model: OrderedModel) -> None:
    view.get_by_role("button", name="As typed").click()
    boxes = [chip.bounding_box() for chip in view.locator(".chip").all()]
    start, end = boxes[1], boxes[4]
    assert start
    assert end
    mouse = view.page.mouse
    mouse.move(start["x"] + 5, start["y"] + start["height"] / 2)
    mouse.down()
    mouse.move(end["x"] + end["width"] - 2, end["y"] + end["height"] / 2, steps=12)
    mouse.up()
    assert chips(view) == ["the", "␣loves", "␣the", "␣queen", "␣king"]
    check_order(view, model, SENTENCE, [0, 2, 3, 4, 1])


@pytest.mark.parametrize("scheme", ["learned", "sinusoidal", "untrained"])
def test_a_row_is_compared_with_all_others(view: Locator, model: OrderedModel, scheme: str) -> None:
    view.locator(".tables select").select_option(scheme)
    set_range(view, "first position", 7)
    grid = numbers(table(model, scheme)).astype(np.float64)
    shown = opened(view, "curve as a table")

    def products_are_equal() -> None:
        rows = cells(shown)
        assert len(rows) == len(grid)
        found = [float(row[1]) for row in rows]
        np.testing.assert_allclose(found, grid @ grid[7], atol=1e-3)

    eventually(products_are_equal, 60)
    assert view.locator(".proof.wrong").count() == 0


def test_the_map_and_the_clock_obey_the_keyboard(view: Locator) -> None:
    view.locator(".tables .map").focus()
    for key in ("ArrowDown", "Shift+ArrowUp"):
        view.page.keyboard.press(key)
    expect(view.locator(".tables .chosen")).to_contain_text("Positions 21 and 24, distance 3")
    clock = view.locator(".clock")
    expect(clock.locator(".chosen")).to_contain_text("Distance 2: cos -0.416.")
    before = clock.locator(".chosen").text_content() or ""
    clock.get_by_role("button", name="Both one on").click()
    expect(clock.locator(".chosen")).not_to_have_text(before)
    expect(clock.locator(".chosen")).to_contain_text("Distance 2: cos -0.416.")
    set_range(view, "position of the key", 0)
    expect(clock.locator(".chosen")).to_contain_text("Distance 4")


def test_it_lives_with_a_kernel_in_two_views(page: Page, errors: list[str]) -> None:
    widget = PositionExplorer("abcde", model=small(), tokenizer=LETTERS)
    view = mounted(page, widget, views=("one", "two"))
    expect(view.locator(".chip")).to_have_count(5)
    view.get_by_role("button", name="Reverse").click()
    page.wait_for_function("window.model.get('shuffled').order.length === 5")
    page.evaluate(TWO_FRAMES)
    assert widget.order == [4, 3, 2, 1, 0]
    assert page.locator("#two .chip").all_text_contents() == list("edcba")
    check_order(view, OrderedModel(widget.backend), "abcde", [4, 3, 2, 1, 0])
    view.locator("textarea").fill("cab")
    page.wait_for_function("window.model.get('shuffled').text === 'cab'")
    page.evaluate(TWO_FRAMES)
    assert (widget.text, widget.order, chips(view)) == ("cab", [], list("cab"))


def test_in_jupyterlab_python_answers(
    page: Page, errors: list[str], server: dict[str, Any], work: Path, model: OrderedModel
) -> None:
    source = f"from gptlab.widgets import PositionExplorer\nPositionExplorer({SENTENCE!r})"
    notebook = new_notebook(cells=[new_code_cell(source)], metadata=METADATA)
    nbformat.write(notebook, work / f"{NAME}.ipynb")
    open_notebook(page, server, f"work/{NAME}.ipynb")
    choose(page, "Run", "Run All Cells")
    page.wait_for_function(FINISHED, timeout=120_000)
    view = page.locator(".gptlab").first
    view.get_by_role("button", name="Swap the ends").click()
    check_order(view, model, SENTENCE, [4, 1, 2, 3, 0])
    typed(view, "春眠不觉晓")
    check_order(view, model, "春眠不觉晓", [])


def test_dark_narrow_and_forced_colours_keep_it_whole(browser: Browser, file: Path) -> None:
    context = browser.new_context(
        viewport={"width": 360, "height": 800}, color_scheme="dark", forced_colors="active"
    )
    page = context.new_page()
    page.goto(file.as_uri())
    view = view_of(page.locator(".gptlab-mount").first)
    expect(view).to_be_visible(timeout=60_000)
    expect(view.locator(".outputs tbody tr")).to_have_count(5)
    overflow = view.evaluate("(root) => root.scrollWidth - root.clientWidth")
    assert overflow <= 0
    context.close()


def test_the_picture_is_saved_with_the_learners_text(view: Locator) -> None:
    with view.page.expect_download() as waiting:
        view.get_by_role("button", name="Save as SVG").click()
    saved = Path(waiting.value.path()).read_text(encoding="utf-8")
    assert re.search(r"the king loves the queen", saved)
    assert saved.count("<rect") == 1 + 3 + 3 * 5
