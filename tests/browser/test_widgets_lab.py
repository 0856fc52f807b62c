"""The same widgets in a live JupyterLab, where Python answers: the same checks as in a page."""

from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from playwright.sync_api import Locator, Page, expect

from gptlab.widgets.backends import Backend, open_models
from tests.browser.conftest import HOSTILE
from tests.browser.test_lab import FINISHED, choose, open_notebook, server, work
from tests.browser.widget_readings import (
    check_attention,
    check_next_token,
    set_range,
    typed,
)
from tools.notebooks import METADATA

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]
__all__ = ["server", "work"]  # fixtures

NAME = "widgets.ipynb"
CELLS = (
    "from gptlab.widgets import AttentionExplorer, CheckpointSlider, NextToken\n"
    "explorer = AttentionExplorer(layer=1)\n"
    "explorer",
    "explorer",  # a second view of the same widget
    "NextToken('My lady')",
    "CheckpointSlider('O Romeo, Romeo')",
)
TEXTS = ("Good morrow, gentle Kate", "春眠不觉晓", "🐱 + 🐭 = 👩‍🚀?", HOSTILE)


@pytest.fixture
def views(page: Page, errors: list[str], server: dict[str, Any], work: Path) -> list[Locator]:
    cells = [new_code_cell(source) for source in CELLS]
    nbformat.write(new_notebook(cells=cells, metadata=METADATA), work / NAME)
    open_notebook(page, server, f"work/{NAME}")
    choose(page, "Run", "Run All Cells")
    page.wait_for_function(FINISHED, timeout=120_000)
    expect(page.locator(".gptlab")).to_have_count(len(CELLS), timeout=30_000)
    return page.locator(".gptlab").all()


@pytest.fixture(scope="module")
def shipped() -> Backend:
    return open_models("shakespeare").open(0)


def test_widgets_in_jupyterlab_show_torchs_numbers(
    views: list[Locator], shipped: Backend, page: Page, tmp_path: Path
) -> None:
    explorer, twin, next_token, slider = views
    for text in TEXTS:
        typed(explorer, text)
        check_attention(explorer, shipped, text, 1, 0)
        typed(next_token, text)
        check_next_token(next_token, shipped, text)
    expect(twin.locator("textarea")).to_have_value(TEXTS[-1])
    explorer.get_by_role("button", name="layer 2, head 3").click()
    for view in (explorer, twin):
        check_attention(view, shipped, TEXTS[-1], 2, 3)
    set_range(next_token, "Temperature", 0.5)
    check_next_token(next_token, shipped, TEXTS[-1], temperature=0.5)
    set_range(slider, "Training", 1)
    check_next_token(slider, open_models("lesson").open(1), "O Romeo, Romeo")
    assert page.evaluate("window.hacked") is None
    explorer.scroll_into_view_if_needed()
    page.screenshot(path=tmp_path / "lab.png")


def test_a_kernel_that_died_leaves_the_view_and_is_named(
    views: list[Locator], shipped: Backend, page: Page, errors: list[str]
) -> None:
    explorer, next_token = views[0], views[2]
    check_attention(explorer, shipped, "The cat sat on the mat", 1, 0)
    choose(page, "Kernel", "Shut Down Kernel")
    expect(page.locator("#jp-main-statusbar")).to_contain_text("No Kernel", timeout=20_000)
    errors.clear()  # JupyterLab reports the lost connection itself
    typed(explorer, "anybody there?")
    typed(next_token, "anybody there?")
    for view in (explorer, next_token):
        expect(view.locator(".field .status")).to_contain_text(
            "is its kernel running?", timeout=15_000
        )
        expect(view.locator("textarea")).to_have_value("anybody there?")
    expect(explorer.locator(".cells")).to_be_visible()
    # What the view computes by itself goes on.
    set_range(next_token, "Temperature", 0.5)
    check_next_token(next_token, shipped, "My lady", temperature=0.5)
    errors.clear()
