"""Whether a verdict can fail: each measured value is replaced by one that it must deny."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from gptlab.claims.bounds import AtLeast, AtMost, Between, Number, bound_of
from gptlab.claims.comparing import is_number, plain
from gptlab.claims.measuring import Measurement
from gptlab.claims.verdicts import verdict


@dataclass(frozen=True, kw_only=True)
class Survivor:
    """A verdict that stood where it had to fall, or fell where it had to stand.

    Args:
        entry: What a lesson shows.
        value: What was put in the place of the measured value, or that value itself.
    """

    entry: Measurement
    value: Any


def denied(expected: Any, tolerance: Number = 0) -> Iterator[Any]:
    """Yield values that a verdict must deny, each as near to what it allows as floats go.

    Args:
        expected: A value or a bound.
        tolerance: How far a number may be off.

    Example:
        >>> list(denied(True)), list(denied((1, "a")))
        ([False], [(2, 'a'), (0, 'a'), (1, 'a~'), ()])
    """
    match expected:
        case AtLeast(low):
            yield math.nextafter(low, -math.inf)
        case AtMost(high):
            yield math.nextafter(high, math.inf)
        case Between(low, high):
            yield math.nextafter(low, -math.inf)
            yield math.nextafter(high, math.inf)
        case bool():
            yield not expected
        case str():
            yield f"{expected}~"
        case tuple():
            for place, part in enumerate(expected):
                changed = (expected[:place], expected[place + 1 :])
                yield from ((*changed[0], other, *changed[1]) for other in denied(part))
            yield ()
        case int() if not tolerance:
            yield from (expected + 1, expected - 1)
        case _:
            yield _beyond(expected, tolerance, math.inf)
            yield _beyond(expected, tolerance, -math.inf)


def _beyond(expected: Number, tolerance: Number, side: float) -> float:
    value = float(expected + math.copysign(tolerance, side))
    # A step that the difference can feel: near 0 the next float may be far too close.
    step = math.copysign(math.ulp(max(abs(value), abs(expected), tolerance)), side)
    while abs(value - expected) <= tolerance:
        value += step
    return value


def survivors(entries: Iterable[Measurement]) -> Iterator[Survivor]:
    """Try every verdict with its own value, which must pass, and with those that it must deny."""
    for entry in entries:
        if not entry.is_measured:
            continue
        expected = plain(bound_of(entry.expected))
        if not _stands(entry, expected, entry.measured):
            yield Survivor(entry=entry, value=entry.measured)
        wrong = list(denied(expected, entry.tolerance))
        if is_number(entry.measured):
            wrong.append(math.nan)
        yield from (Survivor(entry=entry, value=v) for v in wrong if _stands(entry, expected, v))


def _stands(entry: Measurement, expected: Any, value: Any) -> bool:
    try:
        verdict(entry.claim, value, expected, entry.tolerance, unit=entry.unit)
    except AssertionError:
        return False
    return True
