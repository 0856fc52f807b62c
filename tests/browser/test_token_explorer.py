"""The token explorer in a real browser: alone in a page that Python answers, and in JupyterLab."""

import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import nbformat
import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from gptlab.checkpoints import load
from gptlab.tokenizers import Tokenizer, cl100k, gpt2, o200k
from gptlab.widgets import TokenExplorer
from tests.browser.conftest import HOSTILE, TWO_FRAMES
from tests.browser.kernel import mounted
from tests.browser.test_lab import CLEARED, FINISHED, choose, open_notebook, server, work
from tests.golden.tokens import tiny
from tools.notebooks import METADATA

pytestmark = pytest.mark.browser
__all__ = ["server", "work"]  # fixtures

SENTENCE = "The 牡丹 is 美 👩‍🚀!"


@pytest.fixture
def widget() -> TokenExplorer:
    return TokenExplorer("Hi 牡", tokenizers=("gpt2", tiny()))


@pytest.fixture
def explorer(page: Page, errors: list[str], widget: TokenExplorer) -> Locator:
    """Two views of one widget; the first of them."""
    mounted(page, widget, views=("one", "two"))
    expect(page.locator("#one [role=option]").first).to_be_visible()
    return page.locator("#one .gptlab")


def section(view: Locator, name: str) -> Locator:
    return view.locator(".columns .part").filter(
        has=view.page.locator(".part-title", has_text=name)
    )


def shown(view: Locator, name: str) -> list[tuple[int, str]]:
    """Id and bytes of each token, read from what a screen reader is told."""
    labels = (
        section(view, name)
        .locator("[role=option]")
        .evaluate_all("options => options.map((option) => option.getAttribute('aria-label'))")
    )
    found = [re.search(r"id (\d+), bytes ([0-9A-F ]+)$", label) for label in labels]
    return [(int(match[1]), match[2]) for match in found if match]


def tokens_of(tokenizer: Tokenizer, text: str) -> list[tuple[int, str]]:
    ids = tokenizer.encode(text)
    return [(token, tokenizer.token_bytes(token).hex(" ").upper()) for token in ids]


def type_text(view: Locator, text: str) -> None:
    view.locator("textarea").fill(text)
    field = view.page.locator(".gptlab [role=status]").first
    view.page.wait_for_function(
        "text => window.model.get('result').text === text", arg=text, timeout=20_000
    )
    expect(field).to_have_text("")
    view.page.evaluate(TWO_FRAMES)  # it draws in the next one


@pytest.mark.parametrize(
    "text",
    [
        "",
        "    ",
        SENTENCE,
        "👨‍👩‍👧‍👦🇨🇳1️⃣",
        "שלום עולם مرحبا abc",
        HOSTILE,
        "a\nb\tc",
        "{n} $& \u202e\ufeff",
    ],
)
def test_what_is_typed_is_tokenized_as_python_does(explorer: Locator, text: str) -> None:
    type_text(explorer, text)
    for tokenizer in (gpt2(), tiny()):
        assert shown(explorer, tokenizer.name) == tokens_of(tokenizer, text)
    assert explorer.page.evaluate("window.hacked") is None
    assert "\ufffd" not in explorer.inner_text()


def test_a_torn_character_is_drawn_whole_with_its_bytes_beneath(explorer: Locator) -> None:
    cut = section(explorer, "gpt2").locator(".cut")
    assert cut.locator(".character").all_inner_texts() == ["␣", "牡"]
    beneath = cut.locator(".bytes").all_inner_texts()
    assert [" ".join(text.split()) for text in beneath] == ["20 E7", "89", "A1"]
    assert cut.get_attribute("aria-label") == "␣牡, cut inside a character"
    # 牡 stands above its three bytes.
    letter = cut.locator(".character").nth(1).bounding_box()
    part = cut.locator(".token").nth(1).bounding_box()
    assert letter
    assert part
    assert letter["y"] + letter["height"] <= part["y"] + 1
    assert letter["x"] <= part["x"]
    assert part["x"] + part["width"] <= letter["x"] + letter["width"] + 1


def test_markup_is_shown_as_text(explorer: Locator) -> None:
    type_text(explorer, HOSTILE)
    drawn = section(explorer, "gpt2").locator(".text").all_inner_texts()
    assert "".join(drawn) == HOSTILE.replace(" ", "␣")
    explorer.locator("summary").click()
    assert explorer.locator("script, img").count() == 0
    assert explorer.page.evaluate("window.hacked") is None


