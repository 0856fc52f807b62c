"""Where a stored number comes from: the command, the date, the machine, the code."""

import platform
import subprocess
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

import torch

HERE = Path(__file__).parent


def made(command: str) -> dict[str, str]:
    """Say how what is being made can be made again.

    Args:
        command: What was typed, as the shell takes it.

    Returns:
        The command, the date (UTC), the versions of gptlab (with its commit) and torch, and the
        machine.
    """
    return {
        "command": command,
        "date": datetime.now(UTC).date().isoformat(),
        "gptlab": f"{metadata.version('gptlab')}, commit {commit()}",
        "torch": torch.__version__,
        "machine": f"{platform.machine()}, {torch.get_num_threads()} threads",
    }


def commit() -> str:
    """Return the short name of the commit that this code was read from.

    Returns:
        Such as `1a2b3c4`, or `1a2b3c4 with changes`; `unknown` if gptlab is installed, not cloned.
    """
    # Asked of a file, because an environment may lie inside some other repository.
    if _git("ls-files", "--error-unmatch", "__init__.py") is None:
        return "unknown"
    name = _git("rev-parse", "--short", "HEAD") or "unknown"
    changes = _git("status", "--porcelain", "--untracked-files=no", "--", ".")
    return f"{name} with changes" if changes else name


def _git(*arguments: str) -> str | None:
    try:
        done = subprocess.run(
            ["git", "-C", str(HERE), *arguments], capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.strip()
