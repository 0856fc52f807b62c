"""Predict, then run: one of several options, or their order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from gptlab.catalogue import text as _
from gptlab.exercises.exercise import Exercise
from gptlab.exercises.feedback import Feedback, right, shown, unjudged, wrong


@dataclass(frozen=True, kw_only=True)
class Choice(Exercise):
    """Choose one of several options.

    Args:
        options: Label to text.
        answer: The label of the right one.
        reasons: Label to why that option is wrong, at least for each wrong one.

    Raises:
        ValueError: No such label, or a wrong option without a reason.
    """

    options: Mapping[str, str]
    answer: str
    reasons: Mapping[str, str]

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.answer not in self.options or len(self.options) < 2:
            raise ValueError(
                f"exercise {self.name!r}: expected the answer among two or more options, came "
                f"{self.answer!r} among {', '.join(self.options) or 'none'}."
            )
        if without := self.options.keys() - self.reasons.keys() - {self.answer}:
            raise ValueError(
                f"exercise {self.name!r}: expected a reason for every wrong option, none came for "
                f"{', '.join(sorted(without))}. Say why a learner who chose it is mistaken."
            )

    def how_to_answer(self) -> str:
        """Say what to write into `check()`."""
        return _(
            'Answer with a letter, such as `.check("{label}")`.', label=next(iter(self.options))
        )

    def options_shown(self) -> Sequence[tuple[str, str]]:
        """Return the labels and the texts to choose from."""
        return tuple(self.options.items())

    def in_words(self) -> str:
        """Write the right option with its label."""
        return f"{self.answer}: {self.options[self.answer]}"

    def judge(self, answer: Any) -> Feedback:
        """Compare a label with the answer."""
        label = answer.strip().lower() if isinstance(answer, str) else answer
        if not isinstance(label, str) or label not in self.options:
            labels = ", ".join(self.options)
            return unjudged(
                _("Expected one of {labels}, came `{came}`.", labels=labels, came=shown(answer))
            )
        return right() if label == self.answer else wrong(self.reasons[label])


@dataclass(frozen=True, kw_only=True)
class Order(Exercise):
    """Put things in order, the smallest value first.

    Args:
        items: Label (one letter) to text.
        values: Label to the number that decides; equal ones may stand in either order.
        unit: Of the values.

    Raises:
        ValueError: Items and values differ, or every order would be right.
    """

    items: Mapping[str, str]
    values: Mapping[str, int | float] = field(repr=False)
    unit: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.items.keys() != self.values.keys() or len(set(self.values.values())) < 2:
            raise ValueError(
                f"exercise {self.name!r}: expected one value per item and two that differ, came "
                f"items {', '.join(self.items)} and values {dict(self.values)}."
            )
        if any(len(label) != 1 for label in self.items):
            raise ValueError(f"exercise {self.name!r}: expected labels of one letter.")

    @property
    def answer(self) -> str:
        """One right order."""
        return "".join(sorted(self.items, key=lambda label: self.values[label]))

    def how_to_answer(self) -> str:
        """Say what to write into `check()`."""
        letters = "".join(self.items)
        return _(
            'Answer with all letters in order, such as `.check("{letters}")`.', letters=letters
        )

    def options_shown(self) -> Sequence[tuple[str, str]]:
        """Return the labels and the texts to put in order."""
        return tuple(self.items.items())

    def in_words(self) -> str:
        """Write a right order with the values."""
        return self._with_values(self.answer)

    def judge(self, answer: Any) -> Feedback:
        """Tell whether the values rise along the given order."""
        labels = _labels(answer)
        if sorted(labels) != sorted(self.items):
            letters = ", ".join(self.items)
            return unjudged(
                _("Expected each of {letters} once, came `{c}`.", letters=letters, c=shown(answer))
            )
        for first, second in pairwise(labels):
            if self.values[first] > self.values[second]:
                return wrong(
                    _("{first} does not come before {second}.", first=first, second=second)
                )
        return right(self._with_values(labels))

    def _with_values(self, labels: Sequence[str]) -> str:
        values = ", ".join(f"{label}: {self.values[label]:,.6g}" for label in labels)
        return f"{values} {self.unit}".strip()


def _labels(answer: Any) -> list[str]:
    """Take `bca`, `b, c, a` and ["b", "c", "a"] alike."""
    if not isinstance(answer, str | list | tuple):
        return []
    return [c for part in answer for c in str(part).lower() if not (c.isspace() or c in ",<>-")]


def choice(
    name: str,
    question: str,
    *,
    options: Mapping[str, str],
    answer: str,
    reasons: Mapping[str, str],
    hint: str,
    solution: str,
) -> Choice:
    """Ask for one of several options, each with a label."""
    return Choice(
        name=name,
        question=question,
        options=options,
        answer=answer,
        reasons=reasons,
        hint_text=hint,
        solution=solution,
    )


def order(
    name: str,
    question: str,
    *,
    items: Mapping[str, str],
    values: Mapping[str, int | float],
    hint: str,
    solution: str,
    unit: str = "",
) -> Order:
    """Ask for an order, the smallest value first."""
    return Order(
        name=name,
        question=question,
        items=items,
        values=values,
        unit=unit,
        hint_text=hint,
        solution=solution,
    )