def test_numbers_are_proved(explorer: Locator) -> None:
    type_text(explorer, SENTENCE)
    for name in ("gpt2", "tiny"):
        proof = section(explorer, name).locator(".proof").inner_text()
        assert proof == (
            "Decoded again: equal to your text. Bytes of all tokens: 30 = bytes of your text: 30."
        )
    caption = explorer.locator(".counts caption").inner_text()
    assert caption == "bytes: 30 · characters: 14 (code points: 16)"


def test_two_views_agree(explorer: Locator) -> None:
    other = explorer.page.locator("#two .gptlab")
    type_text(explorer, "the cat")
    assert other.locator("textarea").input_value() == "the cat"
    assert shown(other, "gpt2") == shown(explorer, "gpt2") == tokens_of(gpt2(), "the cat")
    other.get_by_role("checkbox").check()
    expect(explorer.get_by_role("checkbox")).to_be_checked()
    expect(section(explorer, "gpt2").locator(".bytes").first).to_be_visible()
    other.get_by_role("slider").fill("0")
    expect(explorer.get_by_role("slider")).to_have_value("0")


def test_a_view_that_is_taken_away_leaves_nothing_behind(explorer: Locator) -> None:
    page = explorer.page
    page.evaluate("window.views[0]()")
    assert page.locator("#one").inner_html() == ""
    page.evaluate("window.model.put({ text: 'gone' })")
    page.evaluate("window.views[1]()")
    assert page.evaluate("Object.values(window.model.heard).every((heard) => heard.size === 0)")


def test_keys_alone_reach_everything(explorer: Locator) -> None:
    page, keys = explorer.page, explorer.page.keyboard
    explorer.locator("textarea").focus()
    keys.type("!")
    type_text(explorer, SENTENCE)
    chosen = explorer.locator(".chosen")
    keys.press("Tab")
    keys.press("Space")
    expect(explorer.get_by_role("checkbox")).to_be_checked()
    keys.press("Tab")
    expect(chosen).to_have_text("token 1 of 18: The, id 464, bytes 54 68 65")
    keys.press("ArrowRight")
    expect(chosen).to_have_text("token 2 of 18: part of ␣牡, id 13328, bytes 20 E7")
    keys.press("End")
    expect(chosen).to_have_text("token 18 of 18: !, id 0, bytes 21")
    keys.press("ArrowDown")  # the same byte in the next tokenizer
    expect(chosen).to_contain_text(": !, id 33, bytes 21")
    keys.press("Home")
    expect(chosen).to_contain_text("token 1 of ")
    selected = page.locator("#one [aria-selected=true]")
    assert selected.last.get_attribute("aria-label") == chosen.inner_text()
    keys.press("Tab")
    assert page.evaluate("document.activeElement.type") == "range"
    keys.press("Home")
    slider = explorer.get_by_role("slider")
    expect(slider).to_have_attribute("aria-valuetext", "no merge yet: single bytes")
    keys.press("Tab")
    keys.press("Tab")
    keys.press("Enter")
    expect(explorer.locator("details")).to_have_attribute("open", "")
    rows = explorer.locator("details tbody tr")
    expect(rows).to_have_count(18 + len(tiny().encode(SENTENCE)))
    assert rows.nth(1).inner_text().split() == ["gpt2", "2", "␣<E7>", "13328", "20", "E7"]
    type_text(explorer, "new")
    expect(chosen).to_contain_text("Click a token")  # not one of the text before


def test_keys_do_not_reach_the_page_around(explorer: Locator) -> None:
    page = explorer.page
    page.evaluate("document.addEventListener('keydown', () => { window.heard = true; })")
    section(explorer, "gpt2").locator("[role=option]").first.press("a")
    assert page.evaluate("window.heard") is None


def test_the_merges_are_replayed_step_by_step(explorer: Locator, widget: TokenExplorer) -> None:
    text = "the cat"
    type_text(explorer, text)
    steps = tiny().replay(text)
    slider = explorer.get_by_role("slider")
    for k, step in enumerate(steps):
        slider.fill(str(k))
        pieces = [piece for word in step.pieces for piece in word]
        expect(explorer.locator(".merges [role=option]")).to_have_count(len(pieces))
        drawn = explorer.locator(".merges .text").all_inner_texts()
        assert drawn == [piece.decode().replace(" ", "␣") for piece in pieces]
        if step.pair:
            left, right = (piece.decode().replace(" ", "␣") for piece in step.pair)
            said = f"merge {k} of {len(steps) - 1}: {left} + {right} → {left}{right}, token "
            expect(explorer.locator(".said")).to_contain_text(said)
    assert widget.step is None  # the last step stays the last when the text changes


