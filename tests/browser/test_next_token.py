"""The next token and the training slider in a browser, with Python as their kernel and alone."""

import json
import re
from pathlib import Path
from typing import Any

import nbformat
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from gptlab.decoding import Sampling
from gptlab.hashing import uniform
from gptlab.widgets import CheckpointSlider, LabWidget, NextToken
from gptlab.widgets.assets import asset, packed
from gptlab.widgets.base import MOUNT
from gptlab.widgets.deciding import decision
from gptlab.widgets.host import host_script
from gptlab.widgets.next_token_shown import percent
from gptlab.widgets.predicting import prediction
from tests.browser.conftest import HOSTILE, TWO_FRAMES, watched_page
from tests.browser.kernel import mounted
from tests.browser.test_lab import FINISHED, choose, open_notebook, server, work
from tools.notebooks import METADATA

pytestmark = pytest.mark.browser
__all__ = ["server", "work"]  # fixtures

SENTENCE = "The 牡丹 is 美 👩‍🚀!"
# The longest pause between two frames, and how many there were, while a slider is dragged.
DRAG = """async () => {
  const slider = document.querySelector(".rules input");
  const gaps = [];
  let last = performance.now();
  for (let i = 0; i < 60; i += 1) {
    slider.value = String(0.05 + 0.03 * i);
    slider.dispatchEvent(new InputEvent("input", { bubbles: true }));
    await new Promise((done) => requestAnimationFrame(done));
    gaps.push(performance.now() - last);
    last = performance.now();
  }
  return gaps.sort((a, b) => a - b);
}"""


@pytest.fixture
def widget() -> NextToken:
    return NextToken("To be, or not to")


@pytest.fixture
def view(page: Page, errors: list[str], widget: NextToken) -> Locator:
    return mounted(page, widget, views=("one", "two"))


def settled(view: Locator) -> None:
    view.page.wait_for_function(
        """() => {
          const of = (name) => window.model.get(name);
          const [asked, answered] = [of("written"), of("next").written].map(String);
          return of("next").text === of("text") && asked === answered;
        }"""
    )
    view.page.evaluate(TWO_FRAMES)


def bars(view: Locator) -> list[list[str]]:
    """Token, id, the model's own probability and the one after the rule of every row."""
    rows: list[list[str]] = view.locator(".bars tbody tr:visible").evaluate_all(
        "rows => rows.map((row) => [...row.cells].slice(0, -1).map((cell) => cell.textContent))"
    )
    return rows


def spoken(share: float) -> str:
    return "0%" if share == 0 else percent(share)


def expected_bars(widget: NextToken) -> list[list[str]]:
    seen = widget.shown()
    decided, best = seen.decided, seen.decided.order[:10].tolist()
    rows = []
    for token in best:
        made = "cut" if decided.is_cut(token) else spoken(decided.made[token])
        rows.append([seen.spell(token), str(token), spoken(decided.own[token]), made])
    own, made = (shares[decided.order[10:]].sum() for shares in (decided.own, decided.made))
    is_cut = made == 0 and decided.is_cut(int(decided.order[10]))
    rest = "cut" if is_cut else spoken(made)
    rows.append(["everything else: 2,038 tokens", spoken(own), rest])
    return [*rows, ["all 2,048 tokens", "100.0%", "100.0%"]]


@pytest.mark.parametrize(
    "rule", [{}, {"temperature": 0.5}, {"top_k": 3}, {"top_p": 0.6}, {"temperature": 0}]
)
def test_the_bars_are_pythons_and_sum_to_one(
    view: Locator, widget: NextToken, rule: dict[str, float]
) -> None:
    view.locator("textarea").fill(SENTENCE)
    settled(view)
    view.page.evaluate("rule => { window.model.put(rule); }", rule)
    widget.set_state(rule)
    view.page.evaluate(TWO_FRAMES)
    assert bars(view) == expected_bars(widget)
    assert bars(view.page.locator("#two .gptlab")) == bars(view)


def test_sliders_set_the_rule_and_are_read_out(view: Locator, widget: NextToken) -> None:
    temperature, top_k, top_p = (
        view.get_by_role("slider", name=n) for n in ("Temperature", "Top-k", "Top-p")
    )
    temperature.fill("0.5")
    expect(temperature).to_have_attribute("aria-valuetext", "0.50")
    top_k.focus()
    view.page.keyboard.press("Home")
    expect(top_k).to_have_attribute("aria-valuetext", "the likeliest 1")
    top_p.fill("0.3")
    expect(top_p).to_have_attribute("aria-valuetext", "30% together")
    assert widget.sampling == Sampling(temperature=0.5, top_k=1, top_p=0.3)
    view.get_by_role("button", name="Back to the model’s own").click()
    expect(top_k).to_have_attribute("aria-valuetext", "all tokens")
    assert widget.sampling == Sampling()
    temperature.fill("0")
    expect(view.locator(".drawing .said")).to_contain_text("Nothing is left to chance")
    expect(view.get_by_role("button", name="Draw again")).to_have_attribute("aria-disabled", "true")


