"""The browser tests notice a page that asks for something outside."""

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import OUTSIDE, watched_page

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("url", "outside"),
    [
        ("https://example.com/require.js", True),
        ("wss://example.com/", True),
        ("http://127.0.0.1.example.com/", True),
        ("http://127.0.0.1:8888/lab", False),
        ("ws://localhost:8888/api", False),
        ("file:///home/me/page.html", False),
        ("data:text/plain,hello", False),
    ],
)
def test_an_address_is_inside_or_outside(url: str, outside: bool) -> None:
    assert bool(OUTSIDE.match(url)) == outside


@pytest.mark.parametrize(
    ("script", "url"),
    [
        ("fetch('https://example.com/a').catch(() => {})", "https://example.com/a"),
        ("new WebSocket('wss://example.com/b') && null", "wss://example.com/b"),
    ],
)
def test_a_page_that_calls_outside_is_found_out(browser: Browser, script: str, url: str) -> None:
    with watched_page(browser) as (page, outside):
        page.evaluate(f"() => {script}")
        page.wait_for_timeout(200)
    assert outside == [url]
