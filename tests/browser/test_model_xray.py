"""`ModelXRay` in a real browser: in a stub kernel, and in a page from disk that computes itself."""

from pathlib import Path

import nbformat
import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from gptlab.site.page import page as rendered
from gptlab.widgets import ModelXRay
from gptlab.widgets.backends import open_models
from gptlab.widgets.model_xray_numbers import SeenThrough, effect, moved
from tests.browser.conftest import HOSTILE
from tests.browser.kernel import mounted
from tests.browser.widget_readings import cells, eventually, share, typed
from tools.notebooks import METADATA

pytestmark = pytest.mark.browser

SENTENCE = "The king loves the queen"


@pytest.fixture
def view(page: Page, errors: list[str]) -> Locator:
    return mounted(page, ModelXRay(SENTENCE))


def node(view: Locator, part: str) -> Locator:
    return view.locator(f'[data-part="{part}"]')


def expected(text: str, off: list[str]) -> tuple[float, float]:
    asked = SeenThrough(open_models("shakespeare").open(0), text, off)
    shares = np.frombuffer(effect(asked, None)["shares"], dtype="<f4").reshape(4, -1)
    return moved(shares[0], shares[1]), moved(shares[2], shares[3])


def check_moved(view: Locator, text: str, off: list[str]) -> None:
    """The sentence about moved probability says what torch says, for model and control."""
    wanted = expected(text, off)

    def says_so() -> None:
        said = view.locator(".moved").inner_text()
        found = [share(word) for word in said.split() if word.rstrip(",.").endswith("%")]
        assert len(found) == 2, said
        np.testing.assert_allclose(found, wanted, atol=6e-4)

    eventually(says_so)


def test_every_part_stands_in_the_drawing_with_its_length(view: Locator) -> None:
    widget = ModelXRay(SENTENCE)
    lengths = dict(widget.xray["norms"])
    expect(node(view, "embed")).to_contain_text(f"length {lengths['embed']:.1f}")
    expect(node(view, "blocks.3.mlp")).to_contain_text(f"length {lengths['blocks.3.mlp_out']:.1f}")
    expect(view.locator(".stack .block")).to_have_count(4)
    expect(view.locator(".stack .is-head")).to_have_count(24)


def test_keys_go_through_the_parts_and_show_their_vectors(view: Locator) -> None:
    node(view, "blocks.0.attn").focus()
    view.page.keyboard.press("ArrowDown")
    expect(node(view, "blocks.0.attn.0")).to_be_focused()
    expect(view.locator(".chosen-part")).to_contain_text("head 0 of block 1")
    expect(view.locator(".chosen-part .vector")).to_have_count(5)
    view.page.keyboard.press("End")
    expect(view.locator(".chosen-part")).to_contain_text("unembedding")


def test_a_part_is_switched_off_and_on_again(view: Locator) -> None:
    node(view, "blocks.0.mlp").click()
    view.get_by_role("button", name="Switch off: MLP of block 1").click()
    check_moved(view, SENTENCE, ["blocks.0.mlp"])
    expect(node(view, "blocks.0.mlp")).to_contain_text("off")
    view.get_by_role("button", name="Switch everything on").click()
    expect(view.locator(".change")).to_contain_text("Nothing is switched off")


def test_another_token_is_looked_at(view: Locator) -> None:
    view.locator(".places input").first.check()
    twin = ModelXRay(SENTENCE, position=0)
    length = dict(twin.xray["norms"])["ln_final"]
    expect(node(view, "ln_f")).to_contain_text(f"length {length:.1f}")


def test_the_parameters_sum_to_the_models(view: Locator) -> None:
    view.locator("summary", has_text="Where the parameters are").click()
    rows = cells(view.locator(".counts-by-part table"))
    counts = [int(row[1].replace(",", "")) for row in rows]
    assert sum(counts[:-1]) == counts[-1] == ModelXRay("a").xray["n_parameters"]
    expect(view.locator(".proofs .wrong")).to_have_count(0)


def test_a_hostile_text_is_shown_and_not_run(view: Locator) -> None:
    typed(view, HOSTILE)
    expect(view.locator(".field .status")).to_have_text("", timeout=20_000)
    assert view.page.evaluate("window.hacked") is None


@pytest.mark.parametrize("width", [400, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_wherever_it_stands(view: Locator, scheme: str, width: int, tmp_path: Path) -> None:
    view.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    view.page.set_viewport_size({"width": width, "height": 900})
    view.page.wait_for_timeout(200)
    assert view.page.evaluate("document.documentElement.scrollWidth") <= width
    view.screenshot(path=tmp_path / f"{scheme}-{width}.png")


def test_a_page_from_disk_computes_what_torch_computes(
    page: Page, errors: list[str], tmp_path: Path
) -> None:
    data, metadata = ModelXRay(SENTENCE)._repr_mimebundle_()
    data.pop("application/vnd.jupyter.widget-view+json")
    output = nbformat.v4.new_output("display_data", data=data, metadata=metadata)
    cell = nbformat.v4.new_code_cell("ModelXRay()", outputs=[output])
    book = tmp_path / "xray.ipynb"
    title = nbformat.v4.new_markdown_cell("# 10 · X-ray")
    nbformat.write(nbformat.v4.new_notebook(cells=[title, cell], metadata=METADATA), book)
    target = tmp_path / "xray.html"
    target.write_text(rendered(book).text, encoding="utf-8")
    page.goto(target.as_uri())
    mount = page.locator(".gptlab-mount").first
    mount.scroll_into_view_if_needed()
    view = mount.locator(".gptlab").first
    expect(view).to_be_visible(timeout=30_000)
    typed(view, "To be, or not to be")
    node(view, "blocks.1").click()
    view.get_by_role("button", name="Switch off: block 2").click()
    check_moved(view, "To be, or not to be", ["blocks.1"])
