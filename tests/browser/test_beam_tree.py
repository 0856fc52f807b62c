"""The beam tree in a real browser: from disk, where it computes, and with a kernel."""

from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from playwright.sync_api import Browser, Locator, Page, expect

from gptlab.site.page import page as rendered
from gptlab.widgets import BeamTree
from gptlab.widgets.backends import Backend, open_models
from gptlab.widgets.beam_tree_numbers import Asked, grown
from tests.browser.conftest import HOSTILE, TWO_FRAMES
from tests.browser.kernel import mounted
from tests.browser.widget_readings import cells, eventually, opened, set_range, typed, view_of
from tools.notebooks import METADATA

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]

NAME = "09_decoding"
SENTENCE = "The king is dead"


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("beams")
    data, metadata = BeamTree(SENTENCE, n_steps=4)._repr_mimebundle_()
    data.pop("application/vnd.jupyter.widget-view+json")
    shown = new_code_cell("widget", outputs=[new_output("display_data", data, metadata=metadata)])
    notebook = new_notebook(cells=[new_markdown_cell("# 9 · Decoding"), shown], metadata=METADATA)
    nbformat.write(notebook, folder / f"{NAME}.ipynb")
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


def check(view: Locator, backend: Backend, asked: Asked) -> None:
    """Every candidate that the page's table lists has torch's log-probability and fate."""
    answer = grown(backend, asked)
    expected = sorted(
        (step + 1, round(node["log_prob"], 2), node["rank"] >= 0)
        for step, column in enumerate(answer["steps"])
        for node in column
    )
    table = opened(view, "Every candidate")

    def equal() -> None:
        rows = [(int(r[0]), number(r[3]), r[5].startswith("Kept")) for r in cells(table)]
        assert len(rows) == len(expected)
        for (step, total, kept), (its, log_prob, stays) in zip(sorted(rows), expected, strict=True):
            assert (step, kept) == (its, stays)
            assert total == pytest.approx(log_prob, abs=0.0152)

    eventually(equal)


def number(text: str) -> float:
    return float(text.replace("−", "-").replace(",", ""))


def test_a_page_from_disk_searches_as_torch_does(view: Locator, shipped: Backend) -> None:
    check(view, shipped, Asked(text=SENTENCE, width=3, n_steps=4))
    for text in ("ROMEO:\nMy lady", "春眠不觉晓 👩‍🚀"):
        typed(view, text)
        check(view, shipped, Asked(text=text, width=3, n_steps=4))
        assert "\N{REPLACEMENT CHARACTER}" not in view.inner_text()
    expect(view.locator(".proof-list .wrong")).to_have_count(0)


def test_width_steps_and_an_end_change_the_tree(view: Locator, shipped: Backend) -> None:
    set_range(view, "Beams kept", 2)
    set_range(view, "Tokens to add", 6)
    check(view, shipped, Asked(text=SENTENCE, width=2, n_steps=6))
    expect(view.locator(".idle")).to_be_visible()
    view.get_by_label("Stop").select_option("sentence")
    set_range(view, "Length normalisation", 10)
    asked = Asked(text=SENTENCE, width=2, n_steps=6, stop="sentence", length_power=1.0)
    check(view, shipped, asked)
    expect(view.locator(".idle")).to_be_hidden()


def test_one_beam_finds_the_greedy_text(view: Locator) -> None:
    set_range(view, "Beams kept", 1)
    expect(view.locator(".compared")).to_contain_text("what greedy decoding writes")
    expect(view.locator(".node.kept.greedy")).to_have_count(4)


def test_the_keyboard_walks_the_tree(view: Locator) -> None:
    start = view.locator(".node[tabindex='0']")
    expect(start).to_have_count(1)
    start.press("ArrowLeft")
    expect(view.locator(".said")).to_contain_text("Step 3")
    view.locator(".node:focus").press("End")
    expect(view.locator(".said")).to_contain_text("Dropped")
    view.locator(".node:focus").press("Home")
    expect(view.locator(".said")).to_contain_text("Kept, place 1")
    expect(view.locator(".node[aria-pressed='true']")).to_have_count(3)


def test_pruned_branches_lie_below_the_line(view: Locator) -> None:
    expect(view.locator(".node")).to_have_count(3 + 3 * 9)
    expect(view.locator(".node.kept")).to_have_count(4 * 3)
    expect(view.locator(".links .cut")).to_have_count(3)
    heights = view.locator(".node").evaluate_all(
        "nodes => nodes.map((node) => [node.style.left, parseInt(node.style.top),"
        " node.classList.contains('kept')])"
    )
    for column in {left for left, _top, _kept in heights}:
        tops = {kept: [t for left, t, k in heights if left == column and k == kept]
                for kept in (True, False)}  # fmt: skip
        assert not tops[False] or max(tops[True]) < min(tops[False])


def test_what_a_learner_types_is_text(view: Locator, page: Page) -> None:
    typed(view, HOSTILE)
    eventually(lambda: expect(view.locator(".node").first).to_be_visible())
    assert page.evaluate("window.hacked") is None
    typed(view, "")
    expect(view.locator(".beam-view > .alarm")).to_contain_text("at least one character")


def test_it_lives_with_a_kernel_in_two_views(
    page: Page, errors: list[str], shipped: Backend
) -> None:
    widget = BeamTree(SENTENCE, n_steps=3)
    view = mounted(page, widget, views=("one", "two"))
    check(view, shipped, Asked(text=SENTENCE, width=3, n_steps=3))
    typed(view, "My lord")
    page.wait_for_function("window.model.get('answer').text === 'My lord'")
    page.evaluate(TWO_FRAMES)
    assert widget.text == "My lord"
    check(view, shipped, Asked(text="My lord", width=3, n_steps=3))


def test_dark_narrow_and_forced_colours_keep_it_whole(browser: Browser, file: Path) -> None:
    context = browser.new_context(
        viewport={"width": 360, "height": 800}, color_scheme="dark", forced_colors="active"
    )
    page = context.new_page()
    page.goto(file.as_uri())
    view = view_of(page.locator(".gptlab-mount").first)
    expect(view.locator(".tree")).to_be_visible(timeout=60_000)
    assert view.evaluate("(root) => root.scrollWidth - root.clientWidth") <= 0
    context.close()
