"""How long to train, and how fast to learn at each moment."""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from gptlab.catalogue import plural
from gptlab.catalogue import text as _


@runtime_checkable
class Budget(Protocol):
    """When a run is over.

    Args:
        n: How much there is to spend, in the budget's own unit.
    """

    @property
    def n(self) -> float:
        """How much there is to spend."""
        ...

    def progress(self, steps: int, seconds: float) -> float:
        """Return how much of the budget is spent, from 0 to 1."""
        ...


@dataclass(frozen=True)
class Steps:
    """Train for a number of optimizer steps: the same on every machine.

    Args:
        n: Steps.
    """

    n: int

    def __post_init__(self) -> None:
        if not isinstance(self.n, int) or self.n < 1:
            raise ValueError(f"a run needs at least 1 step, a whole number; got {self.n!r}.")

    def progress(self, steps: int, seconds: float) -> float:
        """Return the share of the steps taken."""
        return min(1.0, steps / self.n)

    def __str__(self) -> str:
        """Name the budget as the command line shows it."""
        return plural("{n} step", "{n} steps", self.n)


@dataclass(frozen=True)
class Minutes:
    """Train for a time: what one sitting allows; a faster machine gets further.

    Args:
        n: Minutes spent in training steps; evaluations and pauses do not count.
    """

    n: float

    def __post_init__(self) -> None:
        if not self.n > 0:  # catches not-a-number too
            raise ValueError(f"a run needs more than 0 minutes; got {self.n}.")

    def progress(self, steps: int, seconds: float) -> float:
        """Return the share of the time spent."""
        return min(1.0, seconds / (60 * self.n))

    def __str__(self) -> str:
        """Name the budget as the command line shows it."""
        return _("{n:g} min", n=self.n)


BUDGETS: dict[str, type[Steps] | type[Minutes]] = {"Steps": Steps, "Minutes": Minutes}


def learning_rate_scale(progress: float, *, warmup: float, decay: float) -> float:
    """Rise, stay, fall: the share of the full learning rate to use at a point of the run.

    Args:
        progress: Share of the budget spent, 0 to 1.
        warmup: Share of the budget in which the rate rises in a straight line from 0.
        decay: Last share of the budget, in which it falls in a straight line to 0.

    Source: Zhai et al. 2022 (Scaling Vision Transformers), section 3.3: linear cool-down.

    Example:
        >>> [learning_rate_scale(p, warmup=0.1, decay=0.5) for p in (0.05, 0.3, 0.75, 1.0)]
        [0.5, 1.0, 0.5, 0.0]
    """
    rising = progress / warmup if warmup else 1.0
    falling = (1 - progress) / decay if decay else 1.0
    return max(0.0, min(1.0, rising, falling))
