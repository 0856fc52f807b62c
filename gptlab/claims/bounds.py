"""What a measurement may be held to when no single value is expected."""

import math
from dataclasses import dataclass
from typing import Any

from gptlab.catalogue import text as _

Number = int | float


@dataclass(frozen=True)
class AtLeast:
    """A lower bound, itself allowed."""

    bound: Number

    def __post_init__(self) -> None:
        _check(self.bound)

    def __contains__(self, number: Number) -> bool:
        return number >= self.bound

    def __str__(self) -> str:
        return _("at least {bound}", bound=f"{self.bound:,.6g}")

    def to_json(self) -> dict[str, Number]:
        """Return what a notebook stores."""
        return {"at_least": self.bound}


@dataclass(frozen=True)
class AtMost:
    """An upper bound, itself allowed."""

    bound: Number

    def __post_init__(self) -> None:
        _check(self.bound)

    def __contains__(self, number: Number) -> bool:
        return number <= self.bound

    def __str__(self) -> str:
        return _("at most {bound}", bound=f"{self.bound:,.6g}")

    def to_json(self) -> dict[str, Number]:
        """Return what a notebook stores."""
        return {"at_most": self.bound}


@dataclass(frozen=True)
class Between:
    """Two bounds, both allowed."""

    low: Number
    high: Number

    def __post_init__(self) -> None:
        _check(self.low, self.high)
        if self.low > self.high:
            raise ValueError(
                f"expected a range from low to high, came {self.low} to {self.high}. Swap them."
            )

    def __contains__(self, number: Number) -> bool:
        return self.low <= number <= self.high

    def __str__(self) -> str:
        return _("{low} to {high}", low=f"{self.low:,.6g}", high=f"{self.high:,.6g}")

    def to_json(self) -> dict[str, list[Number]]:
        """Return what a notebook stores."""
        return {"between": [self.low, self.high]}


Bound = AtLeast | AtMost | Between


def bound_of(stored: Any) -> Any:
    """Read a bound back from what `to_json` stored; any other value is returned as it is.

    Example:
        >>> bound_of({"between": [0, 1]})
        Between(low=0, high=1)
    """
    match stored:
        case {"at_least": bound}:
            return AtLeast(bound)
        case {"at_most": bound}:
            return AtMost(bound)
        case {"between": [low, high]}:
            return Between(low, high)
        case _:
            return stored


def at_least(bound: Number) -> AtLeast:
    """Expect a number that is `bound` or more.

    Example:
        >>> 4 in at_least(4), 3.9 in at_least(4)
        (True, False)
    """
    return AtLeast(bound)


def at_most(bound: Number) -> AtMost:
    """Expect a number that is `bound` or less.

    Example:
        >>> 4 in at_most(4), 4.1 in at_most(4)
        (True, False)
    """
    return AtMost(bound)


def between(low: Number, high: Number) -> Between:
    """Expect a number from `low` to `high`, both included.

    Example:
        >>> 1 in between(0, 1), 2 in between(0, 1)
        (True, False)
    """
    return Between(low, high)


def _check(*numbers: Number) -> None:
    for number in numbers:
        if not math.isfinite(number):
            raise ValueError(f"expected a finite bound, came {number}. Name a number.")
