"""Downloads arrive whole or not at all, tested against a server on this machine."""

import hashlib
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from gptlab import download
from gptlab.download import DownloadError, Remote, cache_folder, fetch, is_intact

CONTENT = bytes(i * i % 251 for i in range(300_000))


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        server = self.server
        server.ranges.append(self.headers.get("Range"))
        if server.status != 200:
            return self.send_error(server.status)
        asked = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        start = int(asked[1]) if asked and server.knows_range else 0
        if start >= len(server.content):
            return self.send_error(416)
        body = server.content[start:]
        self.send_response(206 if start else 200)
        if start:
            claimed = start + server.range_slip
            last = len(server.content) - 1
            self.send_header("Content-Range", f"bytes {claimed}-{last}/{last + 1}")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: server.breaks_after])
        return None

    def log_message(self, *args):
        pass


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setenv("no_proxy", "*")
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.content, server.status, server.ranges = CONTENT, 200, []
        server.knows_range, server.breaks_after, server.range_slip = True, None, 0
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def remote(server):
    return Remote(
        name="squares",
        url=f"http://127.0.0.1:{server.server_port}/squares.bin",
        size=len(CONTENT),
        sha256=hashlib.sha256(CONTENT).hexdigest(),
        filename="squares.bin",
    )


def test_a_whole_download_takes_its_name_and_leaves_nothing_else(remote, tmp_path):
    seen = []
    path = fetch(remote, tmp_path / "new", progress=lambda here, total: seen.append((here, total)))
    assert path.read_bytes() == CONTENT
    assert list(path.parent.iterdir()) == [path]
    assert (seen[0], seen[-1]) == ((0, 300_000), (300_000, 300_000))
    assert seen == sorted(seen)


def test_what_is_there_is_not_fetched_again(remote, server, tmp_path):
    fetch(remote, tmp_path)
    fetch(remote, tmp_path)
    assert len(server.ranges) == 1


def test_an_interrupted_download_is_continued(remote, server, tmp_path):
    server.breaks_after = 100_000
    with pytest.raises(DownloadError, match=r"came 100,000 .*Run the same command again"):
        fetch(remote, tmp_path)
    assert not (tmp_path / "squares.bin").exists()
    server.breaks_after = None
    seen = []
    path = fetch(remote, tmp_path, progress=lambda here, total: seen.append(here))
    assert path.read_bytes() == CONTENT
    assert server.ranges == [None, "bytes=100000-"]
    assert seen[0] == 100_000


def test_a_server_without_range_sends_it_all_again(remote, server, tmp_path):
    server.knows_range = False
    (tmp_path / "squares.bin.part").write_bytes(CONTENT[:1000])
    assert fetch(remote, tmp_path).read_bytes() == CONTENT


def test_a_range_that_starts_elsewhere_is_not_trusted(remote, server, tmp_path):
    server.range_slip = 1
    (tmp_path / "squares.bin.part").write_bytes(CONTENT[:1000])
    assert fetch(remote, tmp_path).read_bytes() == CONTENT
    assert server.ranges == ["bytes=1000-", None]


def test_a_finished_partial_file_needs_no_network(remote, server, tmp_path):
    (tmp_path / "squares.bin.part").write_bytes(CONTENT)
    assert fetch(remote, tmp_path).read_bytes() == CONTENT
    assert server.ranges == []


@pytest.mark.parametrize("size", [300_000, 300_001])
def test_a_partial_file_too_long_to_be_continued_starts_over(remote, tmp_path, size):
    (tmp_path / "squares.bin.part").write_bytes(bytes(size))
    assert fetch(remote, tmp_path).read_bytes() == CONTENT


@pytest.mark.parametrize(
    "content", [CONTENT[:-1] + b"?", CONTENT + b"?"], ids=["other bytes", "too long"]
)
def test_a_wrong_file_is_refused_and_harms_nothing(remote, server, tmp_path, content):
    server.content = content
    (tmp_path / "squares.bin").write_bytes(b"an older file of that name")
    (tmp_path / "neighbour.txt").write_bytes(b"good")
    with pytest.raises(DownloadError, match=rf"sha256 {remote.sha256}.*came .*thrown away"):
        fetch(remote, tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["neighbour.txt", "squares.bin"]
    assert (tmp_path / "squares.bin").read_bytes() == b"an older file of that name"


def test_a_damaged_start_is_found_and_the_next_try_succeeds(remote, tmp_path):
    (tmp_path / "squares.bin.part").write_bytes(b"damaged")
    with pytest.raises(DownloadError, match="run the same command again"):
        fetch(remote, tmp_path)
    assert fetch(remote, tmp_path).read_bytes() == CONTENT


def test_a_file_that_is_shorter_on_the_web_does_not_loop(remote, server, tmp_path):
    server.content = CONTENT[:500]
    (tmp_path / "squares.bin.part").write_bytes(CONTENT[:1000])
    with pytest.raises(DownloadError, match="came 500 before"):
        fetch(remote, tmp_path)


def test_an_answer_of_not_found_says_so(remote, server, tmp_path):
    server.status = 404
    with pytest.raises(DownloadError, match="404"):
        fetch(remote, tmp_path)


def test_no_connection_says_so(remote, server, tmp_path):
    server.shutdown()
    server.server_close()
    with pytest.raises(DownloadError, match="connection failed"):
        fetch(remote, tmp_path)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs Linux's always full device")
def test_a_full_disk_says_what_to_do(remote, tmp_path):
    (tmp_path / "squares.bin.part").symlink_to("/dev/full")
    with pytest.raises(DownloadError, match=r"No space left.*Free some space"):
        fetch(remote, tmp_path)
    assert not (tmp_path / "squares.bin").exists()


def test_a_folder_that_cannot_be_made_says_what_to_do(remote, tmp_path):
    (tmp_path / "taken").write_text("a file, not a folder")
    with pytest.raises(DownloadError, match="GPTLAB_HOME"):
        fetch(remote, tmp_path / "taken")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"sha256": "abc"}, "64 hexadecimal digits"),
        ({"size": 0}, "above 0 bytes"),
        ({"filename": "../evil"}, "without a folder"),
    ],
)
def test_a_remote_is_checked_when_it_is_written_down(change, message):
    good = {"name": "a", "url": "u", "size": 1, "sha256": "0" * 64, "filename": "a"}
    with pytest.raises(ValueError, match=message):
        Remote(**{**good, **change})


def test_the_readers_folder_comes_first(monkeypatch, tmp_path):
    monkeypatch.setenv("GPTLAB_HOME", str(tmp_path))
    assert cache_folder() == tmp_path


@pytest.mark.parametrize(
    ("platform", "end"),
    [
        ("linux", ".cache/gptlab"),
        ("darwin", "Library/Caches/gptlab"),
        ("win32", "Local/gptlab"),
    ],
)
def test_each_system_has_its_cache_folder(monkeypatch, platform, end):
    for name in ("GPTLAB_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LOCALAPPDATA", "/Users/a/AppData/Local")
    monkeypatch.setattr(download.sys, "platform", platform)
    assert cache_folder().as_posix().endswith(end)


def test_intact_means_size_and_hash(remote, tmp_path):
    file = tmp_path / "a"
    assert not is_intact(remote, file)
    file.write_bytes(CONTENT[::-1])
    assert not is_intact(remote, file)
    file.write_bytes(CONTENT)
    assert is_intact(remote, file)
