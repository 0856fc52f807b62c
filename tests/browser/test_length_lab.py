"""`LengthLab` from disk and beside a kernel, by mouse and by keys."""

from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from playwright.sync_api import Locator, Page, expect

from gptlab.site.page import page as rendered
from gptlab.widgets import LengthLab
from gptlab.widgets import length_lab_numbers as numbers
from tests.browser.kernel import mounted
from tests.browser.widget_readings import set_range
from tools.notebooks import METADATA

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("length")
    data, metadata = LengthLab()._repr_mimebundle_()
    data.pop("application/vnd.jupyter.widget-view+json")
    cell = new_code_cell("widget", outputs=[new_output("display_data", data, metadata=metadata)])
    notebook = new_notebook(cells=[new_markdown_cell("# 11 · Long texts"), cell], metadata=METADATA)
    nbformat.write(notebook, folder / "11_length.ipynb")
    text = rendered(folder / "11_length.ipynb").text
    (folder / "11_length.html").write_text(text, encoding="utf-8")
    return folder / "11_length.html"


@pytest.fixture
def view(file: Path, page: Page, errors: list[str]) -> Locator:
    page.goto(file.as_uri())
    page.locator(".gptlab-mount").scroll_into_view_if_needed()
    found = page.locator(".gptlab-length")
    expect(found).to_have_count(1, timeout=30_000)
    return found


def test_layers_reach_further_in_a_band(view: Locator) -> None:
    known = view.locator(".known")
    expect(known).to_have_text("The last token knows of 15 of 48 tokens, up to 14 back.")
    set_range(view, "layers", 4)
    expect(known).to_have_text("The last token knows of 29 of 48 tokens, up to 28 back.")
    set_range(view, "window or chunk", 3)
    expect(known).to_have_text("The last token knows of 9 of 48 tokens, up to 8 back.")


@pytest.mark.parametrize("pattern", numbers.PATTERNS)
def test_every_pattern_is_proved_in_the_page(view: Locator, pattern: str) -> None:
    view.get_by_label("pattern", exact=True).select_option(pattern)
    needed = numbers.layers_needed(pattern, 48, 8, 8, 2)[-1]
    known = int((needed >= 0).sum())
    expect(view.locator(".known")).to_contain_text(f"knows of {known} of 48 tokens")
    expect(view.locator(".proof-list .right")).to_have_count(2)
    expect(view.locator(".recall .mean").first).to_be_attached()


def test_the_map_has_a_table_and_idle_sliders_hide(view: Locator) -> None:
    view.get_by_text("What the last token knows, layer by layer").click()
    expect(view.locator(".sees tbody tr")).to_have_text(["01", "18", "215"])
    expect(view.get_by_label("stride")).to_be_hidden()
    view.get_by_label("pattern", exact=True).select_option("strided")
    expect(view.get_by_label("stride")).to_be_visible()
    expect(view.get_by_label("window or chunk")).to_be_hidden()


def test_the_map_is_read_by_keys(view: Locator) -> None:
    cells = view.locator(".map .cells")
    cells.focus()
    said = view.locator(".map .said")
    view.page.keyboard.press("Control+End")
    expect(said).to_have_text("Token 48 knows itself.")
    for _ in range(8):
        view.page.keyboard.press("ArrowLeft")
    expect(said).to_have_text("Token 48 knows of token 40 after 2 layers.")
    view.page.keyboard.press("Home")
    expect(said).to_have_text("Token 48 never knows of token 1.")
    view.page.keyboard.press("Control+Home")
    view.page.keyboard.press("ArrowRight")
    expect(said).to_have_text("Token 2 comes later than token 1.")


def test_costs_follow_the_length_and_recall_says_that_it_was_recorded(view: Locator) -> None:
    view.get_by_label("model", exact=True).select_option("GPT-3")
    set_range(view, "length", 17)
    expect(view.locator(".costs .slider output")).to_have_text("131,072 tokens")
    exponents = view.locator(".costs tbody tr").nth(2).locator("td")
    expect(exponents).to_have_text(["2.00", "1.00"])
    expect(view.locator(".recall .note").first).to_contain_text("Recorded, not computed here")
    view.locator(".recall summary").click()
    expect(view.locator(".recall tbody tr").nth(13).locator("td").nth(1)).to_have_text("100%")


def test_it_lives_beside_a_kernel(page: Page, errors: list[str]) -> None:
    view = mounted(page, LengthLab(pattern="strided"))
    expect(view.locator(".known")).to_contain_text("knows of 48 of 48")
    view.get_by_label("pattern", exact=True).select_option("chunks")
    expect(view.locator(".known")).to_contain_text("knows of 8 of 48")
