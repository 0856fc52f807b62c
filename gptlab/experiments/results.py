"""What was recorded: one small JSON file per experiment, inside the package."""

import hashlib
import inspect
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

from gptlab.experiments.experiment import Experiment, Numbers, flat
from gptlab.files import write_atomically

RESULTS = Path(__file__).parent / "results"


@dataclass(frozen=True, kw_only=True)
class Run:
    """What one seed measured.

    Args:
        seed: The seed.
        seconds: How long it took.
        numbers: Name to a number or a list of them.
    """

    seed: int
    seconds: float
    numbers: Numbers


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """An experiment that was run, seed by seed.

    Args:
        experiment: Its name.
        question: What it asked.
        claims: What it decides.
        tolerance: See `interval`.
        source: A hash of the module's text at that time.
        runs: One per seed.
        verdict: What followed; empty while seeds are missing.
        made: Command, date, versions and machine.
    """

    experiment: str
    question: str
    claims: tuple[str, ...]
    tolerance: float
    source: str
    runs: tuple[Run, ...]
    verdict: str = ""
    made: Mapping[str, str] = field(default_factory=dict)

    @property
    def seeds(self) -> tuple[int, ...]:
        """The seeds, in the order in which they ran."""
        return tuple(run.seed for run in self.runs)

    @property
    def seconds(self) -> float:
        """How long all seeds took together."""
        return sum(run.seconds for run in self.runs)

    def values(self, name: str) -> list[Any]:
        """Return what each seed measured under a name.

        Raises:
            KeyError: Nothing was measured under that name.
        """
        there = self.runs[0].numbers
        if name not in there:
            raise KeyError(f"expected one of {', '.join(there)}, came {name!r}.")
        return [run.numbers[name] for run in self.runs]

    def mean(self, name: str) -> Any:
        """Return the mean over seeds, of a list place by place."""
        return _over_seeds(self.values(name), fmean)

    def spread(self, name: str) -> Any:
        """Return the standard deviation over seeds, of a list place by place."""
        return _over_seeds(self.values(name), stdev)

    def interval(self, name: str) -> list[tuple[float, float]]:
        """Return where a repetition's number has to fall, for each number under a name.

        From the smallest to the largest of all seeds, and beyond both ends by as much again as they
        are apart, or by `tolerance` of the larger one, whichever is more: machines round
        differently, and training carries that on.
        """
        ends = []
        for values in zip(*map(flat, self.values(name)), strict=True):
            low, high = min(values), max(values)
            margin = max(high - low, self.tolerance * max(abs(low), abs(high)))
            ends.append((low - margin, high + margin))
        return ends

    def is_current(self, experiment: Experiment) -> bool:
        """Tell whether the experiment's module is still the one that was run."""
        return self.source == source_of(experiment)


def recorded(name: str, folder: Path = RESULTS) -> Recorded:
    """Read what was recorded of an experiment.

    Raises:
        FileNotFoundError: Nothing was; the message names the command.
        ValueError: The file is not what `gptlab experiment` writes.
    """
    file = result_file(name, folder)
    if not file.is_file():
        raise FileNotFoundError(
            f"there is no recorded result of {name!r} in {folder}. Record one with: gptlab "
            f"experiment run {name}"
        )
    return read(file)


def read(file: Path) -> Recorded:
    """Read one result file.

    Raises:
        ValueError: It is not what `gptlab experiment` writes.
    """
    try:
        stored = json.loads(file.read_text(encoding="utf-8"))
        runs = tuple(Run(**run) for run in stored.pop("runs"))
        return Recorded(**stored | {"claims": tuple(stored["claims"]), "runs": runs})
    except (ValueError, KeyError, TypeError, AttributeError) as problem:
        raise ValueError(
            f"expected a result that gptlab experiment wrote, came {file}, which cannot be read "
            f"as one ({problem}). Delete it and record again."
        ) from problem


def write(result: Recorded, file: Path) -> None:
    """Store a result, or leave the earlier one untouched."""
    text = json.dumps(asdict(result), ensure_ascii=False, indent=1, default=str)
    write_atomically(file, (text + "\n").encode())


def result_file(name: str, folder: Path = RESULTS) -> Path:
    """Name the file of an experiment's result."""
    return folder / f"{name}.json"


def rounded(numbers: Numbers, digits: int = 6) -> Numbers:
    """Keep as many digits as a repetition could meet, so that files stay small."""
    return {
        name: [_significant(part, digits) for part in v]
        if isinstance(v, list)
        else _significant(v, digits)
        for name, v in numbers.items()
    }


def source_of(experiment: Experiment) -> str:
    """Return a hash of the text of the module that measures."""
    module = inspect.getmodule(experiment.measure)
    text = inspect.getsource(module) if module else ""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _over_seeds(values: Sequence[Any], reduce: Any) -> Any:
    if isinstance(values[0], list):
        return [reduce(place) for place in zip(*values, strict=True)]
    return reduce(values)


def _significant(number: float, digits: int) -> float:
    if number == 0 or not math.isfinite(number):
        return number
    return float(f"{number:.{digits}g}")
