"""Fetch a larger text or model from the web, only when the reader asks for it."""

import hashlib
import os
import re
import sys
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from typing import IO

# Called with the bytes that are here and the bytes in all.
Progress = Callable[[int, int], None]

_CHUNK = 1 << 16
_TIMEOUT = 30.0


class DownloadError(OSError):
    """A download that did not arrive whole; the message says what to do."""


@dataclass(frozen=True, kw_only=True)
class Remote:
    """A file on the web, known to the last bit.

    Args:
        name: What the reader asks for it by, as in `gptlab data --get NAME`.
        url: Where it lies.
        size: Bytes.
        sha256: Of the whole file, 64 hexadecimal digits.
        filename: What it is called on disk; no folder.
    """

    name: str
    url: str
    size: int
    sha256: str
    filename: str

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[0-9a-f]{64}", self.sha256):
            raise ValueError(
                f"expected sha256 of {self.name!r} as 64 hexadecimal digits in lower case, "
                f"came {self.sha256!r}. Compute it with `sha256sum FILE`."
            )
        if self.size <= 0:
            raise ValueError(f"expected size of {self.name!r} above 0 bytes, came {self.size}.")
        if Path(self.filename).name != self.filename:
            raise ValueError(
                f"expected filename of {self.name!r} without a folder, came {self.filename!r}."
            )


TINY_SHAKESPEARE = Remote(
    name="tiny-shakespeare",
    url="https://raw.githubusercontent.com/karpathy/char-rnn/master/data/tinyshakespeare/input.txt",
    size=1_115_394,
    sha256="86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed",
    filename="tinyshakespeare.txt",
)

REMOTES = {remote.name: remote for remote in (TINY_SHAKESPEARE,)}


def cache_folder() -> Path:
    """Return where downloads are kept: `GPTLAB_HOME`, else the user's cache folder."""
    if home := os.environ.get("GPTLAB_HOME"):
        return Path(home).expanduser()
    if sys.platform == "win32" and (local := os.environ.get("LOCALAPPDATA")):
        return Path(local) / "gptlab"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "gptlab"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "gptlab"


def is_intact(remote: Remote, path: Path) -> bool:
    """Say whether a file has the size and the hash that were promised."""
    return path.is_file() and path.stat().st_size == remote.size and _hash(path) == remote.sha256


def fetch(remote: Remote, folder: Path | None = None, *, progress: Progress | None = None) -> Path:
    """Download a file unless it is already there, and return its place.

    What has arrived waits in `FILENAME.part` and is continued by the next call. Only a file whose
    size and hash are right takes the final name; until then whatever had that name stays.

    Args:
        remote: What to fetch.
        folder: Where to keep it; `cache_folder()` if not given.
        progress: Called with the bytes that are here and the bytes in all, after every chunk.

    Raises:
        DownloadError: No connection, an interrupted one, a full disk, or a file that is not the
            one promised.
    """
    folder = folder or cache_folder()
    target, part = folder / remote.filename, folder / f"{remote.filename}.part"
    if is_intact(remote, target):
        return target
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not is_intact(remote, part):
            _receive(remote, part, progress or (lambda here, total: None))
        _check(remote, part)
        part.replace(target)
    except DownloadError:
        raise
    except urllib.error.HTTPError as error:
        error.close()
        raise DownloadError(
            f"expected {remote.url} to hold {remote.name}, but the server answered {error}. "
            "Try again later; if it stays so, the file has moved: please report it."
        ) from error
    except (urllib.error.URLError, HTTPException, ConnectionError, TimeoutError) as error:
        raise DownloadError(
            f"expected {remote.size:,} bytes from {remote.url}, but the connection failed: "
            f"{error}. Try again later; what has arrived is kept and continued."
        ) from error
    except OSError as error:
        raise DownloadError(
            f"expected to write {remote.size:,} bytes to {folder}, but: {error}. Free some space, "
            "or set GPTLAB_HOME to a folder with room, and try again."
        ) from error
    return target


def _receive(remote: Remote, part: Path, progress: Progress) -> None:
    """Add what is missing to the partial file."""
    here = part.stat().st_size if part.is_file() else 0
    if here >= remote.size:  # as long as the whole, yet not it: of no use
        part.unlink()
        here = 0
    with _open(remote, here) as response:
        if response.status != 206:  # the server sends the whole file again
            here = 0
        with part.open("ab" if here else "wb") as file:
            _copy(response, file, here, remote, progress)
            file.flush()
            os.fsync(file.fileno())


def _open(remote: Remote, start: int) -> HTTPResponse:
    headers = {"User-Agent": "gptlab", "Accept-Encoding": "identity"}
    if start:
        headers["Range"] = f"bytes={start}-"
    request = urllib.request.Request(remote.url, headers=headers)
    try:
        response: HTTPResponse = urllib.request.urlopen(request, timeout=_TIMEOUT)
    except urllib.error.HTTPError as error:
        if start and error.code == 416:  # nothing beyond what is here: not the same file
            error.close()
            return _open(remote, 0)
        raise
    answered = response.headers.get("Content-Range", "")
    if response.status == 206 and not answered.startswith(f"bytes {start}-"):
        response.close()
        return _open(remote, 0)
    return response


def _copy(
    source: HTTPResponse, file: IO[bytes], here: int, remote: Remote, progress: Progress
) -> None:
    progress(here, remote.size)
    while here <= remote.size and (chunk := source.read(_CHUNK)):
        file.write(chunk)
        here += len(chunk)
        progress(min(here, remote.size), remote.size)


def _check(remote: Remote, part: Path) -> None:
    size = part.stat().st_size
    if size < remote.size:
        raise DownloadError(
            f"expected {remote.size:,} bytes from {remote.url}, came {size:,} before the "
            "connection ended. Run the same command again: it continues from there."
        )
    came = f"at least {size:,} bytes" if size > remote.size else f"sha256 {_hash(part)}"
    if size > remote.size or not is_intact(remote, part):
        part.unlink()
        raise DownloadError(
            f"expected {remote.size:,} bytes with sha256 {remote.sha256} from {remote.url}, came "
            f"{came}. The download was thrown away; run the same command again. If the "
            "same message comes back, the file on the web has changed: please report it."
        )


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
