"""What is solved in a lesson, as a table."""

import html
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from gptlab.catalogue import plural
from gptlab.catalogue import text as _
from gptlab.exercises.exercise import Exercise
from gptlab.exercises.progress import Progress, Record, shared

LEFT = 'style="text-align: left"'  # Jupyter would set cells right-aligned


@dataclass(frozen=True)
class Overview:
    """The exercises of a lesson, each with what happened to it.

    Args:
        records: Exercise name to record.
    """

    records: Mapping[str, Record]

    def __str__(self) -> str:
        lines = [f"{name}: {_state(record)}" for name, record in self.records.items()]
        return "\n".join([self._caption(), *lines])

    def _caption(self) -> str:
        n_solved = sum(record.solved for record in self.records.values())
        return plural(
            "{solved} of {n} exercise solved",
            "{solved} of {n} exercises solved",
            len(self.records),
            solved=n_solved,
        )

    def _repr_mimebundle_(self, **options: Any) -> dict[str, str]:
        names = (_("Exercise"), _("So far"))
        head = "".join(f'<th scope="col" {LEFT}>{html.escape(name)}</th>' for name in names)
        body = "".join(
            f'<tr><th scope="row" {LEFT}>{html.escape(name)}</th>'
            f"<td {LEFT}>{html.escape(_state(record))}</td></tr>"
            for name, record in self.records.items()
        )
        caption = f"<caption>{html.escape(self._caption())}</caption>"
        table = f"{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody>"
        markup = f'<table class="gptlab gptlab-progress">{table}</table>'
        return {"text/html": markup, "text/plain": str(self)}


def overview(lesson: str | int, progress: Progress | None = None) -> Overview:
    """Show what is solved in a lesson.

    Args:
        lesson: Its number, such as `1` or `"01"`.
        progress: Where answers are remembered; this process's if not given.

    Raises:
        ValueError: The lesson has no exercises.
    """
    known = (progress or shared()).records()
    builders = exercises_of(lesson)
    names = [name_of(builder) for builder in builders]
    return Overview({name: known.get(name, Record()) for name in names})


def exercises_of(lesson: str | int) -> tuple[Callable[..., Exercise], ...]:
    """List the functions that return the exercises of a lesson.

    Raises:
        ValueError: The lesson has no exercises.
    """
    number = f"{lesson:0>2}"
    module = f"gptlab.exercises.lesson_{number}"
    if not number.isdecimal() or not find_spec(module):
        raise ValueError(
            f"expected the number of a lesson with exercises, came {lesson!r}. Each has a module "
            f"such as {__package__}.lesson_01."
        )
    builders: tuple[Callable[..., Exercise], ...] = import_module(module).EXERCISES
    return builders


def name_of(builder: Callable[..., Exercise]) -> str:
    """Name the exercise that a function returns: `lesson_01.merge_once` gives `01-merge-once`."""
    return f"{builder.__module__[-2:]}-{builder.__name__.replace('_', '-')}"


def _state(record: Record) -> str:
    if record.solved:
        return _("✓ solved")
    if record.shown:
        return _("→ solution read")
    if record.tries:
        return plural("✗ {n} try", "✗ {n} tries", record.tries)
    return _("– not tried")
