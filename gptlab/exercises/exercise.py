"""What every exercise can do: be shown, be checked, give a hint, give the solution."""

import html
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, final

from gptlab.catalogue import text as _
from gptlab.exercises.feedback import Feedback, inline, unjudged
from gptlab.exercises.progress import Progress, shared

TRIES_BEFORE_SOLUTION = 2  # wrong answers until the solution is offered


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A question, and below it what the exercise says to an answer.

    Args:
        exercise: Whose question it is.
        said: What came of the answer.
    """

    exercise: "Exercise"
    said: Feedback

    def __bool__(self) -> bool:
        """Whether the answer was right."""
        return bool(self.said)

    def _repr_mimebundle_(self, **options: Any) -> tuple[dict[str, str], dict[str, Any]]:
        question, about = self.exercise._repr_mimebundle_()
        answer = self.said._repr_mimebundle_() if self.said.right is not None else {}
        return {
            kind: _in_one_cell(form, answer.get(kind)) for kind, form in question.items()
        }, about


def _in_one_cell(question: str, answer: str | None) -> str:
    """Join both; who answers in the cell that asks writes into `ask`."""
    return "\n".join(filter(None, (question.replace(".check(", ".ask("), answer)))


@dataclass(frozen=True, kw_only=True)
class Exercise(ABC):
    """A question that can judge an answer.

    Args:
        name: What progress is kept under: the lesson's number and a word, such as `01-merge`.
        question: What to predict or to do; words between backticks are code.
        hint_text: Shown after a wrong answer.
        solution: Why the right answer is right, shown once it was found or asked for.
        progress: Where answers are remembered.

    Raises:
        ValueError: A text is missing.
    """

    name: str
    question: str
    hint_text: str
    solution: str
    progress: Progress = field(default_factory=shared, repr=False, compare=False)

    def __post_init__(self) -> None:
        for part in ("name", "question", "hint_text", "solution"):
            if not getattr(self, part).strip():
                raise ValueError(
                    f"exercise {self.name!r}: expected a text for {part}, came none. A learner who "
                    "is stuck needs it."
                )

    @abstractmethod
    def judge(self, answer: object) -> Feedback:
        """Judge an answer without remembering it."""

    @abstractmethod
    def how_to_answer(self) -> str:
        """Say what to write into `check()`."""

    def options_shown(self) -> Sequence[tuple[str, str]]:
        """Return the labels and the texts to choose from, if there are any."""
        return ()

    def in_words(self) -> str:
        """Write the right answer, if words can."""
        return ""

    def solved(self) -> Feedback:
        """Return the solution as feedback."""
        said = Feedback(right=None, title=_("Solution"))
        return said.with_lines(self.in_words(), self.solution)

    @final
    def check(self, answer: object = ...) -> Feedback:
        """Judge an answer, remember it, and say what came.

        Args:
            answer: See `how_to_answer()`; `...` stands for none yet.
        """
        if answer is ...:
            return unjudged(self.how_to_answer())
        said = self.judge(answer)
        if said.right is None:
            return said
        tries, trouble = self.progress.tried(self.name, solved=said.right)
        if said.right:
            return said.with_lines(self._praise(), trouble)
        hint = _("Hint: {hint}", hint=self.hint_text)
        offer = _("`.solve()` shows the solution.") if tries >= TRIES_BEFORE_SOLUTION else ""
        return said.with_lines(hint, offer, trouble)

    @final
    def ask(self, answer: object = ...) -> Asked:
        """Show the question and judge an answer below it, so that both stand in one cell.

        Args:
            answer: See `how_to_answer()`; `...` stands for none yet.
        """
        return Asked(exercise=self, said=self.check(answer))

    @final
    def hint(self) -> Feedback:
        """Help without giving the answer away."""
        return Feedback(right=None, title=_("Hint"), lines=(self.hint_text,))

    @final
    def solve(self) -> Feedback:
        """Show the solution, and remember that it was shown."""
        return self.solved().with_lines(self.progress.shown(self.name))

    def _praise(self) -> str:
        return self.solution

    def _repr_mimebundle_(self, **options: Any) -> tuple[dict[str, str], dict[str, Any]]:
        """Show the question, and name the exercise in the output's metadata."""
        choices = self.options_shown()
        items = "".join(
            f"<li><strong>{html.escape(k)}</strong>: {inline(v)}</li>" for k, v in choices
        )
        listed = f"<ul>{items}</ul>" if items else ""
        markup = (
            f'<div class="gptlab gptlab-exercise"><p>{inline(self.question)}</p>{listed}'
            f"<p>{inline(self.how_to_answer())}</p></div>"
        )
        lines = [self.question, *(f"  {k}: {v}" for k, v in choices), self.how_to_answer()]
        data = {"text/html": markup, "text/plain": "\n".join(lines)}
        return data, {"gptlab": {"exercise": self.name}}