def test_a_draw_is_shown_and_drawn_again(view: Locator, widget: NextToken) -> None:
    said = view.locator(".drawing .said")
    for seed in range(3):
        decided = decision(widget.next, widget.sampling, seed)
        token = widget.shown().spell(decided.token)
        expect(said).to_have_text(
            f"u = {uniform(seed, 0):.4f} falls on {token} (place {decided.rank:,}), whose stretch "
            f"goes from {decided.start:.4f} to {decided.end:.4f}."
        )
        view.get_by_role("button", name="Draw again").click()
    assert widget.seed == 3
    expect(view.get_by_label("Seed")).to_have_value("3")  # drawn, so that it is not while one types
    view.get_by_label("Seed").fill("0")
    expect(said).to_contain_text(f"u = {uniform(0, 0):.4f}")
    expect(view.locator(".chosen")).to_contain_text("u = ")  # spoken once it is quiet


def written_by_python(text: str, n: int, seed: int = 0) -> list[int]:
    backend, ids = NextToken("a").backend, list[int]()
    for _step in range(n):
        ids.append(decision(prediction(backend, text, ids), Sampling(), seed).token)
    return ids


def test_text_is_written_step_by_step(view: Locator, widget: NextToken) -> None:
    ids = written_by_python(widget.text, 11)
    take, back = view.locator("button.take"), view.get_by_role("button", name="Step back")
    take.click()
    settled(view)
    assert widget.written == ids[:1]
    view.locator("button.many").click()
    expect(view.locator(".chip.added")).to_have_count(11, timeout=30_000)
    expect(view.locator("button.many")).to_have_text("Write 10")
    assert widget.written == ids
    spelled = b"".join(map(widget.backend.tokenizer.token_bytes, ids)).decode()
    assert view.locator(".running").text_content() == widget.text + spelled
    back.click()
    expect(view.locator(".chip.added")).to_have_count(10, timeout=30_000)
    assert widget.written == ids[:-1]


def test_writing_ends_when_the_text_changes(view: Locator, widget: NextToken) -> None:
    view.locator("button.many").click()
    expect(view.locator(".chip.added")).not_to_have_count(0)
    view.locator("textarea").fill("Another text")
    settled(view)
    view.page.wait_for_timeout(500)
    assert (widget.text, widget.written) == ("Another text", [])
    expect(view.locator("button.many")).to_have_text("Write 10")
    expect(view.locator(".chip.added")).to_have_count(0)


def test_a_torn_character_waits_for_the_rest(view: Locator, widget: NextToken) -> None:
    byte = {widget.backend.tokenizer.token_bytes(token): token for token in range(256)}
    view.page.evaluate(
        "ids => { window.model.set('written', ids); window.model.save_changes(); }",
        [byte[b"\xe7"], byte[b"\x89"]],
    )
    settled(view)
    assert view.locator(".held").inner_text() == "<E7><89>"
    assert "E7 89: the beginning of a character" in view.locator(".writing").inner_text()
    view.page.evaluate(
        "id => { window.model.set('written', [...window.model.get('written'), id]); "
        "window.model.save_changes(); }",
        byte[b"\xa1"],
    )
    settled(view)
    assert view.locator(".running .added").inner_text() == "牡"
    assert view.locator(".held").inner_text() == ""


def test_keys_alone_reach_a_token_and_write_it(view: Locator, widget: NextToken) -> None:
    keys = view.page.keyboard
    view.get_by_role("slider", name="Top-p").focus()
    keys.press("Tab")
    keys.press("Tab")
    chosen = view.locator(".chosen")
    expect(chosen).to_contain_text("Place 1: ")
    keys.press("ArrowDown")
    expect(chosen).to_contain_text("Place 2: ")
    keys.press("End")
    expect(chosen).to_contain_text("Place 10: ")
    token = widget.shown().decided.order[9]
    keys.press("Enter")
    settled(view)
    assert widget.written == [token]
    expect(chosen).to_contain_text("Place 10: ")  # the cursor stays where it was


def test_the_lens_ends_in_the_likeliest_token(view: Locator, widget: NextToken) -> None:
    rows = view.locator(".lens tbody tr")
    expect(rows).to_have_count(5)
    stage = widget.shown().stages[2]
    cells = rows.nth(2).locator("th, td").all_inner_texts()[:5]
    assert cells == [
        "block 2",
        widget.shown().spell(stage.best),
        percent(stage.share),
        percent(stage.final_share),
        f"{stage.final_rank:,}",
    ]
    assert "0.05%" in view.locator(".lens + .note").inner_text()


