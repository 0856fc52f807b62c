"""Objectives as JSON, so that a run on disk goes on with the one that it began with."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from gptlab.objectives.hiding import MaskedTokens
from gptlab.objectives.objective import NextToken, Objective

OBJECTIVES: dict[str, Callable[..., Objective]] = {
    kind.__name__: kind for kind in (NextToken, MaskedTokens)
}


def to_json(objective: Objective) -> dict[str, Any]:
    """Describe an objective so that `from_json` can make it again."""
    return {"kind": type(objective).__name__, **asdict(objective)}  # type: ignore[call-overload]


def from_json(data: dict[str, Any]) -> Objective:
    """Make the objective that `to_json` described.

    Raises:
        ValueError: If the kind or one of its settings is unknown.
    """
    settings = dict(data)
    kind = settings.pop("kind", None)
    if kind not in OBJECTIVES:
        raise ValueError(f"unknown objective {kind!r}; expected one of {', '.join(OBJECTIVES)}.")
    try:
        return OBJECTIVES[kind](**settings)
    except TypeError as problem:
        raise ValueError(
            f"the objective {kind} cannot be made from {settings}: {problem}."
        ) from None
