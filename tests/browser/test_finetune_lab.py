"""The fine-tuning lab in a real browser: from disk, where it computes, and with a kernel."""

from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from playwright.sync_api import Browser, Locator, Page, expect

from gptlab.experiments.taught import LABELS, Lab, kept
from gptlab.site.page import page as rendered
from gptlab.widgets import FinetuneLab
from gptlab.widgets.finetune_lab_answers import answered
from tests.browser.conftest import HOSTILE, TWO_FRAMES
from tests.browser.kernel import mounted
from tests.browser.widget_readings import cells, eventually, set_range, share, typed, view_of
from tools.notebooks import METADATA

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]

NAME = "07_finetune"
SENTENCE = "My lord, the king is slain."
HALF = 0.51e-3  # a percentage with one digit after the point


@pytest.fixture(scope="module")
def lab() -> Lab:
    return kept()


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("finetune")
    data, metadata = FinetuneLab(SENTENCE)._repr_mimebundle_()
    data.pop("application/vnd.jupyter.widget-view+json")
    shown = new_code_cell("widget", outputs=[new_output("display_data", data, metadata=metadata)])
    notebook = new_notebook(
        cells=[new_markdown_cell("# 7 · Fine-tuning"), shown], metadata=METADATA
    )
    nbformat.write(notebook, folder / f"{NAME}.ipynb")
    (folder / f"{NAME}.html").write_text(rendered(folder / f"{NAME}.ipynb").text, encoding="utf-8")
    return folder / f"{NAME}.html"


@pytest.fixture
def view(page: Page, errors: list[str], file: Path) -> Locator:
    page.goto(file.as_uri())
    mount = page.locator(".gptlab-mount").first
    mount.scroll_into_view_if_needed()
    expect(mount.locator(".gptlab")).to_have_count(1, timeout=60_000)
    return view_of(mount)


def near(shown: list[str], expected: list[float]) -> None:
    assert len(shown) == len(expected)
    for text, value in zip(shown, expected, strict=True):
        # Below 0.01 % the view says only that.
        assert value < 1e-4 if text.startswith("<") else abs(share(text) - value) < HALF


def check(view: Locator, lab: Lab, text: str, method: str, rank: int, n_labels: int) -> None:
    """Every probability that the page shows is torch's."""
    found = answered(lab, text, method, rank, n_labels)

    def equal() -> None:
        rows = cells(view.locator(".label-shares table"))
        for column, side in ((1, "before"), (2, "after"), (3, "control")):
            shown = [row[column] for row in rows if row[column] != "–"]
            near(shown, found["shares"][side])
        for side in ("before", "after"):
            tables = view.locator(f".next-shift table.{side}")
            shown = [row[1] for row in cells(tables)] if tables.count() else []
            near(shown, [one["probability"] for one in found["next"][side]])

    eventually(equal)


def test_a_page_from_disk_applies_every_adapter(view: Locator, lab: Lab) -> None:
    check(view, lab, SENTENCE, "lora", 4, 150)
    expect(view.locator(".proof-list")).to_contain_text("those that Python recorded")
    for text in ("春眠不觉晓 👩‍🚀", "O happy day!"):
        typed(view, text)
        check(view, lab, text, "lora", 4, 150)
        assert "\N{REPLACEMENT CHARACTER}" not in view.inner_text()
    set_range(view, "Rank of the changes", 2)
    check(view, lab, "O happy day!", "lora", 8, 150)
    set_range(view, "Labelled speeches", 2)
    check(view, lab, "O happy day!", "lora", 8, LABELS[-1])
    view.get_by_label("the last layer alone").check()
    check(view, lab, "O happy day!", "last-layer", 8, LABELS[-1])
    expect(view.locator(".proof-list .wrong")).to_have_count(0)


def test_a_way_that_trains_every_weight_shows_its_numbers(view: Locator, lab: Lab) -> None:
    view.get_by_label("every weight", exact=True).check()
    expect(view.locator(".label-shares")).to_contain_text("too much to carry along")
    check(view, lab, SENTENCE, "full", 4, 150)
    run = lab.run("full", 0, 150)
    expect(view.locator(".measured .is-chosen")).to_contain_text(f"{100 * run.accuracy:.1f}%")
    expect(view.locator(".measured .is-chosen")).to_contain_text(f"{run.loss:.3f}")


def test_the_keyboard_alone_chooses(view: Locator, lab: Lab) -> None:
    first = view.get_by_label("LoRA: small changes")
    first.focus()
    first.press("ArrowDown")
    expect(view.get_by_label("the last layer alone")).to_be_checked()
    check(view, lab, SENTENCE, "last-layer", 4, 150)


def test_every_run_stands_in_a_table(view: Locator, lab: Lab) -> None:
    view.locator("summary", has_text="All runs as a table").click()
    expect(view.locator(".measured details tbody tr")).to_have_count(len(lab.runs))


def test_no_text_is_explained_and_what_is_typed_is_text(
    view: Locator, page: Page, lab: Lab
) -> None:
    typed(view, "")
    expect(view.locator(".finetune-view > .alarm")).to_contain_text("There is no token yet")
    expect(view.locator(".measured")).to_be_visible()
    typed(view, HOSTILE)
    check(view, lab, HOSTILE, "lora", 4, 150)
    assert page.evaluate("window.hacked") is None


def test_it_lives_with_a_kernel_in_two_views(page: Page, errors: list[str], lab: Lab) -> None:
    widget = FinetuneLab(SENTENCE)
    view = mounted(page, widget, views=("one", "two"))
    check(view, lab, SENTENCE, "lora", 4, 150)
    page.locator("#two").get_by_label("the last layer alone").check()
    page.wait_for_function("window.model.get('answer').method === 'last-layer'")
    page.evaluate(TWO_FRAMES)
    assert widget.method == "last-layer"
    check(view, lab, SENTENCE, "last-layer", 4, 150)


def test_dark_narrow_and_forced_colours_keep_it_whole(browser: Browser, file: Path) -> None:
    context = browser.new_context(
        viewport={"width": 360, "height": 800}, color_scheme="dark", forced_colors="active"
    )
    page = context.new_page()
    page.goto(file.as_uri())
    view = view_of(page.locator(".gptlab-mount").first)
    expect(view.locator(".label-shares table")).to_be_visible(timeout=60_000)
    assert view.evaluate("(root) => root.scrollWidth - root.clientWidth") <= 0
    context.close()
