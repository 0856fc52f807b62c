"""Predict, then run: a number."""

from dataclasses import dataclass
from numbers import Real
from typing import Any

from gptlab.catalogue import text as _
from gptlab.exercises.exercise import Exercise
from gptlab.exercises.feedback import Feedback, right, shown, unjudged, wrong


@dataclass(frozen=True, kw_only=True)
class Number(Exercise):
    """Predict a number.

    Args:
        answer: What a computation gave.
        tolerance: How far a guess may be off and still count.
        unit: Of both.
    """

    answer: int | float
    tolerance: int | float = 0
    unit: str = ""

    def how_to_answer(self) -> str:
        """Say what to write into `check()`."""
        if self.tolerance:
            return _(
                "Answer with `.check(number)`. Off by {tolerance:g} still counts.",
                tolerance=self.tolerance,
            )
        return _("Answer with `.check(number)`.")

    def in_words(self) -> str:
        """Write the answer with its unit."""
        return f"{self.answer:,.6g} {self.unit}".strip()

    def judge(self, answer: Any) -> Feedback:
        """Compare a number with the answer."""
        if isinstance(answer, bool) or not isinstance(answer, Real) or answer != answer:
            return unjudged(_("Expected a number such as 12, came `{came}`.", came=shown(answer)))
        guess: Any = answer  # mypy knows no arithmetic of Real
        if abs(guess - self.answer) <= self.tolerance:
            return right(_("You said {came}, it is {answer}.", came=answer, answer=self.in_words()))
        return wrong(
            _("{came} is too small.", came=answer)
            if guess < self.answer
            else _("{came} is too large.", came=answer)
        )


def number(
    name: str,
    question: str,
    *,
    answer: int | float,
    hint: str,
    solution: str,
    tolerance: int | float = 0,
    unit: str = "",
) -> Number:
    """Ask for a number.

    Example:
        >>> q = number("00-sum", "1 + 1?", answer=2, hint="Count.", solution="Two fingers.")
        >>> print(q.check(3))
        ✗ Not yet
        3 is too large.
        Hint: Count.
    """
    return Number(
        name=name,
        question=question,
        answer=answer,
        tolerance=tolerance,
        unit=unit,
        hint_text=hint,
        solution=solution,
    )
