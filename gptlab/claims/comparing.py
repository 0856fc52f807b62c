"""Whether what was measured agrees with what was expected."""

import math
from typing import Any

from gptlab.claims.bounds import Bound, Number

Value = int | float | bool | str | tuple[Any, ...]


def plain(value: Any) -> Any:
    """Turn numpy's and torch's numbers into Python's, and lists into tuples.

    Raises:
        ValueError: It is no number, string, truth value or tuple of them.

    Example:
        >>> import numpy as np
        >>> plain([np.int64(3), np.float32(0.5)])
        (3, 0.5)
    """
    if isinstance(value, list | tuple):
        return tuple(map(plain, value))
    if isinstance(value, float):
        return float(value)  # numpy's float64 is one, and shows as np.float64(...)
    if isinstance(value, str | int | Bound):
        return value
    try:
        number = value.item()
    except (AttributeError, ValueError, RuntimeError):
        number = None
    if not isinstance(number, str | int | float):
        raise ValueError(
            "expected a number, a string, a truth value, or a list or tuple of them, came "
            f"{type(value).__name__}. Reduce it to such a value, for example with len(), float() "
            "or tuple()."
        )
    return number


def check(measured: Any, expected: Any, tolerance: Number) -> None:
    """Refuse what cannot be compared, before anything is said about the claim.

    Raises:
        ValueError: Two kinds of value, a tolerance where none belongs, or no number to aim at.
    """
    if not (math.isfinite(tolerance) and tolerance >= 0):
        raise ValueError(f"expected a tolerance of 0 or more, came {tolerance}. Name a number.")
    if tolerance and not is_number(expected):
        raise ValueError(
            f"expected no tolerance beside {expected!r}, came {tolerance}. A tolerance belongs to "
            "a single number; for a range use between(low, high)."
        )
    if is_number(expected) and not math.isfinite(expected):
        raise ValueError(f"expected a finite number to aim at, came {expected}. Name one.")
    aims_at_number = isinstance(expected, Bound) or is_number(expected)
    alike = is_number(measured) if aims_at_number else type(measured) is type(expected)
    if not alike:
        raise ValueError(
            f"expected measured and expected to be of one kind, came {measured!r} "
            f"({type(measured).__name__}) and {expected!r} ({type(expected).__name__}). Convert "
            "one of them."
        )


def agree(measured: Any, expected: Any, tolerance: Number) -> bool:
    """Tell whether |measured − expected| ≤ tolerance, or a bound holds, or both are equal."""
    if isinstance(expected, Bound):
        return math.isfinite(measured) and measured in expected
    if is_number(expected):
        return abs(measured - expected) <= tolerance  # never so for nan
    return bool(measured == expected)


def is_number(value: Any) -> bool:
    """Tell numbers from truth values, which Python counts among them."""
    return isinstance(value, int | float) and not isinstance(value, bool)
