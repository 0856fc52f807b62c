"""How a figure is taken: in turns, repeated, told with its spread."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping

Row = tuple[str, str, str]
"""What was measured, the figure, its unit."""

REPEATS = 5


def times(action: Callable[[], object], repeats: int = REPEATS) -> list[float]:
    """Return the seconds that an action takes, after one time that does not count."""
    action()
    seconds = []
    for _ in range(repeats):
        began = time.perf_counter()
        action()
        seconds.append(time.perf_counter() - began)
    return seconds


def in_turns(
    actions: Mapping[str, Callable[[], object]], repeats: int = REPEATS
) -> dict[str, list[float]]:
    """Return the seconds of several actions, taking turns: a slow moment slows them all."""
    seconds: dict[str, list[float]] = {name: [] for name in actions}
    for action in actions.values():
        action()
    for _ in range(repeats):
        for name, action in actions.items():
            began = time.perf_counter()
            action()
            seconds[name].append(time.perf_counter() - began)
    return seconds


def spread(values: list[float], scale: float = 1.0) -> str:
    """Write the median, with the smallest and the largest beside it."""
    low, middle, high = (scale * f(values) for f in (min, statistics.median, max))
    return f"{middle:,.0f} ({low:,.0f} to {high:,.0f})"


def ratio(theirs: list[float], ours: list[float]) -> str:
    """Write how many times faster ours is: the median over turns, with its spread."""
    ratios = [a / b for a, b in zip(theirs, ours, strict=True)]
    low, middle, high = (f(ratios) for f in (min, statistics.median, max))
    return f"{middle:.2f} ({low:.2f} to {high:.2f})"
