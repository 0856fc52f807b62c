"""Write files so that nothing is ever half there."""

import errno
import os
import tempfile
from pathlib import Path


def write_atomically(path: Path, data: bytes) -> None:
    """Put `data` into `path`, or leave whatever was there before untouched.

    The bytes go to a temporary file in the same folder, reach the disk, and only then take the
    file's name: a full disk, a power cut or Ctrl-C in the middle harms no earlier version.

    Args:
        path: Where the file shall stand; its folder is made if needed.
        data: The whole content.

    Raises:
        OSError: If the folder cannot be written or the disk is full; the earlier file still stands.
    """
    temporary = ""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o644)  # mkstemp makes files that only their owner can read
        Path(temporary).replace(path)
    except BaseException as problem:
        if temporary:
            Path(temporary).unlink(missing_ok=True)
        if isinstance(problem, OSError):
            kept = "; the earlier file is unharmed" if path.is_file() else ""
            full = problem.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
            advice = "Make room on the disk or choose" if full else "Choose"
            raise OSError(
                problem.errno,
                f"could not write {path} ({len(data):,} bytes): {problem.strerror}{kept}. "
                f"{advice} another folder.",
            ) from problem
        raise
