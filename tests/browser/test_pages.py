"""Pages opened from disk in a real browser, with the network taken away."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, expect

from gptlab import widgets
from gptlab.site.page import page as rendered
from tests.browser.conftest import OUTSIDE
from tests.sample_notebook import sample, written
from tools import site

pytestmark = pytest.mark.browser

LESSONS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))
SAMPLE = "07_sample"
NAMES = [*(path.stem for path in LESSONS), SAMPLE]
SINGLE = [f"single/{name}.html" for name in NAMES]
SITE = [f"site/{name}.html" for name in [*NAMES, "index", "search"]]
KINDS = [f"single/{SAMPLE}.html", f"site/{SAMPLE}.html"]
PAPER, DARK_LIMIT = "rgb(255, 255, 255)", 80
IN_SIGHT = """() => {
  const focused = document.activeElement;
  const { left, top, width, height } = focused.getBoundingClientRect();
  const above = document.elementFromPoint(left + width / 2, top + height / 2);
  return focused.contains(above) || Boolean(above?.contains(focused));
}"""

both_kinds = pytest.mark.parametrize("name", KINDS)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All lessons and a page with every kind of output: as single files, and as a site."""
    folder = tmp_path_factory.mktemp("pages")
    notebooks = [*LESSONS, written(folder, sample(["tokenizer/shakespeare"]))]
    (folder / "single").mkdir()
    for notebook in notebooks:
        (folder / "single" / f"{notebook.stem}.html").write_text(rendered(notebook).text, "utf-8")
    site.build(notebooks, folder / "site")
    return folder


@pytest.fixture
def errors(page: Page) -> Iterator[list[str]]:
    """What the console complains about; a test that uses this fixture fails if it does."""
    found: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type == "error":
            found.append(message.text)

    page.on("console", hear)
    page.on("pageerror", lambda error: found.append(str(error)))
    yield found
    assert found == []


def opened(page: Page, path: Path) -> None:
    page.goto(path.as_uri())
    page.wait_for_load_state("load")


def background(page: Page) -> str:
    """The colour behind the text, from the first element that has one."""
    return page.evaluate(
        """() => {
          for (let e = document.querySelector("main"); e; e = e.parentElement) {
            const colour = getComputedStyle(e).backgroundColor;
            if (colour !== "rgba(0, 0, 0, 0)") return colour;
          }
          return "rgb(255, 255, 255)";
        }"""
    )


def is_dark(colour: str) -> bool:
    return max(map(int, re.findall(r"\d+", colour)[:3])) < DARK_LIMIT


def alive(page: Page) -> None:
    """Go through a page as a reader does, until each of its widgets computes, and unfold tables."""
    for mount in page.locator(".gptlab-mount").all():
        mount.scroll_into_view_if_needed()
        if computes(mount):
            expect(mount.locator(".gptlab")).to_have_count(1, timeout=20_000)
    expect(page.locator(".gptlab [aria-busy=true]")).to_have_count(0, timeout=20_000)
    page.locator(".gptlab details").evaluate_all("all => all.forEach((e) => (e.open = true))")


def computes(mount: Locator) -> bool:
    """Whether the page has what this widget needs; otherwise its picture stays."""
    described = json.loads(mount.locator("script").text_content() or "")
    return hasattr(widgets, described["name"]) and described["weights"] is not None


