"""A real Chromium or Chrome, with the network taken away and every attempt to use it recorded."""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright, Route, sync_playwright

COMMANDS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
PLACES = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "~/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/snap/bin/chromium",
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
    "C:/Program Files (x86)/Google/Chrome/Application/chrome.exe",
    "C:/Program Files (x86)/Microsoft/Edge/Application/msedge.exe",
)
# Also evaluated by Playwright in JavaScript, so that requests inside do not pass through Python.
OUTSIDE = re.compile(r"^(https?|wss?)://(?!(127\.0\.0\.1|localhost|\[::1\])[:/])")
FLAGS = [
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
]
MISSING = (
    "No Chromium or Chrome was found, so nothing was tried in a browser. Install one (Debian and "
    "Ubuntu: sudo apt install chromium; macOS and Windows: www.google.com/chrome), or name one: "
    "GPTLAB_BROWSER=/path/to/chrome make test"
)


def find_browser() -> str | None:
    named = os.environ.get("GPTLAB_BROWSER")
    found = [shutil.which(name) for name in ([named] if named else COMMANDS)]
    places = [str(path) for path in map(Path, PLACES) if not named and path.expanduser().exists()]
    return next((path for path in [*found, *places] if path), None)


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
    is_root = hasattr(os, "getuid") and os.getuid() == 0  # whom Chromium's sandbox refuses
    flags = [*FLAGS, "--no-sandbox"] if is_root else FLAGS
    started = playwright_driver.chromium.launch(executable_path=path, headless=True, args=flags)
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
