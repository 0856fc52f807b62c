"""The training player in a real browser: from disk, where it computes, and with a kernel."""

from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from playwright.sync_api import Browser, Locator, Page, expect

from gptlab.site.page import page as rendered
from gptlab.training import train
from gptlab.widgets import TrainingPlayer
from gptlab.widgets.backends import GPTBackend, open_models
from gptlab.widgets.training_player_answers import stage
from gptlab.widgets.training_player_picture import numbers
from tests.browser.conftest import HOSTILE, TWO_FRAMES
from tests.browser.kernel import mounted
from tests.browser.widget_readings import eventually, set_range, typed, view_of
from tests.test_training_player import LETTERS, a_run
from tools.notebooks import METADATA

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]

NAME = "08_training"
SENTENCE = "The king is dead, my lord."


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("player")
    data, metadata = TrainingPlayer(SENTENCE)._repr_mimebundle_()
    data.pop("application/vnd.jupyter.widget-view+json")
    shown = new_code_cell("widget", outputs=[new_output("display_data", data, metadata=metadata)])
    notebook = new_notebook(cells=[new_markdown_cell("# 8 · Training"), shown], metadata=METADATA)
    nbformat.write(notebook, folder / f"{NAME}.ipynb")
    (folder / f"{NAME}.html").write_text(rendered(folder / f"{NAME}.ipynb").text, encoding="utf-8")
    return folder / f"{NAME}.html"


@pytest.fixture(scope="module")
def backends() -> list[GPTBackend]:
    models = open_models("lesson")
    opened = [models.open(index) for index in range(len(models.steps))]
    return [backend for backend in opened if isinstance(backend, GPTBackend)]


@pytest.fixture
def view(page: Page, errors: list[str], file: Path) -> Locator:
    page.goto(file.as_uri())
    mount = page.locator(".gptlab-mount").first
    mount.scroll_into_view_if_needed()
    expect(mount.locator(".gptlab")).to_have_count(1, timeout=60_000)
    return view_of(mount)


def check(view: Locator, backends: list[GPTBackend], text: str, at: int) -> None:
    """Every loss and probability that the page shows is torch's."""
    answer = stage(backends[at], text, at, 0)

    def equal() -> None:
        shown = view.locator(".loss-chip small").all_inner_texts()[1:]
        assert list(map(float, shown)) == pytest.approx(numbers(answer).tolist(), abs=0.006)
        shares = view.locator(".next-now tbody td").all_inner_texts()
        expected = [100 * one["probability"] for one in answer["next"]]
        assert [float(share.rstrip("%")) for share in shares] == pytest.approx(expected, abs=0.051)

    eventually(equal)


def test_a_page_fits_one_file(file: Path) -> None:
    assert file.stat().st_size < 6_000_000


def test_a_page_from_disk_asks_every_snapshot(view: Locator, backends: list[GPTBackend]) -> None:
    check(view, backends, SENTENCE, 7)
    for at in (0, 4):
        set_range(view, "Snapshot", at)
        check(view, backends, SENTENCE, at)
    typed(view, "国王死了 👩‍🚀")
    check(view, backends, "国王死了 👩‍🚀", 4)
    assert "\N{REPLACEMENT CHARACTER}" not in view.inner_text()
    expect(view.locator(".proof-list .wrong")).to_have_count(0)


def test_too_short_a_text_is_explained_and_markup_is_text(view: Locator) -> None:
    typed(view, "a")
    expect(view.locator(".player-view > .alarm")).to_contain_text("two tokens")
    typed(view, HOSTILE)
    expect(view.locator(".sample .given")).to_contain_text("<")
    assert view.page.evaluate("window.hacked") is None


def test_buttons_and_keys_move_through_the_training(view: Locator) -> None:
    output = view.locator(".stage output")
    expect(output).to_have_text("after 500 steps")
    view.get_by_role("button", name="One back").click()
    expect(output).to_have_text("after 233 steps")
    view.locator(".stage input").focus()
    view.page.keyboard.press("Home")
    expect(output).to_have_text("before the first step")
    view.get_by_text("Your text through the training, as a table").click()
    expect(view.locator(".charts details tbody tr")).to_have_count(8)


def test_a_recorded_run_plays_and_pauses(view: Locator) -> None:
    set_range(view, "Snapshot", 0)
    view.get_by_role("button", name="Play").click()
    expect(view.locator(".stage output")).to_have_text("after 5 steps")
    view.get_by_role("button", name="Pause").click()


def test_a_kernel_trains_on_when_it_is_told_to(page: Page, errors: list[str]) -> None:
    run = a_run(30)
    steps = train(run)
    player = TrainingPlayer("abcd ab", model=run.model, tokenizer=LETTERS, steps=steps, total=30)
    view = mounted(page, player, views=("one", "two"))
    view.get_by_role("button", name="One step").click()
    expect(view.locator(".taken")).to_have_text("1 of 30 steps taken")
    view.get_by_role("button", name="Train").click()
    expect(view.locator(".taken")).to_have_text("30 of 30 steps taken", timeout=20_000)
    assert run.step == 30
    page.evaluate(TWO_FRAMES)
    expect(view.locator(".stage output")).to_have_text("after 30 steps")


def test_dark_narrow_and_forced_colours_keep_it_whole(browser: Browser, file: Path) -> None:
    context = browser.new_context(
        viewport={"width": 360, "height": 800}, color_scheme="dark", forced_colors="active"
    )
    page = context.new_page()
    page.goto(file.as_uri())
    view = view_of(page.locator(".gptlab-mount").first)
    expect(view.locator(".loss-chips")).to_be_visible(timeout=60_000)
    assert view.evaluate("(root) => root.scrollWidth - root.clientWidth") <= 0
    context.close()


def test_the_picture_can_be_saved(view: Locator) -> None:
    with view.page.expect_download() as download:
        view.get_by_role("button", name="Save as SVG").click()
    saved = download.value.path().read_text(encoding="utf-8")
    assert saved.count("<polyline") == 4 and "Learning rate" in saved