def test_the_table_and_the_proof(view: Locator) -> None:
    view.get_by_text("The likeliest 100 tokens as a table").click()
    rows = view.locator("details tbody tr")
    expect(rows).to_have_count(101)
    assert "everything else: 1,948 tokens" in rows.last.inner_text()
    proof = view.locator(".proof").inner_text()
    for deviation in re.findall(r"deviation (\S+)\)", proof):
        assert float(deviation) < 2e-5
    assert len(re.findall(r"deviation", proof)) == 3


def test_the_bars_are_saved_with_their_settings(view: Locator) -> None:
    view.get_by_role("slider", name="Temperature").fill("0.5")
    with view.page.expect_download() as saved:
        view.get_by_role("button", name="Save as SVG").click()
    text = Path(saved.value.path()).read_text()
    assert "temperature 0.50 · top-k all tokens · top-p 1.00 · seed 0" in text
    with view.page.expect_download() as saved:
        view.get_by_role("button", name="Save as PNG").click()
    assert Path(saved.value.path()).read_bytes().startswith(b"\x89PNG")


def test_markup_is_shown_as_text_and_an_empty_text_explained(view: Locator) -> None:
    view.locator("textarea").fill(HOSTILE)
    settled(view)
    assert view.locator(".running").text_content() == HOSTILE
    assert view.page.evaluate("window.hacked") is None
    view.locator("textarea").fill("")
    settled(view)
    expect(view.locator(".problem")).to_contain_text("Type at least one character")
    expect(view.locator(".answer")).to_be_hidden()
    view.locator("textarea").fill("so")
    settled(view)
    expect(view.locator(".answer")).to_be_visible()


def test_a_long_text_says_what_is_left_out(view: Locator) -> None:
    view.locator("textarea").fill("To be. " * 200)
    settled(view)
    expect(view.locator(".chips + .note")).to_contain_text("The model reads the newest 256 tokens")


def test_dragging_draws_every_frame(view: Locator) -> None:
    gaps = view.page.evaluate(DRAG)
    median, late = gaps[30], gaps[57]
    print(f"frames while dragging: median {median:.1f} ms, 95 % within {late:.1f} ms")
    assert median < 40  # generous: other tests may run beside it


def test_a_view_that_is_taken_away_leaves_nothing_behind(view: Locator) -> None:
    page = view.page
    page.evaluate("window.views.forEach((undo) => undo())")
    assert page.locator("#one").inner_html() == ""
    assert page.evaluate("Object.values(window.model.heard).every((heard) => heard.size === 0)")


# Through a training


def test_the_slider_goes_through_the_training(page: Page, errors: list[str]) -> None:
    slider = CheckpointSlider("What say you of the")
    view = mounted(page, slider)
    drag = view.get_by_role("slider", name="Training")
    expect(drag).to_have_attribute("aria-valuetext", "after 500 of 500 steps")
    drag.focus()
    page.keyboard.press("ArrowLeft")
    expect(drag).to_have_attribute("aria-valuetext", "after 233 of 500 steps")
    expect(view.locator(".course output")).to_have_text("after 233 of 500 steps")
    assert slider.checkpoint == 6
    page.keyboard.press("Home")
    page.wait_for_function("window.model.get('next').checkpoint === 0")
    page.evaluate(TWO_FRAMES)
    assert "before the first of 500 steps" in (drag.get_attribute("aria-valuetext") or "")
    assert max(float(row[-1].strip("%< ")) for row in bars(view)[:10]) < 1  # a flat guess
    expect(view.locator(".course .dot.is-here")).to_have_count(1)
    expect(view.locator(".course details tbody tr")).to_have_count(8)
    view.get_by_role("button", name="Play").click()
    expect(drag).to_have_attribute("aria-valuetext", "after 5 of 500 steps")
    view.get_by_role("button", name="Pause").click()
    view.locator("textarea").fill("Good")
    page.wait_for_function("window.model.get('trajectory').text === 'Good'")


def test_the_slider_moves_attention_too(page: Page, errors: list[str]) -> None:
    slider = CheckpointSlider("What say you", view="attention", checkpoint=3)
    view = mounted(page, slider)
    expect(view.locator(".attention-view canvas").first).to_be_visible()
    view.get_by_role("slider", name="Training").fill("0")
    page.wait_for_function("window.model.get('attention').checkpoint === 0")


# Alone in a page


