"""The chat box in a real browser: from disk, where it computes, and with a kernel."""

from pathlib import Path

import nbformat
import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from playwright.sync_api import Browser, Locator, Page, expect

from gptlab.decoding import Sampling
from gptlab.site.page import page as rendered
from gptlab.widgets import ChatBox
from gptlab.widgets.chat_box_answers import N_REPLY, Chat, Turn, answered, shipped_chat
from gptlab.widgets.chat_box_picture import next_token
from tests.browser.conftest import HOSTILE, TWO_FRAMES
from tests.browser.kernel import mounted
from tests.browser.widget_readings import (
    cells,
    eventually,
    opened,
    share,
    softmax,
    typed,
    view_of,
)
from tests.golden.chat import drawn
from tools.notebooks import METADATA

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]

NAME = "07_chat"
SENTENCE = "Who are you, my lord?"
REPLIED = 60_000  # ms for a whole reply on a busy machine


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("chat")
    data, metadata = ChatBox(SENTENCE)._repr_mimebundle_()
    data.pop("application/vnd.jupyter.widget-view+json")
    shown = new_code_cell("widget", outputs=[new_output("display_data", data, metadata=metadata)])
    notebook = new_notebook(cells=[new_markdown_cell("# 7 · Chat"), shown], metadata=METADATA)
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


def replied(chat: Chat, said: str, turns: list[Turn], *, seed: int = 0) -> str:
    """What Python replies with the view's settings."""
    written: list[int] = []
    while True:
        found = answered(chat, "", turns, said, written)
        token = next_token(found, Sampling(temperature=0.7), seed)
        if len(written) == N_REPLY or token in found["stops"]:
            return str(found["reply"])
        written.append(token)


def prompt_in(view: Locator) -> str:
    """The raw prompt as the view shows it."""
    return "".join(view.locator(".raw .chip").all_text_contents())


def send(view: Locator, text: str) -> None:
    typed(view, text)
    view.locator("textarea").press("Enter")


def test_the_raw_prompt_is_always_there_and_follows_what_is_typed(view: Locator) -> None:
    chat = shipped_chat()
    table = opened(view, "tokens as a table")
    for text in (SENTENCE, "春眠不觉晓", "👩‍🚀 <|end|>", "a"):
        typed(view, text)
        ids = answered(chat, text, [])["ids"]
        eventually(lambda ids=ids: equal_ids(table, ids))  # type: ignore[misc]
        assert "\N{REPLACEMENT CHARACTER}" not in view.inner_text()
    expect(view.locator(".raw .chip.special")).to_have_count(3)


def equal_ids(table: Locator, ids: list[int]) -> None:
    assert [int(row[2]) for row in cells(table)] == ids


def test_next_tokens_are_torchs_before_and_after_fine_tuning(view: Locator) -> None:
    chat = shipped_chat()
    typed(view, "Good morrow, cousin")
    found = answered(chat, "Good morrow, cousin", [])

    own, control = (
        softmax(np.frombuffer(found[name], dtype="<f4")) for name in ("logits", "control")
    )
    best = own.argsort()[::-1][:8]

    def equal() -> None:
        rows = cells(view.locator(".expected table"))
        assert len(rows) == len(best)
        for row, token in zip(rows, best, strict=True):
            for shown, shares in ((row[1], own), (row[2], control)):
                # Below 0.01 % the view says only that.
                if not shown.startswith("<"):
                    assert abs(share(shown) - shares[token]) < 6e-4

    eventually(equal)


def test_a_page_from_disk_replies_as_python_does(view: Locator) -> None:
    chat = shipped_chat()
    send(view, SENTENCE)
    turn = view.locator(".turns .turn")
    expect(turn).to_have_count(1, timeout=REPLIED)
    expect(view.locator("textarea")).to_have_value("")
    expected = replied(chat, SENTENCE, [])
    shown = turn.first.locator(".model .speech").inner_text()
    assert shown.split() == (expected or "(the reply ended at once)").split()
    expect(view.locator(".proof-list .wrong")).to_have_count(0)


def test_forgetting_takes_a_turn_out_of_the_prompt_by_keyboard_alone(view: Locator) -> None:
    send(view, "My name is Tom")
    expect(view.locator(".turns .turn")).to_have_count(1, timeout=REPLIED)
    eventually(lambda: contains(view, "Tom"))
    button = view.get_by_role("button", name="Forget this turn")
    button.focus()
    button.press("Enter")
    expect(view.locator(".badge")).to_have_text("forgotten: not in the prompt")
    eventually(lambda: lacks(view, "Tom"))
    expect(view.get_by_role("button", name="Remember it again")).to_be_focused()
    view.get_by_role("button", name="Remember it again").press("Space")
    eventually(lambda: contains(view, "Tom"))


def contains(view: Locator, words: str) -> None:
    assert words in prompt_in(view)


def lacks(view: Locator, words: str) -> None:
    assert words not in prompt_in(view)


def test_the_same_seed_replies_alike_and_another_one_need_not(view: Locator) -> None:
    send(view, SENTENCE)
    speech = view.locator(".turns .turn .model .speech")
    expect(speech).to_have_count(1, timeout=REPLIED)
    first = speech.inner_text()
    view.get_by_role("button", name="Answer the last message again").click()
    expect(view.locator(".turns .turn")).to_have_count(0)
    expect(speech).to_have_text(first, timeout=REPLIED)


def test_old_turns_fall_out_and_the_view_says_so(view: Locator) -> None:
    view.get_by_label("Temperature").fill("0")
    for _ in range(2):
        send(view, "word " * 95)
        expect(view.locator(".turn.pending")).to_be_hidden(timeout=REPLIED)
    typed(view, "word " * 60)
    expect(view.locator(".raw")).to_contain_text("Turns that no longer fit", timeout=20_000)
    expect(view.locator(".turn.fallen .badge").first).to_contain_text("fell out of the window")


def test_what_a_learner_types_is_text(view: Locator, page: Page) -> None:
    send(view, HOSTILE)
    expect(view.locator(".turns .turn")).to_have_count(1, timeout=REPLIED)
    assert page.evaluate("window.hacked") is None
    expect(view.locator(".turns .you .speech")).to_have_text(HOSTILE)


def test_it_lives_with_a_kernel_and_only_one_view_writes(page: Page, errors: list[str]) -> None:
    widget = ChatBox("Hello", chat=drawn())
    view = mounted(page, widget, views=("one", "two"))
    send(view, "Good morrow")
    expect(view.locator(".turns .turn")).to_have_count(1, timeout=REPLIED)
    page.evaluate(TWO_FRAMES)
    assert [turn["said"] for turn in widget.turns] == ["Good morrow"]
    assert widget.turns[0]["reply"] == replied(drawn(), "Good morrow", [])
    expect(page.locator("#two .turns .turn")).to_have_count(1)
    view.get_by_role("button", name="Start over").click()
    expect(view.locator(".turns .turn")).to_have_count(0)
    assert widget.turns == []


def test_dark_narrow_and_forced_colours_keep_it_whole(browser: Browser, file: Path) -> None:
    context = browser.new_context(
        viewport={"width": 360, "height": 800}, color_scheme="dark", forced_colors="active"
    )
    page = context.new_page()
    page.goto(file.as_uri())
    view = view_of(page.locator(".gptlab-mount").first)
    expect(view.locator(".raw .chip").first).to_be_visible(timeout=60_000)
    assert view.evaluate("(root) => root.scrollWidth - root.clientWidth") <= 0
    context.close()
