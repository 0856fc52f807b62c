"""Whether a repetition finds what was recorded."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from gptlab.experiments.experiment import Shorter, flat, shape
from gptlab.experiments.results import Recorded


@dataclass(frozen=True, kw_only=True)
class Outlier:
    """A number of a repetition that fell outside the recorded interval.

    Args:
        name: What was measured, with its place if it is one of a list.
        seed: Which seed measured it.
        came: The number.
        low: The interval's lower end.
        high: Its upper end.
    """

    name: str
    seed: int
    came: float
    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """A recorded result beside a repetition.

    Args:
        recorded: The verdict that was recorded.
        repeated: The verdict of the repetition.
        n_numbers: How many numbers were compared.
        outliers: Those outside the recorded interval.
    """

    recorded: str
    repeated: str
    n_numbers: int
    outliers: tuple[Outlier, ...]

    @property
    def agrees(self) -> bool:
        """Whether the verdict is the same and every number lies within its interval."""
        return self.recorded == self.repeated and not self.outliers


def compare(recorded: Recorded, repeated: Recorded) -> Comparison:
    """Hold a repetition to what was recorded: the same verdict, each number in its interval.

    Raises:
        ValueError: The two did not measure the same things.
    """
    names = shape(recorded.runs[0].numbers)
    came = shape(repeated.runs[0].numbers)
    if names != came:
        raise ValueError(
            f"expected the names and lengths {names} that were recorded of "
            f"{recorded.experiment}, came {came}. The experiment has changed: record it again with "
            f"gptlab experiment run {recorded.experiment}"
        )
    outliers, n = [], 0
    for name in names:
        ends = recorded.interval(name)
        for run in repeated.runs:
            for i, (number, (low, high)) in enumerate(
                zip(flat(run.numbers[name]), ends, strict=True)
            ):
                n += 1
                if not low <= number <= high:
                    at = f"{name}[{i}]" if names[name] else name
                    outliers.append(
                        Outlier(name=at, seed=run.seed, came=number, low=low, high=high)
                    )
    return Comparison(
        recorded=recorded.verdict,
        repeated=repeated.verdict,
        n_numbers=n,
        outliers=tuple(outliers),
    )


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A clear difference of a record, beside the same one in a shorter repetition.

    Args:
        name: What was subtracted from what.
        recorded: Its mean over the recorded seeds.
        came: Its mean over the repetition's seeds.
    """

    name: str
    recorded: float
    came: float

    @property
    def kept(self) -> bool:
        """Whether its sign is the recorded one."""
        return self.recorded * self.came > 0


def clear_differences(recorded: Recorded, repeated: Recorded, shorter: Shorter) -> list[Difference]:
    """Find every difference that was clear in all recorded seeds, and what it is in a repetition.

    What the repetition left out is not compared. If all signs are kept, it ranks everything as the
    record does, wherever the record ranks it clearly.

    Args:
        recorded: The record.
        repeated: The repetition, of any length.
        shorter: Names the differences, and says which are clear.
    """
    before = [shorter.differences(run.numbers) for run in recorded.runs]
    now = [shorter.differences(run.numbers) for run in repeated.runs]
    found = []
    for name in (name for name in before[0] if name in now[0]):
        sizes = [each[name] for each in before]
        if min(sizes) >= shorter.clear or max(sizes) <= -shorter.clear:
            came = fmean(each[name] for each in now)
            found.append(Difference(name=name, recorded=fmean(sizes), came=came))
    return found


def cheapest_third(results: Sequence[Recorded]) -> list[Recorded]:
    """Choose the third of the results that took the fewest seconds, rounded up.

    Example:
        >>> cheapest_third([])
        []
    """
    return sorted(results, key=lambda result: result.seconds)[: -(-len(results) // 3)]