def grave(page: Page) -> list[tuple[str, str, str]]:
    """What axe calls serious or critical."""
    # axe would fetch styles again, which a page from disk may not.
    options = {"preload": False, "resultTypes": ["violations"]}
    return [
        (violation["id"], node["target"], node["failureSummary"])
        for violation in Axe().run(page, options=options).response["violations"]
        if violation["impact"] in ("serious", "critical")
        for node in violation["nodes"]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", [*SINGLE, *SITE])
def test_axe_finds_nothing_serious_on_any_page(page, errors, folder, name, scheme):
    page.emulate_media(color_scheme=scheme)
    opened(page, folder / name)
    alive(page)
    assert grave(page) == []


@pytest.mark.parametrize("kind", ["single", "site"])
def test_live_widgets_are_as_light_as_the_page_whatever_the_system_prefers(
    page, errors, folder, kind
):
    page.emulate_media(color_scheme="dark")
    opened(page, folder / kind / f"{LESSONS[0].stem}.html")
    alive(page)
    view = page.locator(".gptlab").first
    assert is_dark(view.evaluate("e => getComputedStyle(e).backgroundColor"))
    page.evaluate("document.documentElement.dataset.theme = 'light'")
    assert view.evaluate("e => getComputedStyle(e).backgroundColor") == PAPER
    key = view.evaluate("e => getComputedStyle(e).getPropertyValue('--key')")
    page.emulate_media(color_scheme="light")
    assert view.evaluate("e => getComputedStyle(e).getPropertyValue('--key')") == key


@pytest.mark.parametrize("kind", ["single", "site"])
def test_what_has_the_focus_is_never_covered(page, errors, folder, kind):
    """Backwards, since a header that stays covers what comes into sight from above."""
    opened(page, folder / kind / f"{LESSONS[0].stem}.html")
    alive(page)
    page.locator(".gptlab summary").last.focus()
    for _step in range(40):
        page.keyboard.press("Shift+Tab")
        assert page.evaluate(IN_SIGHT), page.evaluate("document.activeElement.outerHTML")


@pytest.mark.parametrize("name", [*SINGLE, *SITE])
def test_a_narrow_window_scrolls_down_only(page, errors, folder, name):
    page.set_viewport_size({"width": 400, "height": 800})
    opened(page, folder / name)
    assert page.evaluate("document.documentElement.scrollWidth") <= 400


def test_the_contents_are_folded_where_they_would_stand_before_the_text(page, errors, folder):
    opened(page, folder / SINGLE[0])
    contents = page.locator(".gptlab-contents ol")
    expect(contents).to_be_visible()
    page.set_viewport_size({"width": 400, "height": 800})
    page.reload()
    expect(contents).to_be_hidden()
    page.get_by_text("On this page").click()
    expect(contents).to_be_visible()


@both_kinds
def test_formulas_are_drawn_without_a_script(page, errors, folder, name):
    opened(page, folder / name)
    formulas = page.locator("math")
    expect(formulas).to_have_count(4)
    drawn = formulas.nth(1).evaluate("e => [getComputedStyle(e).display, e.offsetHeight]")
    height = formulas.nth(1).evaluate("e => e.getBoundingClientRect().height")
    line = page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)")
    assert drawn[0] == "block math"
    assert height > 2 * line  # a fraction is taller than a line of text


@both_kinds
def test_plotly_draws_its_figure_in_the_page_s_width_and_colours(page, errors, folder, name):
    page.emulate_media(color_scheme="dark")
    opened(page, folder / name)
    plot = page.locator(".gptlab-plotly")
    plot.scroll_into_view_if_needed()
    expect(plot.locator(".js-plotly-plot .gl-container canvas").first).to_be_attached()
    expect(plot.locator("> img")).to_be_hidden()
    width = page.locator(".js-plotly-plot").evaluate("e => e._fullLayout.width")
    assert 0 < width <= page.locator("main").bounding_box()["width"]
    paper, text = page.locator(".js-plotly-plot").evaluate(
        "e => [e._fullLayout.paper_bgcolor, getComputedStyle(e).color]"
    )
    assert paper == "rgba(0, 0, 0, 0)"
    title = plot.locator(".gtitle")
    expect(title).to_have_css("fill", text)
    page.evaluate("document.documentElement.dataset.theme = 'light'")
    expect(title).not_to_have_css("fill", text)


@both_kinds
def test_a_widget_that_the_page_does_not_know_keeps_its_picture(page, errors, folder, name):
    opened(page, folder / name)
    mount = page.locator(".gptlab-mount")
    mount.scroll_into_view_if_needed()
    expect(mount.locator("img")).to_have_attribute("alt", 'a "quoted" widget')
    expect(mount.locator("script[type='application/vnd.gptlab.widget+json']")).to_be_attached()
    assert page.evaluate("window.hacked") is None


def test_every_mount_of_a_lesson_is_found_in_both_kinds_of_page(page, errors, folder):
    counts = []
    for kind in ("single", "site"):
        opened(page, folder / kind / "01_tokens.html")
        counts.append(page.locator(".gptlab-mount").count())
    assert counts[0] == counts[1] > 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@both_kinds
