"""Files are there whole, or as they were before."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from gptlab.files import write_atomically


def names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def test_bytes_come_back_and_folders_are_made(tmp_path: Path):
    path = tmp_path / "runs" / "a" / "model.bin"
    write_atomically(path, b"\x00whole\xff")
    assert path.read_bytes() == b"\x00whole\xff"
    assert names(path.parent) == ["model.bin"]


def test_a_new_version_takes_the_place_of_the_old_one(tmp_path: Path):
    path = tmp_path / "model.bin"
    for data in (b"a long first version", b"second", b""):
        write_atomically(path, data)
        assert path.read_bytes() == data


@pytest.mark.skipif(os.name == "nt", reason="Windows has other file modes")
def test_others_may_read_what_is_written(tmp_path: Path):
    write_atomically(tmp_path / "model.bin", b"x")
    assert (tmp_path / "model.bin").stat().st_mode & 0o777 == 0o644


def full_disk(_handle: int) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("before", [b"earlier", None])
def test_a_full_disk_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: bytes | None
):
    path = tmp_path / "model.bin"
    if before:
        path.write_bytes(before)
    monkeypatch.setattr(os, "fsync", full_disk)
    expected = r"could not write .*model\.bin \(1,000 bytes\): No space left.*Make room on the disk"
    with pytest.raises(OSError, match=expected) as caught:
        write_atomically(path, b"n" * 1000)
    assert caught.value.errno == errno.ENOSPC
    assert ("the earlier file is unharmed" in str(caught.value)) == bool(before)
    assert names(tmp_path) == (["model.bin"] if before else [])
    assert not before or path.read_bytes() == before


@pytest.mark.parametrize("where", ["write", "replace"])
def test_ctrl_c_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str):
    def interrupted(*_arguments: object) -> None:
        raise KeyboardInterrupt

    path = tmp_path / "model.bin"
    path.write_bytes(b"earlier")
    owner, name = (os, "fsync") if where == "write" else (Path, "replace")
    monkeypatch.setattr(owner, name, interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_atomically(path, b"new")
    assert path.read_bytes() == b"earlier"
    assert names(tmp_path) == ["model.bin"]


WRITE_TOO_MUCH = """
import resource, signal, sys
from pathlib import Path
from gptlab.files import write_atomically
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # so that the write fails instead
resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
write_atomically(Path(sys.argv[1]), b"n" * 100_000)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="file size limits are a Unix thing")
def test_a_write_that_the_system_cuts_short_leaves_what_was_there(tmp_path: Path):
    """The real thing: the system accepts half of the bytes and refuses the rest."""
    path = tmp_path / "model.bin"
    path.write_bytes(b"earlier")
    code = [sys.executable, "-c", WRITE_TOO_MUCH, str(path)]
    run = subprocess.run(code, capture_output=True, text=True, cwd=Path(__file__).parents[1])
    assert run.returncode == 1
    assert "(100,000 bytes): File too large; the earlier file is unharmed" in run.stderr
    assert path.read_bytes() == b"earlier"
    assert names(tmp_path) == ["model.bin"]


def test_a_folder_that_is_a_file_is_an_error_that_says_what_to_do(tmp_path: Path):
    (tmp_path / "runs").write_text("not a folder")
    with pytest.raises(OSError, match=r"could not write .*model\.bin.*another folder"):
        write_atomically(tmp_path / "runs" / "model.bin", b"x")


def test_a_name_that_is_a_folder_is_not_blamed_on_the_disk(tmp_path: Path):
    (tmp_path / "model.bin").mkdir()
    with pytest.raises(OSError, match=r"could not write .*model\.bin") as caught:
        write_atomically(tmp_path / "model.bin", b"x")
    assert "Make room" not in str(caught.value)
    assert "earlier file" not in str(caught.value)
    assert names(tmp_path) == ["model.bin"]
