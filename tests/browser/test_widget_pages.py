"""Widgets in pages opened from disk: they compute there, and their numbers are torch's."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from playwright.sync_api import Browser, Locator, Page, expect

import gptlab
from gptlab.site.page import page as rendered
from gptlab.tokenizers import gpt2, o200k
from gptlab.widgets import AttentionExplorer, CheckpointSlider, LabWidget, NextToken, TokenExplorer
from gptlab.widgets.backends import Backend, open_models
from tests.browser.conftest import HOSTILE, watched_page
from tests.browser.widget_readings import (
    cells,
    check_attention,
    check_next_token,
    opened,
    set_range,
    typed,
    view_of,
)
from tests.test_backends import LETTERS, small
from tools import site
from tools.notebooks import METADATA

pytestmark = pytest.mark.browser

NAME = "08_widgets"
KINDS = [f"{NAME}.html", f"site/{NAME}.html"]
TEXTS = ["Good morrow, gentle Kate", "春眠不觉晓,处处闻啼鸟", "🐱 + 🐭 = 👩‍🚀?", HOSTILE]
PLACES = {
    "tokens": 0, "attention": 1, "next token": 2, "slider": 3, "slider of attention": 4,
    "attention again": 5, "kernel only": 6,
}  # fmt: skip


def widgets() -> list[LabWidget]:
    return [
        TokenExplorer("The 牡丹 is 美 👩‍🚀!"),
        AttentionExplorer(layer=1, head=0),
        NextToken("ROMEO:\nMy lady"),
        CheckpointSlider("O Romeo, Romeo, wherefore art"),
        CheckpointSlider("O Romeo, Romeo", view="attention"),
        AttentionExplorer(HOSTILE, layer=2, head=5),
        AttentionExplorer("abc", model=small(), tokenizer=LETTERS),
    ]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same notebook as one file and as a site."""
    folder = tmp_path_factory.mktemp("widgets")
    shown = []
    for widget in widgets():
        data, metadata = widget._repr_mimebundle_()
        data.pop("application/vnd.jupyter.widget-view+json")
        shown.append(
            new_code_cell("widget", outputs=[new_output("display_data", data, metadata=metadata)])
        )
    notebook = new_notebook(cells=[new_markdown_cell("# 8 · Widgets"), *shown], metadata=METADATA)
    nbformat.write(notebook, folder / f"{NAME}.ipynb")
    (folder / f"{NAME}.html").write_text(rendered(folder / f"{NAME}.ipynb").text, encoding="utf-8")
    site.build([folder / f"{NAME}.ipynb"], folder / "site")
    return folder


@pytest.fixture(params=KINDS)
def live(
    request: pytest.FixtureRequest, folder: Path, page: Page, errors: list[str]
) -> Callable[[str], Locator]:
    """Opens a page, and gives the widget of a name when it is alive."""
    page.goto((folder / request.param).as_uri())
    return lambda name: alive(page, name)


def alive(page: Page, name: str) -> Locator:
    mount = page.locator(".gptlab-mount").nth(PLACES[name])
    mount.scroll_into_view_if_needed()
    expect(mount.locator(".gptlab")).to_have_count(1, timeout=20_000)
    return view_of(mount)


@pytest.fixture(scope="module")
def shipped() -> Backend:
    return open_models("shakespeare").open(0)


@pytest.mark.parametrize("text", TEXTS)
def test_attention_and_ablation_in_a_page_are_torchs(
    live: Callable[[str], Locator], shipped: Backend, text: str
) -> None:
    view = live("attention")
    typed(view, text)
    check_attention(view, shipped, text, 1, 0)
    view.get_by_role("button", name="layer 3, head 4").click()
    check_attention(view, shipped, text, 3, 4)
    assert view.page.evaluate("window.hacked") is None


@pytest.mark.parametrize("text", TEXTS)
def test_the_next_token_in_a_page_is_torchs(
    live: Callable[[str], Locator], shipped: Backend, text: str
) -> None:
    view = live("next token")
    typed(view, text)
    check_next_token(view, shipped, text)
    for temperature in (0.5, 1.5):
        set_range(view, "Temperature", temperature)
        check_next_token(view, shipped, text, temperature=temperature)
    assert view.page.evaluate("window.hacked") is None


def test_the_page_writes_what_python_writes(
    live: Callable[[str], Locator], shipped: Backend
) -> None:
    view = live("next token")
    text = "ROMEO:\nMy lady"
    set_range(view, "Temperature", 0)
    view.get_by_role("button", name="Write 10").click()
    model, tokenizer = gptlab.load("shakespeare", device="cpu")
    written = gptlab.generate(model, tokenizer.encode(text), 10)
    expect(view.locator(".running")).to_have_text(text + tokenizer.decode(written), timeout=20_000)


