"""`CosineCalculator` and `VectorExplorer` from disk and in JupyterLab, by mouse and by keys."""

from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from playwright.sync_api import Locator, Page, expect

from gptlab.site.page import page as rendered
from gptlab.widgets import CosineCalculator, VectorExplorer
from gptlab.widgets.exploring import shipped_table
from tests.browser.conftest import HOSTILE
from tests.browser.kernel import mounted
from tests.browser.widget_readings import set_range, typed
from tools.notebooks import METADATA

pytestmark = pytest.mark.browser

TEXT = "king queen man woman cat dog"


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("vectors")
    shown = []
    for widget in (CosineCalculator(), VectorExplorer(TEXT)):
        data, metadata = widget._repr_mimebundle_()
        data.pop("application/vnd.jupyter.widget-view+json")
        output = new_output("display_data", data, metadata=metadata)
        shown.append(new_code_cell("widget", outputs=[output]))
    notebook = new_notebook(cells=[new_markdown_cell("# 8 · Vectors"), *shown], metadata=METADATA)
    nbformat.write(notebook, folder / "08_vectors.ipynb")
    text = rendered(folder / "08_vectors.ipynb").text
    (folder / "08_vectors.html").write_text(text, encoding="utf-8")
    return folder / "08_vectors.html"


@pytest.fixture
def live(file: Path, page: Page, errors: list[str]) -> Callable[[str], Locator]:
    page.goto(file.as_uri())

    def alive(name: str) -> Locator:
        place = page.locator(".gptlab-mount").nth(["cosine", "vectors"].index(name))
        place.scroll_into_view_if_needed()
        view = place.locator(f".gptlab-{name}")
        expect(view).to_have_count(1, timeout=30_000)
        return view

    return alive


def test_turning_the_axes_changes_numbers_and_no_cosine(live: Callable[[str], Locator]) -> None:
    view = live("cosine")
    pairs = view.locator(".pairs tbody tr")
    before = pairs.nth(0).locator("td").all_text_contents()
    set_range(view, "Turn the axes", 90)
    fields = view.locator("input[type=number]")
    expect(fields.nth(0)).to_have_value("-1")
    expect(fields.nth(1)).to_have_value("3")
    after = pairs.nth(0).locator("td").all_text_contents()
    assert after[:3] == before[:3]
    view.get_by_role("button", name="Turn back").click()
    expect(fields.nth(0)).to_have_value("3")


def test_an_arrow_moves_by_keys_and_by_mouse(live: Callable[[str], Locator]) -> None:
    view = live("cosine")
    head = view.get_by_role("button", name="cat: 3.00 | 1.00")
    head.focus()
    view.page.keyboard.press("ArrowRight")
    expect(view.get_by_role("button", name="cat: 3.10 | 1.00")).to_be_focused()
    view.page.keyboard.press("Shift+ArrowDown")
    moved = view.get_by_role("button", name="cat: 3.10 | 0.00")
    expect(moved).to_be_focused()
    box = moved.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    view.page.mouse.move(x, y)
    view.page.mouse.down()
    view.page.mouse.move(x, y - 60, steps=4)
    view.page.mouse.up()
    field = view.locator("input[type=number]").nth(1)
    assert float(field.input_value()) > 0.5


def test_a_number_and_a_name_can_be_typed(live: Callable[[str], Locator]) -> None:
    view = live("cosine")
    view.get_by_label("cat, axis 2").fill("9")
    expect(view.get_by_role("button", name="cat: 3.00 | 9.00")).to_be_visible()
    view.locator("input.name").nth(0).fill(HOSTILE)
    view.locator("input.name").nth(0).press("Tab")
    expect(view.locator(".pairs tbody tr").nth(0)).to_contain_text("<script>")
    assert view.page.evaluate("window.hacked") is None


def test_neighbours_in_a_page_are_those_of_python(live: Callable[[str], Locator]) -> None:
    view = live("vectors")
    for word in ("king", "cat"):
        view.locator(".words").get_by_role("button", name=word, exact=True).click()
        near = shipped_table().neighbours(word, 10)
        rows = view.locator(".list tbody tr")
        expect(rows.nth(0).locator("th")).to_have_text(near[0][0])
        assert rows.locator("th").all_text_contents() == [name for name, _ in near]
        numbers = rows.locator(".number").all_text_contents()
        assert numbers == [f"{cosine:.3f}" for _, cosine in near]


def test_own_words_are_answered_and_missing_ones_said(live: Callable[[str], Locator]) -> None:
    view = live("vectors")
    typed(view, f"moon sun 牡丹 {HOSTILE}")
    expect(view.locator(".words button")).to_have_text(["moon", "sun"])
    expect(view).to_contain_text("牡丹")
    cosine = shipped_table().cosine("moon", "sun")
    expect(view.locator(".cosines tbody tr").nth(0).locator("td").nth(1)).to_have_text(
        f"{cosine:.2f}"
    )
    typed(view, "")
    expect(view).to_contain_text("No word that is in the table yet.")
    assert view.page.evaluate("window.hacked") is None


def test_the_map_is_read_by_keys_and_chooses_a_word(live: Callable[[str], Locator]) -> None:
    view = live("vectors")
    view.locator(".map .plot").focus()
    view.page.keyboard.press("ArrowRight")
    expect(view.locator(".map .said")).to_contain_text("queen:")
    view.page.keyboard.press("Enter")
    expect(view).to_contain_text("Nearest to queen")
    before = view.locator(".map .said").text_content()
    view.get_by_label("drawn by").select_option("tsne")
    expect(view.locator(".map .said")).not_to_have_text(before or "")


def test_a_sum_with_and_without_its_inputs(live: Callable[[str], Locator]) -> None:
    view = live("vectors")
    answers = view.locator(".answers li")
    expect(answers.nth(0)).to_contain_text("queen")
    view.get_by_label("let these three be the answer too").check()
    expect(answers.nth(0)).to_contain_text("king")
    view.get_by_label("plus", exact=True).fill("牡丹")
    view.get_by_label("plus", exact=True).press("Tab")
    expect(view.locator(".sum .said")).to_contain_text("Not among the words here: 牡丹")


def test_python_answers_in_jupyterlab(page: Page, errors: list[str]) -> None:
    view = mounted(page, VectorExplorer(TEXT))
    view.locator(".words").get_by_role("button", name="dog", exact=True).click()
    expect(view).to_contain_text("Nearest to dog")
    typed(view, "paris rome")
    expect(view.locator(".words button")).to_have_text(["paris", "rome"])


def test_python_knows_what_was_dragged_in_jupyterlab(page: Page, errors: list[str]) -> None:
    calculator = CosineCalculator()
    view = mounted(page, calculator)
    view.get_by_role("button", name="cat: 3.00 | 1.00").focus()
    page.keyboard.press("ArrowUp")
    expect(view.get_by_role("button", name="cat: 3.00 | 1.10")).to_be_visible()
    assert calculator.vectors[0]["numbers"] == [3, 1.1]
