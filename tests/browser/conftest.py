"""A real Chromium or Chrome, with the network taken away and every attempt to use it recorded."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Page,
    Playwright,
    Route,
    sync_playwright,
)

from tools.browser import FLAGS, MISSING, find_browser

# Also evaluated by Playwright in JavaScript, so that requests inside do not pass through Python.
OUTSIDE = re.compile(r"^(https?|wss?)://(?!(127\.0\.0\.1|localhost|\[::1\])[:/])")

HOSTILE = "<script>window.hacked=1</script><img src=x onerror='window.hacked=1'>"
"""A text that must be shown, and never run."""
TWO_FRAMES = """() => new Promise((done) => {
  requestAnimationFrame(() => requestAnimationFrame(done));
})"""


@pytest.fixture(scope="session")
def playwright_driver() -> Iterator[Playwright]:
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def browser(playwright_driver: Playwright) -> Iterator[Browser]:
    path = find_browser()
    if path is None:
        # CI installs a browser first; there, skipping would hide that these tests did not run.
        (pytest.fail if os.environ.get("CI") else pytest.skip)(MISSING)
    started = playwright_driver.chromium.launch(executable_path=path, headless=True, args=FLAGS)
    yield started
    started.close()


@contextmanager
def watched_page(browser: Browser) -> Iterator[tuple[Page, list[str]]]:
    """A page with a fresh profile, and the list of what it asked for outside this machine."""
    outside: list[str] = []

    def refuse(route: Route) -> None:
        outside.append(route.request.url)
        route.abort()

    context = browser.new_context(viewport={"width": 1280, "height": 1000})
    context.route(OUTSIDE, refuse)
    page = context.new_page()
    page.on("websocket", lambda ws: outside.extend([ws.url] if OUTSIDE.match(ws.url) else []))
    yield page, outside
    context.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page that must not ask for anything outside this machine."""
    with watched_page(browser) as (watched, outside):
        yield watched
    assert outside == []


@pytest.fixture
def errors(page: Page) -> Iterator[list[str]]:
    """What the console complains about; a test that uses this fixture fails if it does."""
    found: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        # JupyterLab, the only page that comes from a server, warns about itself.
        is_ours = message.type == "warning" and not page.url.startswith("http")
        if message.type == "error" or is_ours:
            found.append(message.text)

    page.on("console", hear)
    page.on("pageerror", lambda error: found.append(str(error)))
    yield found
    assert found == []
