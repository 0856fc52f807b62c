"""What a synthetic task is: texts drawn at random, questions about them, and who knows the answers.

Real text mixes every difficulty. A task has one, so that a wrong answer says what a model lacks.
"""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import torch
from jaxtyping import Bool, Int
from torch import Tensor

NO_QUESTION = -100  # the target of a position that is not asked, as cross_entropy knows it


@dataclass(frozen=True)
class Texts:
    """Texts with questions in them.

    Args:
        tokens: What a model reads.
        targets: The right answer at each position; `NO_QUESTION` where nothing is asked.
        distances: How many positions back the token stands that decides the answer; 0 where
            nothing is asked.
    """

    tokens: Int[Tensor, "text pos"]
    targets: Int[Tensor, "text pos"]
    distances: Int[Tensor, "text pos"]

    @property
    def asked(self) -> Bool[Tensor, "text pos"]:
        """Where an answer is asked for."""
        return self.targets != NO_QUESTION

    def __len__(self) -> int:
        """Return how many texts there are."""
        return len(self.tokens)


@runtime_checkable
class Task(Protocol):
    """A kind of text with questions that its reader can answer without fail.

    A task is a frozen dataclass of its sizes, so `dataclasses.replace(task, length=256)` is the
    same task on longer texts.
    """

    @property
    def d_vocab(self) -> int:
        """How many different tokens its texts and answers have."""

    @property
    def length(self) -> int:
        """Tokens in one text."""

    @property
    def chance(self) -> float:
        """Share of right answers of a reader who knows the rules and not the text."""

    def draw(self, n_texts: int, generator: torch.Generator) -> Texts:
        """Draw texts.

        Args:
            n_texts: How many.
            generator: Where they are drawn from.
        """

    def oracle(self, tokens: Int[Tensor, "text pos"]) -> Int[Tensor, "text pos"]:
        """Answer every question from the tokens alone, as a program does.

        Args:
            tokens: Texts of this task.

        Returns:
            The answers; `NO_QUESTION` where nothing is asked.
        """


def check_at_least(least: int, **sizes: int) -> None:
    """Refuse sizes of a task that are too small.

    Args:
        least: The smallest size that makes sense.
        sizes: Name to size.

    Raises:
        ValueError: One is smaller.
    """
    for name, size in sizes.items():
        if size < least:
            raise ValueError(
                f"expected {name} of {least} or more, came {size}. Pass {name}={least}."
            )


def places(
    n_texts: int, n_places: int, low: int, high: int, generator: torch.Generator
) -> Int[Tensor, "text place"]:
    """Draw different positions for each text, in rising order.

    Args:
        n_texts: How many texts.
        n_places: Positions in each.
        low: The first that may be drawn.
        high: One after the last that may be drawn.
        generator: Where they are drawn from.
    """
    order = torch.rand(n_texts, high - low, generator=generator).argsort(dim=1)
    return order[:, :n_places].sort(dim=1).values + low
