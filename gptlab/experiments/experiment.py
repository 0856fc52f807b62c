"""What an experiment is: a question, a measurement per seed, and a verdict over all seeds."""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from gptlab.claims import claim

Numbers = dict[str, float | list[float]]
"""What one seed measured: name to a number, or to a list of them such as a curve."""

Progress = Callable[[float], None]
"""Called with the share of one seed that is done, from 0 to 1."""

RESERVED = ("check", "list", "run")  # what the command line calls something else


@dataclass(frozen=True, kw_only=True)
class Shorter:
    """A version of an experiment for the impatient, and what has to come out as it was recorded.

    Numbers of a shorter training differ. What shall not differ is who is ahead of whom: the sign of
    each difference that was clear.

    Args:
        measure: As an experiment's, in at most two minutes on two cores.
        differences: Takes what one seed measured, at full length or shorter, and names differences
            such as that of two models' shares of right answers.
        clear: How large a difference has to be, in every recorded seed, to count as clear.
    """

    measure: Callable[[int, Progress], Numbers]
    differences: Callable[[Numbers], Mapping[str, float]]
    clear: float


@dataclass(frozen=True, kw_only=True)
class Experiment:
    """A question that takes several trainings to answer.

    Args:
        name: What the command line calls it; its module has the same name, with `_` for `-`.
        question: What it asks, in one sentence.
        claims: Ids of the ledger's claims that it decides; may be empty.
        seeds: Two or more, so that there is a spread.
        measure: Takes a seed and a `Progress`, and returns what that seed measured; every seed
            returns the same names and lengths. Times do not belong there: no other machine repeats
            them.
        verdict: Takes what all seeds measured, in their order, and says what follows, in words that
            a repetition can repeat.
        tolerance: How far outside the recorded seeds a repetition may fall, as a share of the
            number; see `Recorded.interval`.
        shorter: What `gptlab experiment run NAME --quick` measures; may be missing.

    Raises:
        ValueError: The name cannot be used, there are too few seeds, or no such claim.
    """

    name: str
    question: str
    claims: tuple[str, ...]
    seeds: tuple[int, ...]
    measure: Callable[[int, Progress], Numbers]
    verdict: Callable[[Sequence[Numbers]], str]
    tolerance: float = 0.05
    shorter: Shorter | None = None

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", self.name) or self.name in RESERVED:
            raise ValueError(
                f"expected a name of small letters, digits and hyphens other than "
                f"{', '.join(RESERVED)}, came {self.name!r}. Choose one such as induction."
            )
        if len(set(self.seeds)) < 2 or len(set(self.seeds)) < len(self.seeds):
            raise ValueError(
                f"experiment {self.name}: expected two or more different seeds, came "
                f"{self.seeds}. One run says nothing about the spread."
            )
        for id in self.claims:
            claim(id)  # says what there is, if there is no such claim


def checked(experiment: Experiment, seed: int, numbers: Numbers, like: Numbers | None) -> Numbers:
    """Refuse what cannot be recorded or compared.

    Args:
        experiment: Whose numbers they are.
        seed: Which seed measured them.
        numbers: What it measured.
        like: What another seed measured, or None.

    Raises:
        ValueError: A number is not finite, or names or lengths differ from the other seed's.
    """
    plain = {name: _plain(value) for name, value in numbers.items()}
    for name, value in plain.items():
        if not all(map(math.isfinite, flat(value))):
            raise ValueError(
                f"experiment {experiment.name}, seed {seed}: expected finite numbers, came "
                f"{name} = {value}. A training that diverged needs a smaller learning rate."
            )
    if like is not None and shape(plain) != shape(like):
        raise ValueError(
            f"experiment {experiment.name}, seed {seed}: expected the names and lengths "
            f"{shape(like)} of the other seeds, came {shape(plain)}. Measure the same for each "
            "seed, and record anew."
        )
    return plain


def flat(value: float | list[float]) -> list[float]:
    """Return a number or a list of them as a list."""
    return value if isinstance(value, list) else [value]


def shape(numbers: Numbers) -> dict[str, int]:
    """Return how many numbers stand behind each name; 0 for a single one."""
    return {name: len(v) if isinstance(v, list) else 0 for name, v in numbers.items()}


def _plain(value: float | list[float]) -> float | list[float]:
    return [float(part) for part in value] if isinstance(value, list) else float(value)