def test_without_scripts_pictures_and_text_are_there(browser: Browser, folder, name, scheme):
    context = browser.new_context(java_script_enabled=False, color_scheme=scheme)
    context.route(OUTSIDE, lambda route: pytest.fail(route.request.url))
    page = context.new_page()
    opened(page, folder / name)
    expect(page.locator(".gptlab-plotly img")).to_be_visible()
    expect(page.locator(".gptlab-mount img")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Every kind of output")
    context.close()


def test_the_button_of_a_single_file_chooses_dark_and_the_choice_is_kept(page, errors, folder):
    page.emulate_media(color_scheme="light")
    opened(page, folder / SINGLE[0])
    button = page.get_by_role("button", name="Dark")
    expect(button).to_have_attribute("aria-pressed", "false")
    assert not is_dark(background(page))
    button.focus()
    page.keyboard.press("Space")
    expect(button).to_have_attribute("aria-pressed", "true")
    assert is_dark(background(page))
    page.reload()
    expect(button).to_have_attribute("aria-pressed", "true")
    button.click()
    assert not is_dark(background(page))


def test_a_single_file_follows_the_system_until_the_button_is_pressed(page, errors, folder):
    page.emulate_media(color_scheme="dark")
    opened(page, folder / SINGLE[0])
    assert is_dark(background(page))
    page.emulate_media(color_scheme="light")
    expect(page.get_by_role("button", name="Dark")).to_have_attribute("aria-pressed", "false")
    assert not is_dark(background(page))


def test_the_switch_of_the_site_chooses_dark(page, errors, folder):
    page.emulate_media(color_scheme="light")
    opened(page, folder / "site" / "index.html")
    assert not is_dark(background(page))
    page.locator(".theme-switch-button, .theme-switch-container > button").first.click()
    page.get_by_role("button", name="Dark").or_(page.get_by_text("Dark", exact=True)).first.click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert is_dark(background(page))
    opened(page, folder / "site" / "01_tokens.html")
    assert is_dark(background(page))


@both_kinds
def test_print_is_dark_on_white_and_leaves_the_navigation_out(page, errors, folder, name):
    page.emulate_media(color_scheme="dark")
    opened(page, folder / name)
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.emulate_media(media="print", color_scheme="dark")
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    assert background(page) == PAPER
    for part in page.locator("header, nav").all():
        expect(part).to_be_hidden()
    page.emulate_media(media="screen", color_scheme="dark")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_the_first_tab_reaches_the_skip_link_which_leads_to_the_text(page, errors, folder):
    opened(page, folder / SINGLE[-1])
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the text")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


def test_tab_visits_the_theme_the_contents_and_then_the_text(page, errors, folder):
    opened(page, folder / SINGLE[-1])
    visited = []
    for _step in range(6):
        page.keyboard.press("Tab")
        visited.append(page.evaluate("document.activeElement.textContent.trim()"))
    assert visited == [
        "Skip to the text",
        "Dark",
        "On this page",
        "Numbers & names",
        "Code in the text",
        "#",
    ]


@both_kinds
def test_only_what_scrolls_sideways_is_a_stop_for_the_keyboard(page, errors, folder, name):
    opened(page, folder / name)
    wide = page.locator(".gptlab-outputs .gptlab-scroll")
    expect(wide).to_have_attribute("tabindex", "0")
    expect(wide).to_have_attribute("role", "group")
    expect(wide).to_have_attribute("aria-label", "Wide")
    wide.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function(
        "document.querySelector('.gptlab-outputs .gptlab-scroll').scrollLeft > 0"
    )
    assert page.locator("pre.gptlab-stdout[tabindex='0']").count() == 0


def test_the_search_of_the_site_finds_a_word_from_disk(page, errors, folder):
    opened(page, folder / "site" / "index.html")
    page.keyboard.press("Control+k")
    page.keyboard.type("newest")
    page.keyboard.press("Enter")
    result = page.locator("#search-results li a", has_text="1 · Tokens").first
    result.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("1 · Tokens")


def test_the_site_s_tab_order_begins_with_a_way_to_the_text(page, errors, folder):
    opened(page, folder / "site" / f"{SAMPLE}.html")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to main content")).to_be_focused()