def test_half_a_surrogate_pair_is_explained_and_the_widget_lives_on(
    explorer: Locator, widget: TokenExplorer
) -> None:
    before = shown(explorer, "gpt2")
    explorer.locator("textarea").evaluate(
        """field => {
          field.value = 'ab\\ud83d';
          field.dispatchEvent(new InputEvent('input', { bubbles: true }));
        }"""
    )
    alarm = explorer.get_by_role("alert")
    expect(alarm).to_contain_text("Character 2 is half of a surrogate pair (U+D83D)")
    assert (shown(explorer, "gpt2"), widget.text) == (before, "Hi 牡")
    type_text(explorer, "ab")
    expect(alarm).to_have_text("")
    assert shown(explorer, "gpt2") == tokens_of(gpt2(), "ab")


def test_ten_thousand_characters_stay_responsive(explorer: Locator) -> None:
    text = ("To be, or not to be: 春眠不觉晓. " * 500)[:10_000]
    n = len(gpt2().encode(text))
    began = time.perf_counter()
    type_text(explorer, text)
    assert time.perf_counter() - began < 10  # generous: other tests may run beside it
    assert section(explorer, "gpt2").locator(".part-title").inner_text() == f"gpt2 · tokens: {n:,}"
    drawn = section(explorer, "gpt2").locator("[role=option]").count()
    assert 900 < drawn <= 1000
    note = section(explorer, "gpt2").locator(".note").inner_text()
    assert note == f"… and {n - drawn:,} more, counted but not drawn"
    type_text(explorer, "short again")
    assert shown(explorer, "gpt2") == tokens_of(gpt2(), "short again")


def test_a_slow_answer_is_announced(explorer: Locator) -> None:
    explorer.page.evaluate("window.silent = true")
    explorer.locator("textarea").fill("waiting")
    status = explorer.locator(".status")
    expect(status).to_have_text("computing…")
    expect(status).to_contain_text("is its kernel running?", timeout=15_000)


@pytest.mark.parametrize("bytes_too", [False, True])
def test_the_picture_that_is_saved_shows_the_tokens(
    explorer: Locator, bytes_too: bool, tmp_path: Path
) -> None:
    type_text(explorer, SENTENCE + HOSTILE)
    explorer.get_by_role("checkbox").set_checked(bytes_too)
    if bytes_too:
        explorer.get_by_role("slider").fill("2")
    with explorer.page.expect_download() as saved:
        explorer.get_by_role("button", name="Save as SVG").click()
    saved.value.save_as(tmp_path / "tokens.svg")
    picture = ElementTree.parse(tmp_path / "tokens.svg").getroot()
    drawn = [element.text for element in picture.iter("{http://www.w3.org/2000/svg}text")]
    title = f"gpt2 · tokens: {len(gpt2().encode(SENTENCE + HOSTILE))}"
    assert {title, "␣牡", "20 E7", "13328"} <= set(drawn)
    assert ("54 68 65" in drawn) == bytes_too  # The
    assert any("after 2 of" in (words or "") for words in drawn) == bytes_too
    with explorer.page.expect_download() as saved:
        explorer.get_by_role("button", name="Save as PNG").click()
    saved.value.save_as(tmp_path / "tokens.png")
    width, height = (int(picture.get(side, 0)) for side in ("width", "height"))
    with Image.open(tmp_path / "tokens.png") as image:
        assert image.size == (2 * width, 2 * height)