def alone(page: Page, widget: LabWidget, folder: Path) -> Locator:
    """A page on the disk that computes by itself, with all that it needs inside."""
    data, _metadata = widget._repr_mimebundle_()
    mount = json.dumps(data[MOUNT]).replace("<", "\\u003c")
    assets = "".join(
        f'<script type="text/plain" data-gptlab-asset="{name}">{packed(asset(name))}</script>'
        for name in data[MOUNT]["weights"]
    )
    file = folder / "page.html"
    file.write_text(
        f'<!doctype html><meta charset="utf-8"><body><div class="gptlab-mount"><img alt="">'
        f'<script type="{MOUNT}">{mount}</script></div>{assets}<script>{host_script()}</script>',
        encoding="utf-8",
    )
    page.goto(file.as_uri())
    view = page.locator(".gptlab")
    expect(view).to_be_visible(timeout=20_000)
    return view


def test_a_page_computes_what_python_computes(
    page: Page, errors: list[str], widget: NextToken, tmp_path: Path
) -> None:
    view = alone(page, widget, tmp_path)
    expect(view.locator(".bars tbody tr").first).to_be_visible()
    assert bars(view) == expected_bars(widget)
    proof = view.locator(".proof").inner_text()
    assert re.search(r"recorded ones by at most (0|\d × 10⁻[⁶⁷⁸⁹])\. ", proof), proof
    ids = written_by_python(widget.text, 10)
    view.locator("button.many").click()
    expect(view.locator(".chip.added")).to_have_count(10, timeout=30_000)
    widget.written = ids
    expect(view.locator("button.many")).to_have_text("Write 10")
    page.evaluate(TWO_FRAMES)
    assert bars(view) == expected_bars(widget)
    view.locator("textarea").fill(SENTENCE)
    expect(view.locator(".chip.added")).to_have_count(0)
    expect(view.locator(".running")).to_have_text(SENTENCE)
    widget.text = SENTENCE
    assert bars(view) == expected_bars(widget)


@pytest.mark.parametrize("shown", ["next-token", "attention"])
def test_a_page_goes_through_the_training(
    page: Page, errors: list[str], tmp_path: Path, shown: str
) -> None:
    view = alone(page, CheckpointSlider("What say you", view=shown), tmp_path)
    drag = view.get_by_role("slider", name="Training")
    drag.fill("2")
    expect(view.locator(".course output")).to_have_text("after 11 of 500 steps")
    view.locator("textarea").fill("To be")
    expect(view.locator(".course-title")).to_contain_text("Probability of ")
    expect(view.locator(".course .said")).to_contain_text("Here ")


# In JupyterLab

NOTEBOOK = """from gptlab.widgets import CheckpointSlider, NextToken
NextToken("To be, or not to")"""


@pytest.mark.timeout(300)
def test_both_in_jupyterlab(
    page: Page, errors: list[str], work: Path, server: dict[str, Any], widget: NextToken
) -> None:
    code = [NOTEBOOK, 'CheckpointSlider("What say you")']
    cells = [nbformat.v4.new_code_cell(source) for source in code]
    notebook = nbformat.v4.new_notebook(cells=cells, metadata=METADATA)
    nbformat.write(notebook, work / "next.ipynb")
    open_notebook(page, server, "work/next.ipynb")
    choose(page, "Run", "Run All Cells")
    page.wait_for_function(FINISHED, timeout=120_000)
    view, slider = page.locator(".gptlab-nexttoken"), page.locator(".gptlab-checkpoints")
    expect(view.locator(".bars tbody tr").first).to_be_visible()
    assert bars(view) == expected_bars(widget)
    view.locator("button.many").click()
    expect(view.locator(".chip.added")).to_have_count(10, timeout=30_000)
    widget.written = written_by_python(widget.text, 10)
    expect(view.locator("button.many")).to_have_text("Write 10")
    assert bars(view) == expected_bars(widget)
    view.locator("textarea").fill(SENTENCE)
    expect(view.locator(".running")).to_have_text(SENTENCE)
    widget.text = SENTENCE
    expect(view.locator(".chip.added")).to_have_count(0)
    assert bars(view) == expected_bars(widget)
    slider.get_by_role("slider", name="Training").fill("0")
    expect(slider.locator(".course output")).to_contain_text("before the first of 500 steps")
    assert "recorded" not in view.locator(".proof").inner_text()


# What it looks like


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_a_narrow_window_and_can_be_read(
    browser: Browser, scheme: str, tmp_path: Path
) -> None:
    with watched_page(browser) as (page, outside):
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        page.set_viewport_size({"width": 400, "height": 900})
        view = mounted(page, NextToken(SENTENCE, top_p=0.7))
        page.evaluate(TWO_FRAMES)
        assert page.evaluate("document.documentElement.scrollWidth") <= 400
        small = view.evaluate(
            """root => [...root.querySelectorAll("*")]
              .filter((e) => e.childNodes.length && e.checkVisibility())
              .filter((e) => parseFloat(getComputedStyle(e).fontSize) < 13)
              .map((e) => e.className)"""
        )
        assert small == []
        page.screenshot(path=tmp_path / f"{scheme}.png", full_page=True)
    assert outside == []