@pytest.mark.parametrize("text", TEXTS)
def test_tokens_in_a_page_are_pythons(live: Callable[[str], Locator], text: str) -> None:
    view = live("tokens")
    typed(view, text)
    for tokenizer in (gpt2(), o200k()):
        row = view.locator(".counts tbody tr", has=view.page.locator("th", has_text=tokenizer.name))
        expect(row.locator("td").nth(1)).to_have_text(str(len(tokenizer.encode(text))))
    proofs = view.locator(".proof").all_text_contents()
    assert len(proofs) == 4
    assert all(proof.startswith("Decoded again: equal to your text.") for proof in proofs)


def test_a_snapshot_of_the_first_step_knows_nothing(live: Callable[[str], Locator]) -> None:
    """Before training, the likeliest token has about 1/2048 = 0.05 %."""
    view = live("slider")
    snapshots = open_models("lesson")
    text = "Where is my sword?"
    typed(view, text)
    check_next_token(view, snapshots.open(7), text)
    set_range(view, "Training", 0)
    expect(view).to_contain_text("before the first of 500 steps")
    check_next_token(view, snapshots.open(0), text)
    first = cells(opened(view, "likeliest 100 tokens"))[0]
    assert float(first[5].rstrip("%")) < 0.1


def test_the_attention_of_a_snapshot_is_its_own(live: Callable[[str], Locator]) -> None:
    view = live("slider of attention")
    set_range(view, "Training", 2)
    expect(view).to_contain_text("after 11 of 500 steps")
    check_attention(view, open_models("lesson").open(2), "O Romeo, Romeo", 0, 0)


def test_two_widgets_of_a_kind_keep_to_themselves(
    live: Callable[[str], Locator], shipped: Backend
) -> None:
    first, second = live("attention"), live("attention again")
    typed(first, "one two three")
    check_attention(first, shipped, "one two three", 1, 0)
    check_attention(second, shipped, HOSTILE, 2, 5)
    assert first.page.evaluate("window.hacked") is None


def test_a_model_that_the_page_has_not_got_is_a_picture_that_says_so(
    live: Callable[[str], Locator], page: Page
) -> None:
    live("attention")  # so that the page's script has run
    mount = page.locator(".gptlab-mount").nth(PLACES["kernel only"])
    expect(mount).to_contain_text("the model behind it is not part of this page")
    expect(mount.locator("img")).to_have_attribute("alt", re.compile("AttentionExplorer"))


@pytest.mark.parametrize("text", ["", " ", "a", "👩‍🚀", "שלום עולם", "x" * 10_000, "word " * 2_000])
def test_odd_texts_break_nothing(live: Callable[[str], Locator], text: str) -> None:
    for name in ("attention", "next token", "tokens", "slider"):
        view = live(name)
        typed(view, text)
        expect(view.locator(".field .status")).to_have_text("", timeout=20_000)
        typed(view, "The cat")
        expect(view.locator(".field .status")).to_have_text("", timeout=20_000)


def test_a_browser_without_simd_is_slower_and_says_so(
    browser: Browser, folder: Path, shipped: Backend
) -> None:
    with watched_page(browser) as (page, outside):
        page.add_init_script("WebAssembly.validate = () => false;")
        page.goto((folder / KINDS[0]).as_uri())
        view = alive(page, "attention")
        expect(page.locator(".gptlab-mount").nth(PLACES["attention"])).to_contain_text(
            "no WebAssembly SIMD"
        )
        check_attention(view, shipped, "The cat sat on the mat", 1, 0)
    assert outside == []


def test_a_script_that_is_missing_is_said_and_the_widget_goes_on_when_it_is_there(
    page: Page, folder: Path, tmp_path: Path
) -> None:
    copied = shutil.copytree(folder / "site", tmp_path / "site")
    missing = copied / "_static" / "gptlab" / "model-lesson-5.js"
    missing.rename(tmp_path / missing.name)
    page.goto((copied / f"{NAME}.html").as_uri())
    view = alive(page, "slider")
    alarm = page.locator(".gptlab-mount").nth(PLACES["slider"]).locator("> .gptlab-alarm")
    expect(alarm).to_contain_text("model-lesson-5.js could not be loaded", timeout=20_000)
    set_range(view, "Training", 1)  # the step that it belongs to
    typed(view, "Good")
    expect(view.locator(".field .status")).to_have_text("")
    (tmp_path / missing.name).rename(missing)
    typed(view, "Good morrow")
    expect(view.locator(".chips")).to_contain_text("mor", timeout=8_000)
    expect(alarm).to_have_text("", timeout=20_000)


@pytest.mark.parametrize("kind", KINDS)
def test_without_scripts_the_pictures_stand(browser: Browser, folder: Path, kind: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((folder / kind).as_uri())
    images = page.locator(".gptlab-mount img")
    expect(images).to_have_count(len(PLACES))
    assert all(image.get_attribute("alt") for image in images.all())
    context.close()
