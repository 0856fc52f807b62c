"""`ClaimBoard` from disk and beside a kernel, by mouse and by keys."""

from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from playwright.sync_api import Locator, Page, expect

from gptlab import claims
from gptlab.site.page import page as rendered
from gptlab.widgets import ClaimBoard
from tests.browser.kernel import mounted
from tools.notebooks import METADATA

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("claims")
    data, metadata = ClaimBoard()._repr_mimebundle_()
    data.pop("application/vnd.jupyter.widget-view+json")
    cell = new_code_cell("widget", outputs=[new_output("display_data", data, metadata=metadata)])
    notebook = new_notebook(cells=[new_markdown_cell("# 13 · Claims"), cell], metadata=METADATA)
    nbformat.write(notebook, folder / "13_claims.ipynb")
    text = rendered(folder / "13_claims.ipynb").text
    (folder / "13_claims.html").write_text(text, encoding="utf-8")
    return folder / "13_claims.html"


@pytest.fixture
def view(file: Path, page: Page, errors: list[str]) -> Locator:
    page.goto(file.as_uri())
    page.locator(".gptlab-mount").scroll_into_view_if_needed()
    found = page.locator(".gptlab-claims")
    expect(found).to_have_count(1, timeout=30_000)
    return found


def test_a_verdict_comes_after_the_vote(view: Locator) -> None:
    view.get_by_label("contains").fill("stop-words-removed")
    expect(view.locator(".claims > li")).to_have_count(1)
    claim = view.locator(".claims > li")
    expect(claim.locator(".outcome")).to_have_count(0)
    claim.get_by_role("button", name="holds", exact=False).first.click()
    expect(claim.locator(".outcome strong")).to_have_text("✗ false")
    expect(claim.locator(".outcome")).to_contain_text("You said: ✓ holds")
    expect(claim.locator(".outcome")).to_contain_text(claims.claim("stop-words-removed").fact)
    expect(view.locator(".score")).to_have_text("Your votes: 1. As the measurements say: 0.")
    (shown,) = claims.by_claim()["stop-words-removed"]
    link = claim.get_by_role("link", name="see the cell in lesson 1")
    expect(link).to_have_attribute("href", f"01_tokens.html#cell-{shown.cell}")


def test_filters_meet_and_their_counts_are_proved(view: Locator) -> None:
    view.get_by_label("lesson", exact=True).select_option("04")
    view.get_by_label("verdict", exact=True).select_option("misleading")
    n = sum(entry.verdict == "misleading" for entry in claims.claims("04"))
    expect(view.locator(".shown")).to_have_text(f"{n} of {len(claims.claims())} claims")
    expect(view.locator(".claims > li")).to_have_count(n)
    expect(view.locator(".proof-list .right")).to_have_count(2)
    expect(view.locator(".proof-list .wrong")).to_have_count(0)
    view.get_by_label("contains").fill("no claim says this")
    expect(view.locator(".shown")).to_have_text("No claim is like that. Widen the choice.")


def test_a_contradiction_is_voted_on_with_keys_alone(view: Locator) -> None:
    keyboard = view.page.keyboard
    view.get_by_role("group", name="Your answer").get_by_role("button").first.focus()
    for _ in range(3):
        keyboard.press("Tab")
    keyboard.press("Enter")
    dispute = view.locator(".dispute")
    expect(dispute.locator(".agreed")).to_have_text("You chose: neither. So do the measurements.")
    expect(dispute.get_by_role("button", name="neither")).to_be_focused()
    keyboard.press("Tab")
    keyboard.press("Enter")
    expect(view.locator(".claims > li")).to_have_count(1)
    expect(view.get_by_label("contains")).to_have_value("tokens-are-words")


def test_pages_turn_and_every_verdict_can_be_shown(view: Locator) -> None:
    first = view.locator(".claims .says").first.text_content()
    view.locator(".list .turning").get_by_role("button", name="next").click()
    expect(view.locator(".range")).to_have_text("claims 13 to 24")
    expect(view.locator(".claims .says").first).not_to_have_text(first or "")
    expect(view.locator(".claims")).to_have_attribute("start", "13")
    view.get_by_label("show every verdict without a vote").check()
    expect(view.locator(".claims .outcome")).to_have_count(12)


def test_it_lives_beside_a_kernel(page: Page, errors: list[str]) -> None:
    board = ClaimBoard(lesson="01")
    view = mounted(page, board)
    expect(view.locator(".claims > li")).to_have_count(12)
    view.locator(".claims .votes").first.get_by_role("button").nth(2).click()
    link = view.locator(".claims a").first
    expect(link).to_have_attribute("href", f"01_tokens.ipynb#cell-id={_cell('tokens-are-words')}")


def _cell(claim: str) -> str:
    return claims.by_claim()[claim][0].cell
