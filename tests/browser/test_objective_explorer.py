"""The objective explorer in a real browser: from disk, where it computes, and with a kernel."""

from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from playwright.sync_api import Browser, Locator, Page, expect

from gptlab.site.page import page as rendered
from gptlab.widgets import ObjectiveExplorer
from gptlab.widgets.backends import open_models
from gptlab.widgets.objective_explorer_answers import Twins, answered
from tests.browser.conftest import HOSTILE, TWO_FRAMES
from tests.browser.kernel import mounted
from tests.browser.widget_readings import cells, eventually, typed, view_of
from tools.notebooks import METADATA

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]

NAME = "06_objectives"
SENTENCE = "He [MASK] a villain."


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("objectives")
    data, metadata = ObjectiveExplorer(SENTENCE)._repr_mimebundle_()
    data.pop("application/vnd.jupyter.widget-view+json")
    shown = new_code_cell("widget", outputs=[new_output("display_data", data, metadata=metadata)])
    notebook = new_notebook(cells=[new_markdown_cell("# 6 · Objectives"), shown], metadata=METADATA)
    nbformat.write(notebook, folder / f"{NAME}.ipynb")
    (folder / f"{NAME}.html").write_text(rendered(folder / f"{NAME}.ipynb").text, encoding="utf-8")
    return folder / f"{NAME}.html"


@pytest.fixture(scope="module")
def twins() -> Twins:
    return Twins(*(open_models(name).open(0) for name in ("twin_next", "twin_masked")))


@pytest.fixture
def view(page: Page, errors: list[str], file: Path) -> Locator:
    page.goto(file.as_uri())
    mount = page.locator(".gptlab-mount").first
    mount.scroll_into_view_if_needed()
    expect(mount.locator(".gptlab")).to_have_count(1, timeout=60_000)
    return view_of(mount)


def check(view: Locator, twins: Twins, text: str, place: int = -1) -> None:
    """Every probability that the page shows is torch's."""
    answer = answered(twins, text, place)

    def equal() -> None:
        for side in ("causal", "masked"):
            for i, expected in enumerate(answer[side]):
                shown = cells(view.locator(".gap").nth(i).locator(f"table.{side}"))
                found = [float(row[1].rstrip("%")) for row in shown]
                assert found == pytest.approx(
                    [100 * one["probability"] for one in expected], abs=0.051
                )

    eventually(equal)


def test_a_page_from_disk_asks_both_models(view: Locator, twins: Twins) -> None:
    check(view, twins, SENTENCE)
    for text in ("The king", "春眠 [MASK] 晓 👩‍🚀", "[MASK] and [MASK]"):
        typed(view, text)
        check(view, twins, text)
        assert "\N{REPLACEMENT CHARACTER}" not in view.inner_text()
    expect(view.locator(".causal").first).to_contain_text("Nothing stands before this gap")


def test_one_switch_flips_matrix_and_labels(view: Locator) -> None:
    n = view.locator(".matrix tbody tr").count()
    expect(view.locator(".matrix td.open")).to_have_count(n * (n + 1) // 2)
    view.get_by_label("hidden tokens (BERT)").check()
    expect(view.locator(".matrix td.open")).to_have_count(n * n)
    expect(view.locator(".matrix .target", has_text="the hidden token")).to_have_count(1)
    view.get_by_label("hidden tokens (BERT)").press("ArrowLeft")
    expect(view.locator(".matrix td.open")).to_have_count(n * (n + 1) // 2)


def test_the_leak_test_says_what_moved(view: Locator) -> None:
    view.get_by_label("Replaced token").select_option("3")
    expect(view.locator(".leak .summary")).to_contain_text("moved at 0 of 3 places")
    expect(view.locator(".leak .summary")).to_contain_text("one at 3")
    expect(view.locator(".proof-list .wrong")).to_have_count(0)


def test_a_gap_is_put_at_the_cursor(view: Locator, twins: Twins) -> None:
    typed(view, "The king is")
    view.get_by_role("button", name="Put [MASK] at the cursor").click()
    expect(view.locator("textarea")).to_have_value("The king is[MASK]")
    check(view, twins, "The king is[MASK]")


def test_what_a_learner_types_is_text(view: Locator, page: Page) -> None:
    typed(view, f"{HOSTILE} [MASK]")
    eventually(lambda: expect(view.locator(".matrix")).to_be_visible())
    assert page.evaluate("window.hacked") is None


def test_it_lives_with_a_kernel_in_two_views(page: Page, errors: list[str], twins: Twins) -> None:
    widget = ObjectiveExplorer(SENTENCE)
    view = mounted(page, widget, views=("one", "two"))
    check(view, twins, SENTENCE)
    typed(view, "The [MASK] is here.")
    page.wait_for_function("window.model.get('answer').text === 'The [MASK] is here.'")
    page.evaluate(TWO_FRAMES)
    assert widget.text == "The [MASK] is here."
    check(view, twins, widget.text)


def test_dark_narrow_and_forced_colours_keep_it_whole(browser: Browser, file: Path) -> None:
    context = browser.new_context(
        viewport={"width": 360, "height": 800}, color_scheme="dark", forced_colors="active"
    )
    page = context.new_page()
    page.goto(file.as_uri())
    view = view_of(page.locator(".gptlab-mount").first)
    expect(view.locator(".matrix")).to_be_visible(timeout=60_000)
    assert view.evaluate("(root) => root.scrollWidth - root.clientWidth") <= 0
    context.close()
