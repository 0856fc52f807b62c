"""Whether an exercise tells right from wrong: what the tests ask of every exercise."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from gptlab.exercises.choosing import Choice, Order
from gptlab.exercises.coding import Code
from gptlab.exercises.exercise import Exercise
from gptlab.exercises.predicting import Number
from gptlab.exercises.progress import Progress


def assert_sound(exercise: Exercise) -> None:
    """Hold an exercise to its own solution: it passes, the stub and other answers do not.

    Nothing is written to a learner's progress.

    Raises:
        AssertionError: A right answer fails, or a wrong one passes; the message names it.
    """
    quiet = replace(exercise, progress=Progress(None))
    for answer, expected in _answers(quiet):
        said = quiet.check(answer)
        if bool(said) != expected:
            word = "right" if expected else "wrong"
            raise AssertionError(
                f"exercise {exercise.name}: expected {answer!r} to be {word}, came:\n{said}\n"
                "Mend its answer, its cases or its stub."
            )
    if quiet.check(...).right is not None:
        raise AssertionError(f"exercise {exercise.name}: expected no judgement of no answer.")


def _answers(exercise: Exercise) -> Iterator[tuple[Any, bool]]:
    match exercise:
        case Number():
            yield exercise.answer, True
            yield from ((exercise.answer + sign * exercise.tolerance, True) for sign in (1, -1))
            off = exercise.tolerance + max(1.0, abs(exercise.answer) * 0.01)
            yield from ((exercise.answer + sign * off, False) for sign in (1, -1))
        case Choice():
            yield from ((label, label == exercise.answer) for label in exercise.options)
        case Order():
            yield exercise.answer, True
            yield exercise.answer[::-1], False
        case Code():
            yield exercise.function_in(exercise.solution), True
            yield exercise.function_in(exercise.stub), False
        case _:
            raise AssertionError(f"expected a known kind of exercise, came {type(exercise)}.")
