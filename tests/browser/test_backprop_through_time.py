"""The walk back through time in a real browser: from disk, with keys, and with a kernel."""

from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from playwright.sync_api import Browser, Locator, Page, expect

from gptlab.site.page import page as rendered
from gptlab.widgets import BackpropThroughTime
from gptlab.widgets.backprop_through_time_picture import own_and_later
from gptlab.widgets.unrolling import Settings, sequence_of, unrolled
from tests.browser.conftest import HOSTILE, TWO_FRAMES
from tests.browser.kernel import mounted
from tests.browser.widget_readings import cells, eventually, opened, set_range, typed, view_of
from tools.notebooks import METADATA

pytestmark = pytest.mark.browser

TEXT = "hello world"


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("unrolling")
    data, metadata = BackpropThroughTime(TEXT)._repr_mimebundle_()
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


def size(text: str) -> float:
    if "×" in text:
        digits = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
        mantissa, power = text.split(" × 10")
        return float(mantissa) * 10 ** int(power.translate(digits))
    return float(text.replace("−", "-"))


def whole_way(view: Locator) -> None:
    view.locator(".graph").focus()
    view.page.keyboard.press("Home")


def check_steps(view: Locator, text: str, **settings: Any) -> None:
    """Every size in the table is torch's; the walk must be over."""
    walk = unrolled(sequence_of(text), Settings(**settings))
    own, later = own_and_later(walk)
    sums = [np.linalg.norm(walk.sums(walked)["W_h"]) for walked in range(1, walk.n_steps + 1)]
    expected = np.array([own[::-1], later[::-1], sums]).T
    table = opened(view, "Every step, as a table")

    def sizes_are_equal() -> None:
        rows = cells(table)
        assert [int(row[0]) for row in rows] == list(range(walk.n_steps, 0, -1))
        shown = [[size(row[i]) for i in (4, 5, 8)] for row in rows]
        np.testing.assert_allclose(shown, expected, rtol=0.5, atol=0.0006)

    eventually(sizes_are_equal)
    assert view.locator(".proof-list .wrong").count() == 0


def test_it_is_walked_back_step_by_step(view: Locator) -> None:
    said = view.locator(".walking .chosen")
    expect(said).to_contain_text("in steps: 10. No gradient has come anywhere yet")
    back = view.get_by_role("button", name="One step back in time")
    back.click()
    expect(said).to_contain_text("Step 10, the last, which reads “l”: only its own loss")
    view.locator(".graph").focus()
    view.page.keyboard.press("ArrowLeft")
    expect(said).to_contain_text("Step 9, which reads “r”: its own loss sends")
    expect(said).to_contain_text("and from step 10 comes one of size")
    view.page.keyboard.press("ArrowRight")
    expect(said).to_contain_text("Step 10")
    view.page.keyboard.press("Home")
    expect(said).to_contain_text("Step 1, which reads “h”")
    expect(back).to_have_attribute("aria-disabled", "true")
    check_steps(view, TEXT)
    view.locator(".graph").focus()
    view.page.keyboard.press("End")
    expect(said).to_contain_text("No gradient has come anywhere yet")


def test_the_pages_gradients_are_torchs(view: Locator) -> None:
    expect(view.locator(".proofs")).to_contain_text("that of torch's autograd")
    whole_way(view)
    for text in ("春眠不觉晓,处处闻啼鸟", "👩‍🚀 + 🐭 = 👩‍🚀?", HOSTILE[-40:]):
        typed(view, text)
        whole_way(view)
        check_steps(view, text)
    view.locator(".settings select").nth(1).select_option("rotation")
    set_range(view, "spectral radius", 24)
    check_steps(view, text, recurrence="rotation", radius=1.2)
    view.get_by_label("tanh at every step").uncheck()
    check_steps(view, text, recurrence="rotation", radius=1.2, squash=False)
    assert view.page.evaluate("window.hacked") is None
    assert "\ufffd" not in (view.text_content() or "")


def test_truncation_and_the_last_loss_are_seen(view: Locator) -> None:
    whole_way(view)
    view.locator(".settings select").first.select_option("last")
    check_steps(view, TEXT, losses="last")
    set_range(view, "steps that a loss reaches", 3)
    check_steps(view, TEXT, losses="last", truncation=3)
    expect(view.locator(".settings")).to_contain_text("Truncated to 3, the gradient of W_h has")
    expect(view.locator(".proofs")).to_contain_text("no longer the slope of the loss")
    view.locator(".map .cells").focus()
    said = view.locator(".map .chosen")
    for key, words in (
        ("End", "only its own"),
        ("ArrowLeft", "The loss of step 10, felt at the state of step 9, 1 back"),
        ("Home", "beyond the truncation: nothing arrives"),
        ("ArrowUp", "The loss of step 9 does not count"),
        ("End", "Step 10 comes after step 9, whose loss cannot depend on it: exactly 0"),
    ):
        view.page.keyboard.press(key)
        if key != "End" or "after" in words:
            expect(said).to_contain_text(words)


def test_too_little_to_predict_is_said_and_left_again(view: Locator) -> None:
    typed(view, "aaaa")
    expect(view.locator(".alarm").first).to_be_attached()
    expect(view).to_contain_text("Type at least two different characters")
    expect(view.locator(".graph")).to_be_hidden()
    typed(view, "ab")
    expect(view.locator(".graph")).to_be_visible()


def test_python_hears_what_is_moved_in_jupyterlab(page: Page, errors: list[str]) -> None:
    widget = BackpropThroughTime("abc")
    view = mounted(page, widget, views=("one", "two"))
    view.get_by_role("button", name="One step back in time").click()
    set_range(view, "spectral radius", 10)
    typed(view, "abcd")
    page.wait_for_function("window.model.get('text') === 'abcd'")
    page.evaluate(TWO_FRAMES)
    assert (widget.text, widget.walked, widget.radius) == ("abcd", 1, 0.5)
    expect(page.locator("#two .walking .chosen")).to_contain_text("Step 3, the last")


def test_dark_narrow_and_forced_colours_keep_it_whole(browser: Browser, file: Path) -> None:
    context = browser.new_context(
        viewport={"width": 360, "height": 800}, color_scheme="dark", forced_colors="active"
    )
    page = context.new_page()
    page.goto(file.as_uri())
    view = view_of(page.locator(".gptlab-mount").first)
    expect(view.locator(".graph svg")).to_be_visible(timeout=60_000)
    assert view.evaluate("(root) => root.scrollWidth - root.clientWidth") <= 0
    context.close()


def test_the_picture_is_saved_with_the_learners_signs(view: Locator) -> None:
    typed(view, "猫🐱猫")
    whole_way(view)
    with view.page.expect_download() as waiting:
        view.get_by_role("button", name="Save as SVG").click()
    saved = Path(waiting.value.path()).read_text(encoding="utf-8")
    assert saved.count("🐱") == 2
    assert "var(" not in saved