def luminance(rgb: list[float]) -> float:
    parts = [value / 255 for value in rgb[:3]]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(view: Locator, selector: str) -> float:
    """Contrast of an element's letters with the widget's paper, as WCAG counts it."""
    colours = view.locator(selector).first.evaluate(
        """element => [element, element.closest('.gptlab')].map((node, i) =>
          getComputedStyle(node)[i ? 'backgroundColor' : 'color'].match(/[\\d.]+/g).map(Number))"""
    )

    ink, paper = colours
    alpha = ink[3] if len(ink) > 3 else 1
    mixed = [alpha * top + (1 - alpha) * under for top, under in zip(ink[:3], paper, strict=False)]
    dark, light = sorted(map(luminance, (mixed, paper)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_letters_are_readable_on_light_and_dark(
    explorer: Locator, scheme: Any, tmp_path: Path
) -> None:
    explorer.page.emulate_media(color_scheme=scheme)
    type_text(explorer, SENTENCE)
    for selector in ("textarea", ".token .text", ".proof", ".counts td", ".chosen"):
        assert contrast(explorer, selector) >= 4.5, selector
    explorer.screenshot(path=tmp_path / f"{scheme}.png")


def test_forced_colours_keep_the_borders_of_tokens(explorer: Locator, tmp_path: Path) -> None:
    explorer.page.emulate_media(forced_colors="active", reduced_motion="reduce")
    token = section(explorer, "gpt2").locator("[role=option]").first
    token.focus()
    style = token.evaluate(
        "token => [getComputedStyle(token)].map((s) => [s.borderTopWidth, s.transitionDuration])[0]"
    )
    assert style == ["1px", "0s"]
    explorer.screenshot(path=tmp_path / "forced.png")


# In JupyterLab

NOTEBOOK = """from gptlab.tokenizers import ByteBPE
from gptlab.widgets import TokenExplorer
tiny = ByteBPE.from_json({tiny})
explorer = TokenExplorer(tokenizers=("gpt2", "cl100k", "o200k", tiny))
explorer"""


@pytest.fixture
def notebook(work: Path, server: dict[str, Any]) -> str:
    code = [NOTEBOOK.replace("{tiny}", repr(tiny().to_json())), "explorer"]
    cells = [nbformat.v4.new_code_cell(source) for source in code]
    path = work / "explorer.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=METADATA), path)
    return path.name


@pytest.mark.timeout(300)
def test_the_explorer_in_jupyterlab(
    page: Page, errors: list[str], server: dict[str, Any], notebook: str, tmp_path: Path
) -> None:
    open_notebook(page, server, f"work/{notebook}")
    choose(page, "Run", "Run All Cells")
    page.wait_for_function(FINISHED, timeout=120_000)
    first, second = page.locator(".gptlab").nth(0), page.locator(".gptlab").nth(1)
    tokenizers = (gpt2(), cl100k(), o200k(), tiny())

    def is_counted(text: str) -> None:
        for view in (first, second):
            for tokenizer in tokenizers:
                expected = tokens_of(tokenizer, text)
                wait(lambda: shown(view, tokenizer.name) == expected)  # noqa: B023

    is_counted(SENTENCE)
    first.locator("textarea").fill("other")
    is_counted("other")
    assert contrast(first, ".proof") >= 4.5
    page.screenshot(path=tmp_path / "lab-light.png")
    first.locator("textarea").press("ControlOrMeta+a")
    page.keyboard.press("Delete")
    page.keyboard.type(SENTENCE)  # as a learner does, sign by sign
    is_counted(SENTENCE)
    first.locator("textarea").fill(HOSTILE)
    is_counted(HOSTILE)
    assert page.evaluate("window.hacked") is None
    assert first.locator("script, img").count() == 0

    n_cells = page.locator(".jp-Cell").count()
    section(first, "gpt2").locator("[role=option]").first.focus()
    for key in ("a", "b", "d", "d", "ArrowRight"):  # JupyterLab's: cells above, below, deleted
        page.keyboard.press(key)
    expect(first.locator(".chosen")).to_contain_text("token 2 of ")
    assert page.locator(".jp-Cell").count() == n_cells

    first.locator("textarea").fill(SENTENCE)
    choose_theme(page, "JupyterLab Dark")
    is_counted(SENTENCE)
    for selector in ("textarea", ".token .text", ".proof", ".counts td"):
        assert contrast(first, selector) >= 4.5, selector
    first.scroll_into_view_if_needed()
    page.screenshot(path=tmp_path / "lab-dark.png")


@pytest.mark.timeout(300)
def test_the_explorer_of_lesson_1(
    page: Page, errors: list[str], server: dict[str, Any], tmp_path: Path
) -> None:
    open_notebook(page, server, "work/01_tokens.ipynb")
    choose(page, "Edit", "Clear Outputs of All Cells")  # the committed ones count as finished
    page.wait_for_function(CLEARED)
    choose(page, "Run", "Run All Cells")
    page.wait_for_function(FINISHED, timeout=200_000)
    view = page.locator(".gptlab").first
    view.scroll_into_view_if_needed()
    own = load("shakespeare", "cpu")[1]
    view.locator("textarea").fill("other")
    view.locator("textarea").press("ControlOrMeta+a")
    page.keyboard.type(SENTENCE)
    for tokenizer in (gpt2(), cl100k(), o200k(), own):
        expected = tokens_of(tokenizer, SENTENCE)
        wait(lambda: shown(view, tokenizer.name) == expected)  # noqa: B023
    page.screenshot(path=tmp_path / "lesson-1.png")


def choose_theme(page: Page, name: str) -> None:
    page.locator(".lm-MenuBar-itemLabel", has_text="Settings").first.click()
    page.locator(".lm-Menu-itemLabel").get_by_text("Theme", exact=True).hover()
    page.locator(".lm-Menu-itemLabel").get_by_text(name, exact=True).click()
    page.wait_for_selector("body[data-jp-theme-light=false]", state="attached")


def wait(attempt: Callable[[], bool], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not attempt():
        assert time.monotonic() < end, "The widget did not show what Python says."
        time.sleep(0.1)
