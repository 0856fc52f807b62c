"""What a learner has solved, in a file on their own machine and nowhere else."""

import json
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path

from gptlab.catalogue import text as _
from gptlab.files import write_atomically

FORMAT = "gptlab progress 1"
SETTING = "GPTLAB_PROGRESS"  # a file, or "off"


@dataclass(frozen=True, kw_only=True)
class Record:
    """What happened with one exercise.

    Args:
        tries: Answers given, right and wrong ones.
        solved: Whether a right one was among them.
        shown: Whether the solution was asked for.
    """

    tries: int = 0
    solved: bool = False
    shown: bool = False


class Progress:
    """The records of all exercises, kept in memory and, if there is a path, in a file.

    The file is read again before every change, so that two open notebooks keep each other's
    records. One that cannot be read is set aside under another name, never overwritten.

    Args:
        path: The file; None keeps the records in memory only.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path
        self._records: dict[str, Record] = {}

    def records(self) -> dict[str, Record]:
        """Return exercise name to record."""
        self._read()
        return dict(self._records)

    def tried(self, name: str, *, solved: bool) -> tuple[int, str]:
        """Remember an answer; return how many there were, and what went wrong with the file."""
        trouble = self._read()
        old = self._records.get(name, Record())
        new = replace(old, tries=old.tries + 1, solved=old.solved or solved)
        unsaved = self._keep(name, new)
        return new.tries, trouble or unsaved

    def shown(self, name: str) -> str:
        """Remember that a solution was shown; return what went wrong with the file."""
        trouble = self._read()
        unsaved = self._keep(name, replace(self._records.get(name, Record()), shown=True))
        return trouble or unsaved

    def _keep(self, name: str, record: Record) -> str:
        self._records[name] = record
        if self.path is None:
            return ""
        entries = {key: asdict(value) for key, value in sorted(self._records.items())}
        content = json.dumps({"format": FORMAT, "exercises": entries}, indent=1) + "\n"
        try:
            write_atomically(self.path, content.encode())
        except OSError as error:
            return _("Your progress is not saved: {error}", error=error)
        return ""

    def _read(self) -> str:
        if self.path is None or not self.path.exists():
            return ""
        try:
            self._records |= parsed(self.path.read_text(encoding="utf-8"))
        except OSError as error:
            return self._give_up(error)
        except ValueError as error:
            return self._set_aside(self.path, error)
        return ""

    def _give_up(self, error: OSError) -> str:
        self.path = None  # better no file than one that loses what is in it
        return _("Your progress is not saved: {error}", error=error)

    def _set_aside(self, path: Path, error: Exception) -> str:
        aside = next(p for p in _names_aside(path) if not p.exists())
        try:
            path.rename(aside)
        except OSError as trouble:
            return self._give_up(trouble)
        return _(
            "Your progress file could not be read ({error}). It is kept as {aside}, and a new one "
            "was begun.",
            error=error,
            aside=aside,
        )


def _names_aside(path: Path) -> Iterator[Path]:
    return (path.with_name(f"{path.stem}.broken-{n}{path.suffix}") for n in range(1, 10_000))


def parsed(content: str) -> dict[str, Record]:
    """Read the text of a progress file.

    Raises:
        ValueError: It is not one.
    """
    data = json.loads(content)
    match data:
        case {"format": "gptlab progress 1", "exercises": dict(entries)}:
            return {name: _record(name, entry) for name, entry in entries.items()}
    raise ValueError(f"expected a file with the format {FORMAT!r}")


def _record(name: str, entry: object) -> Record:
    match entry:
        case {"tries": int(tries), "solved": bool(solved), "shown": bool(shown)} if tries >= 0:
            return Record(tries=tries, solved=solved, shown=shown)
    raise ValueError(f"expected tries, solved and shown for {name!r}")


@cache
def shared() -> Progress:
    """Return the progress of this process, which all exercises use unless told otherwise."""
    return Progress(chosen_path(os.environ))


def chosen_path(environment: Mapping[str, str]) -> Path | None:
    """Decide where progress is kept, if at all.

    `GPTLAB_PROGRESS` names a file, or is `off`. Without it, progress is kept for a person in
    Jupyter, which names the notebook to its kernel, and not for tests, scripts and builds.
    """
    asked = environment.get(SETTING, "")
    if asked:
        return None if asked.lower() in ("off", "0") else Path(asked).expanduser()
    by_person = "JPY_SESSION_NAME" in environment and "PYTEST_CURRENT_TEST" not in environment
    return default_folder(environment) / "progress.json" if by_person else None


def default_folder(environment: Mapping[str, str]) -> Path:
    """Return `GPTLAB_HOME`, else the place where this system keeps a user's data."""
    if home := environment.get("GPTLAB_HOME"):
        return Path(home).expanduser()
    if sys.platform == "win32" and (local := environment.get("LOCALAPPDATA")):
        return Path(local) / "gptlab"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "gptlab"
    return Path(environment.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "gptlab"
