"""The memory lab in a real browser: from disk, where it runs the models, and with a kernel."""

from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from playwright.sync_api import Browser, Locator, Page, expect

from gptlab.experiments.keeping import kept
from gptlab.site.page import page as rendered
from gptlab.widgets import MemoryLab
from gptlab.widgets.remembering import N_SYMBOLS, curves, reading, shares_of, text_of
from tests.browser.conftest import TWO_FRAMES
from tests.browser.kernel import mounted
from tests.browser.widget_readings import cells, eventually, opened, set_range, share, view_of
from tools.notebooks import METADATA

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("memory")
    data, metadata = MemoryLab()._repr_mimebundle_()
    data.pop("application/vnd.jupyter.widget-view+json")
    shown = new_code_cell("widget", outputs=[new_output("display_data", data, metadata=metadata)])
    notebook = new_notebook(cells=[new_markdown_cell("# 5 · RNN"), shown], metadata=METADATA)
    nbformat.write(notebook, folder / "05_rnn.ipynb")
    (folder / "05_rnn.html").write_text(rendered(folder / "05_rnn.ipynb").text, encoding="utf-8")
    return folder / "05_rnn.html"


@pytest.fixture
def view(page: Page, errors: list[str], file: Path) -> Locator:
    page.goto(file.as_uri())
    mount = page.locator(".gptlab-mount").first
    mount.scroll_into_view_if_needed()
    expect(mount.locator(".gptlab")).to_have_count(1, timeout=60_000)
    return view_of(mount)


def check_answers(view: Locator, key: int, distance: int, seed: int = 0) -> None:
    """What each model gives the key in the page is what it gives it in torch."""
    tokens = text_of(key, distance, seed)
    rows = [shares_of(each, tokens) for each in kept()]
    expected = [row[key] for row in rows]
    right = [int(row.argmax()) == key for row in rows]

    def shares_are_equal() -> None:
        found = cells(view.locator(".answers table"))
        np.testing.assert_allclose([share(row[2]) for row in found], expected, atol=1e-3)
        assert [row[1].endswith("✓") for row in found] == right

    eventually(shares_are_equal)
    assert view.locator(".proof-list .wrong").count() == 0


def check_curves(view: Locator, name: str, at: int) -> None:
    """The table at the distance shows the record's mean of each model."""
    record = curves(name)
    expected = [model["mean"][at] for model in record["models"]]
    expected += [record["chance"], record["baseline"][at]]

    def means_are_equal() -> None:
        rows = cells(view.locator(".curves .wide table"))
        np.testing.assert_allclose([share(row[1]) for row in rows], expected, atol=6e-4)

    eventually(means_are_equal)


def test_the_page_runs_the_models_and_shows_the_record(view: Locator) -> None:
    check_answers(view, 2, 24)
    expect(view.locator(".proofs")).to_contain_text("those that torch recorded")
    expect(view.locator(".proofs")).to_contain_text("of the 8 keys before this same noise")
    record = curves("recall-distance")
    check_curves(view, "recall-distance", int(np.abs(np.array(record["distances"]) - 24).argmin()))
    assert "\ufffd" not in (view.text_content() or "")


def test_distance_key_and_noise_are_the_learners(view: Locator) -> None:
    set_range(view, "distance, in tokens", 100)
    check_answers(view, 2, 100)
    view.locator(".answers select").select_option("5")
    check_answers(view, 5, 100)
    view.get_by_role("button", name="Other noise").click()
    check_answers(view, 5, 100, 1)
    expect(view.locator(".letters strong").first).to_have_text("F")


def test_the_task_and_the_models_are_chosen(view: Locator) -> None:
    view.locator(".curves select").select_option("recall-beyond")
    set_range(view, "distance, in tokens", 120)
    places = np.array(curves("recall-beyond")["distances"])
    check_curves(view, "recall-beyond", int(np.abs(places - 120).argmin()))
    expect(view.locator(".trained")).to_contain_text("trained up to 64")
    n = view.locator(".curves .line").count()
    view.get_by_label("GRU", exact=True).first.uncheck()
    expect(view.locator(".curves .line")).to_have_count(n - 1)
    view.locator(".curves select").select_option("parity")
    rows = opened(view, "The curves as a table").locator("tbody tr")
    expect(rows).to_have_count(len(curves("parity")["distances"]))


def test_the_state_is_read_by_keys(view: Locator) -> None:
    tokens = text_of(2, 24, 0)
    gru = next(each for each in kept() if each.name == "GRU")
    inside = reading(gru, tokens)
    grid = view.locator(".inside .cells")
    said = view.locator(".inside .chosen")
    grid.focus()
    expect(said).to_contain_text("The question, token 24: it gives the key")
    view.page.keyboard.press("Home")
    expect(said).to_contain_text("After token 0, “C”")
    table = opened(view, "The picture as a table")
    expect(table.locator("tbody tr")).to_have_count(25)
    shown = cells(table)
    expected = [*inside.asked, inside.shares[tokens[0] - N_SYMBOLS]]
    np.testing.assert_allclose([share(row[1]) for row in shown], expected, atol=1e-3)
    lengths = np.linalg.norm(inside.states, axis=1)
    np.testing.assert_allclose([float(row[2]) for row in shown], lengths, atol=1e-3)


def test_the_row_that_solves_it_and_the_end_of_the_window(view: Locator) -> None:
    view.get_by_label("look inside: Transformer, 1 layer").check()
    said = view.locator(".inside .chosen")
    expect(said).to_contain_text("Head 1, token 0, “C”: weight")
    transformer = next(each for each in kept() if each.name.startswith("Transformer"))
    pattern = reading(transformer, text_of(2, 24, 0)).pattern
    table = opened(view, "The picture as a table")
    expect(table.locator("tbody tr")).to_have_count(25)
    found = np.array([[share(cell) for cell in row[1:]] for row in cells(table)]).T
    np.testing.assert_allclose(found, pattern, atol=1e-3)
    set_range(view, "distance, in tokens", 80)
    expect(view.locator(".outside")).to_contain_text(
        "The window holds 64 tokens; the key lies 17 before it"
    )


def test_it_lives_with_a_kernel_in_two_views(page: Page, errors: list[str]) -> None:
    widget = MemoryLab(distance=10)
    view = mounted(page, widget, views=("one", "two"))
    check_answers(view, 2, 10)
    set_range(view, "distance, in tokens", 40)
    page.evaluate(TWO_FRAMES)
    page.wait_for_function("window.model.get('distance') === 40")
    check_answers(page.locator("#two .gptlab"), 2, 40)
    assert widget.distance == 40


def test_dark_narrow_and_forced_colours_keep_it_whole(browser: Browser, file: Path) -> None:
    options: dict[str, Any] = {"color_scheme": "dark", "forced_colors": "active"}
    context = browser.new_context(viewport={"width": 360, "height": 800}, **options)
    page = context.new_page()
    page.goto(file.as_uri())
    view = view_of(page.locator(".gptlab-mount").first)
    expect(view.locator(".answers tbody tr")).to_have_count(4, timeout=60_000)
    assert view.evaluate("(root) => root.scrollWidth - root.clientWidth") <= 0
    context.close()


def test_the_curves_are_saved(view: Locator) -> None:
    with view.page.expect_download() as waiting:
        view.get_by_role("button", name="Save as SVG").click()
    saved = Path(waiting.value.path()).read_text(encoding="utf-8")
    assert saved.count("<polyline") == len(curves("recall-distance")["models"])
    assert "var(" not in saved
