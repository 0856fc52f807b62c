"""`make lab`, as a learner meets it: a server for this machine only, and lessons that run."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nbformat
import psutil
import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]
COURSE = ROOT / "notebooks"
SECONDS_FOR_A_LESSON = 60
# Every cell has run when the kernel rests and each prompt shows a number.
FINISHED = r"""() => {
  const kernel = document.querySelector('.jp-Notebook-ExecutionIndicator');
  const prompts = [...document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')];
  return kernel?.dataset.status === 'idle' && prompts.length > 0
    && prompts.every((prompt) => /\[\d+\]/.test(prompt.textContent));
}"""
CLEARED = r"""() => [...document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')]
  .every((prompt) => !/\d/.test(prompt.textContent))"""


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("lab") / "work"
    settings = folder / ".jupyter/config/lab/user-settings/@jupyterlab/notebook-extension"
    settings.mkdir(parents=True)
    # JupyterLab otherwise leaves out the cells that are scrolled away.
    (settings / "tracker.jupyterlab-settings").write_text('{"windowingMode": "none"}')
    return folder


@pytest.fixture(scope="module")
def server(work: Path) -> Iterator[dict[str, Any]]:
    """What JupyterLab writes down about itself, once it answers."""
    command = [sys.executable, "-m", "tools.lab", f"--course={COURSE}", f"--work={work}"]
    log = work.parent / "server.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [*command, "--no-browser", f"--port={free_port()}"],
            cwd=ROOT,
            env=os.environ | {"JUPYTER_TOKEN": ""},  # which would open the server to everyone
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        yield wait_for(lambda: running_server(work), seconds=60, told=log.read_text)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(attempt: Callable[[], Any], seconds: float, told: Callable[[], str]) -> Any:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if result := attempt():
            return result
        time.sleep(0.1)
    pytest.fail(f"Nothing happened within {seconds} s. The server said:\n{told()}")


def running_server(work: Path) -> dict[str, Any] | None:
    for path in (work / ".jupyter" / "runtime").glob("jpserver-*.json"):
        try:
            info = json.loads(path.read_text())
            status(info, "api/status", token=True)
        except (ValueError, urllib.error.URLError):
            return None
        return info
    return None


class NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


def status(server: dict[str, Any], path: str, *, token: bool) -> tuple[int, str]:
    """Ask the server; the status code, and where it sends the visitor, if anywhere."""
    request = urllib.request.Request(server["url"] + path)
    if token:
        request.add_header("Authorization", f"token {server['token']}")
    try:
        with urllib.request.build_opener(NoRedirects).open(request, timeout=10) as reply:
            return reply.status, ""
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers.get("Location", "")


def lessons() -> list[str]:
    return sorted(path.name for path in COURSE.glob("*.ipynb"))


def test_the_server_listens_on_this_machine_only(server: dict[str, Any]) -> None:
    listening = [
        connection.laddr
        for connection in psutil.Process(server["pid"]).net_connections(kind="inet")
        if connection.status == psutil.CONN_LISTEN
    ]
    assert server["port"] in {address.port for address in listening}
    assert {address.ip for address in listening} <= {"127.0.0.1", "::1"}


def test_a_visitor_without_the_token_sees_nothing(server: dict[str, Any]) -> None:
    assert len(server["token"]) >= 32
    assert status(server, "api/contents", token=True) == (200, "")
    assert status(server, "api/contents", token=False)[0] == 403
    code, place = status(server, "lab", token=False)
    assert code == 302
    assert "/login" in place


def test_a_plain_start_opens_the_first_lesson(server: dict[str, Any], page: Page) -> None:
    page.goto(f"{server['url']}?token={server['token']}")
    page.wait_for_url("**/lab/tree/work/00_start.ipynb**", timeout=60_000)
    page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=60_000)
    # Neither news nor updates are offered, and there is no shop for extensions.
    assert page.locator(".jp-Notification-Toast, [data-id^=extensionmanager]").count() == 0


@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", lessons())
def test_a_lesson_runs_from_top_to_bottom(
    name: str, server: dict[str, Any], page: Page, work: Path, tmp_path: Path
) -> None:
    open_notebook(page, server, f"work/{name}")
    choose(page, "Edit", "Clear Outputs of All Cells")  # the committed ones count as finished
    page.wait_for_function(CLEARED)
    start = time.monotonic()
    choose(page, "Run", "Run All Cells")
    page.wait_for_function(FINISHED, timeout=4 * 1000 * SECONDS_FOR_A_LESSON)
    seconds = time.monotonic() - start
    page.screenshot(path=tmp_path / f"{name}.png")
    assert_ran(saved(page, work / name))
    # A timing is a benchmark, not a test: a busy machine must not fail a lesson.
    print(f"{name}: {seconds:.0f} s of the {SECONDS_FOR_A_LESSON} that a lesson aims at")


def open_notebook(page: Page, server: dict[str, Any], path: str) -> None:
    """Open one document without side bars, and wait for its kernel."""
    page.goto(f"{server['url']}doc/tree/{path}?token={server['token']}&reset")
    page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=60_000)
    # The notebook's own sign says idle before it has a kernel, and running would then ask for one.
    expect(page.locator("#jp-main-statusbar")).to_contain_text("| Idle", timeout=60_000)


def choose(page: Page, menu: str, item: str) -> None:
    page.locator(".lm-MenuBar-itemLabel", has_text=menu).first.click()
    page.locator(".lm-Menu-itemLabel").get_by_text(item, exact=True).click()


def saved(page: Page, path: Path) -> nbformat.NotebookNode:
    """Save by menu, and read what the server then wrote."""
    with page.expect_response(lambda r: r.request.method == "PUT" and path.name in r.url) as reply:
        choose(page, "File", "Save Notebook")
    assert reply.value.ok
    return nbformat.read(path, as_version=4)


def assert_ran(notebook: nbformat.NotebookNode) -> None:
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    errors = [
        "\n".join([cell.source, *output.traceback])
        for cell in cells
        for output in cell.outputs
        if output.output_type == "error" and "raises-exception" not in cell.metadata.get("tags", [])
    ]
    assert errors == []
