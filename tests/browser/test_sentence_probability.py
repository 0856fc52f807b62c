"""The probability of a sentence in a real browser: computed from disk, and with a kernel."""

from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from playwright.sync_api import Browser, Locator, Page, expect

from gptlab.site.page import page as rendered
from gptlab.widgets import SentenceProbability
from gptlab.widgets.backends import Backend, open_models
from gptlab.widgets.sentence_probability_answers import in_other_orders, scored
from gptlab.widgets.sentence_probability_picture import bits
from tests.browser.conftest import HOSTILE, TWO_FRAMES
from tests.browser.kernel import mounted
from tests.browser.widget_readings import cells, eventually, typed, view_of
from tools.notebooks import METADATA

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]

NAME = "12_probability"
SENTENCE = "To be, or not to be, that is the question."
HALF_A_HUNDREDTH = 0.005 + 1e-4


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("probability")
    data, metadata = SentenceProbability(SENTENCE)._repr_mimebundle_()
    data.pop("application/vnd.jupyter.widget-view+json")
    shown = new_code_cell("widget", outputs=[new_output("display_data", data, metadata=metadata)])
    cells = [new_markdown_cell("# 12 · Probability"), shown]
    nbformat.write(new_notebook(cells=cells, metadata=METADATA), folder / f"{NAME}.ipynb")
    (folder / f"{NAME}.html").write_text(rendered(folder / f"{NAME}.ipynb").text, encoding="utf-8")
    return folder / f"{NAME}.html"


@pytest.fixture(scope="module")
def shipped() -> Backend:
    return open_models("shakespeare").open(0)


@pytest.fixture
def view(page: Page, errors: list[str], file: Path) -> Locator:
    page.goto(file.as_uri())
    mount = page.locator(".gptlab-mount").first
    mount.scroll_into_view_if_needed()
    expect(mount.locator(".gptlab")).to_have_count(1, timeout=60_000)
    return view_of(mount)


def check(view: Locator, backend: Backend, text: str, seed: int = 0) -> None:
    """Every surprise, every sum and every order that the page shows is torch's."""
    answer = scored(backend, text)
    expected, sums = bits(answer["nats"]), bits(answer["nats"]).cumsum()

    def tokens_are_equal() -> None:
        rows = cells(view.locator(".tokens-table"))
        assert [float(row[2]) for row in rows] == pytest.approx(expected, abs=HALF_A_HUNDREDTH)
        assert [number(row[4]) for row in rows] == pytest.approx(sums, abs=0.06)

    eventually(tokens_are_equal)
    control = bits(answer["untrained"]).sum()
    totals = [number(row[2]) for row in cells(view.locator(".whole"))]
    assert totals == pytest.approx([sums[-1], control], abs=0.06)
    order = in_other_orders(backend, text, 0, seed)

    def orders_are_equal() -> None:
        expect(view.locator(".orders-part")).to_have_attribute("aria-busy", "false")
        rows = [number(row[1]) for row in cells(view.locator(".orders"))]
        assert rows == pytest.approx(sorted(bits(order["totals"])), abs=0.06)

    eventually(orders_are_equal)
    expect(view.locator(".proof-list .wrong")).to_have_count(0)


def number(text: str) -> float:
    return float(text.replace(",", ""))


def test_a_page_from_disk_scores_any_sentence(view: Locator, shipped: Backend) -> None:
    check(view, shipped, SENTENCE)
    expect(view.locator(".proof-list .right")).to_have_count(3)
    expect(view.locator(".whole")).to_contain_text("× 10⁻²²")
    for text in ("春眠不觉晓，处处闻啼鸟", "God save the king, my lord!", "👩‍🚀 + 🐱"):
        typed(view, text)
        check(view, shipped, text)
        assert "\N{REPLACEMENT CHARACTER}" not in view.inner_text()


def test_tokens_are_gone_through_with_the_keyboard_alone(view: Locator, shipped: Backend) -> None:
    last = len(scored(shipped, SENTENCE)["ids"])
    expect(view.locator(".rivals caption")).to_have_text(f"Expected at token {last} instead")
    view.locator("textarea").focus()
    view.page.keyboard.press("Tab")  # the table of the whole text, which may scroll
    view.page.keyboard.press("Tab")
    for key, place in (("Home", 1), ("ArrowDown", 2), ("ArrowUp", 1), ("End", last)):
        view.page.keyboard.press(key)
        expect(view.locator(".rivals caption")).to_have_text(f"Expected at token {place} instead")
        expect(view.locator(".tokens-table tr[aria-current]")).to_have_count(1)
    expect(view.locator(".rivals tbody tr")).to_have_count(5)


def test_the_words_are_shuffled_again(view: Locator, shipped: Backend) -> None:
    check(view, shipped, SENTENCE)
    view.get_by_role("button", name="Shuffle again").click()
    check(view, shipped, SENTENCE, seed=1)
    typed(view, "a")
    expect(view.locator(".orders-part .summary")).to_contain_text("only one piece")


def test_odd_texts_break_nothing_and_what_is_typed_is_text(view: Locator, page: Page) -> None:
    for text in ("", "word " * 400, HOSTILE, "x"):
        typed(view, text)
        expect(view.locator(".field .status")).to_have_text("", timeout=20_000)
    typed(view, "word " * 400)
    expect(view.locator(".sentence-view > .note")).to_contain_text("newest 256 tokens")
    expect(view.locator(".orders-part .summary")).to_contain_text("does not fit")
    assert page.evaluate("window.hacked") is None


def test_it_lives_with_a_kernel_in_two_views(
    page: Page, errors: list[str], shipped: Backend
) -> None:
    widget = SentenceProbability(SENTENCE)
    view = mounted(page, widget, views=("one", "two"))
    check(view, shipped, SENTENCE)
    typed(view, "The king is dead.")
    page.wait_for_function("window.model.get('sentence').text === 'The king is dead.'")
    page.evaluate(TWO_FRAMES)
    assert widget.text == "The king is dead."
    check(view, shipped, widget.text)


def test_the_picture_is_saved(view: Locator) -> None:
    with view.page.expect_download() as download:
        view.get_by_role("button", name="Save as SVG").click()
    saved = Path(download.value.path()).read_text(encoding="utf-8")
    assert download.value.suggested_filename == "sentence.svg" and "To be, or not" in saved


def test_dark_narrow_and_forced_colours_keep_it_whole(browser: Browser, file: Path) -> None:
    context = browser.new_context(
        viewport={"width": 360, "height": 800}, color_scheme="dark", forced_colors="active"
    )
    page = context.new_page()
    page.goto(file.as_uri())
    view = view_of(page.locator(".gptlab-mount").first)
    expect(view.locator(".tokens-table")).to_be_visible(timeout=60_000)
    assert view.evaluate("(root) => root.scrollWidth - root.clientWidth") <= 0
    context.close()
