"""What the lessons measured, collected from their notebooks and kept with the package."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from functools import cache
from importlib import resources
from pathlib import Path

from gptlab.claims.bounds import bound_of
from gptlab.claims.collecting import Collected, collect
from gptlab.claims.comparing import agree, plain
from gptlab.files import write_atomically

FILE = resources.files("gptlab.claims") / "measured.json"


@dataclass(frozen=True, kw_only=True)
class Measurement(Collected):
    """One claim as a lesson shows it.

    Args:
        lesson: The notebook's name without its ending, such as `05_rnn`.
    """

    lesson: str

    @property
    def is_measured(self) -> bool:
        """Whether a number came out; else the lesson cites the claim."""
        return self.measured is not None

    @property
    def agrees(self) -> bool:
        """Whether what came out is what the verdict needs."""
        return agree(plain(self.measured), plain(bound_of(self.expected)), self.tolerance)


def collected(folder: str | Path) -> tuple[Measurement, ...]:
    """Collect from all notebooks of a folder, in the order of lessons and cells.

    Args:
        folder: Holds executed notebooks, `00_start.ipynb` and so on.

    Raises:
        ValueError: There is no notebook, or one of the files is none.
    """
    paths = sorted(Path(folder).glob("[0-9][0-9]_*.ipynb"))
    if not paths:
        raise ValueError(
            f"expected notebooks in {folder}, came none. Name the folder that holds "
            "00_start.ipynb and the other lessons."
        )
    return tuple(
        Measurement(**asdict(entry), lesson=path.stem) for path in paths for entry in collect(path)
    )


@cache
def measurements() -> tuple[Measurement, ...]:
    """List what the lessons measured or cited when their notebooks were last built."""
    return read(FILE.read_text(encoding="utf-8"))


def by_claim() -> Mapping[str, tuple[Measurement, ...]]:
    """Group what the lessons show by the claim's id; those that measure come first."""
    found: dict[str, tuple[Measurement, ...]] = {}
    for entry in sorted(measurements(), key=lambda entry: not entry.is_measured):
        found[entry.claim] = (*found.get(entry.claim, ()), entry)
    return found


def read(content: str) -> tuple[Measurement, ...]:
    """Read what `written` wrote."""
    return tuple(Measurement(**entry) for entry in json.loads(content))


def written(entries: Iterable[Measurement]) -> str:
    """Write measurements as JSON, one to a line; what is as by default is left out."""
    usual = {field.name: field.default for field in fields(Measurement)}
    lines = (
        json.dumps(
            {k: v for k, v in asdict(entry).items() if k == "measured" or v != usual[k]},
            ensure_ascii=False,
        )
        for entry in entries
    )
    return "[\n" + ",\n".join(lines) + "\n]\n"


def keep(folder: str | Path, file: str | Path) -> bool:
    """Write what a folder's notebooks show into a file; tell whether it changed."""
    content = written(collected(folder)).encode()
    path = Path(file)
    changed = not path.exists() or path.read_bytes() != content
    if changed:
        write_atomically(path, content)
    return changed
