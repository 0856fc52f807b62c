"""Say where in the text a symbol stood."""

from dataclasses import dataclass

import torch
from jaxtyping import Int
from torch import Tensor

from gptlab.experiments.tasks.task import NO_QUESTION, Texts, check_at_least


@dataclass(frozen=True, kw_only=True)
class PositionOf:
    """Different symbols in random order, then some of them again; the answer is where each stood.

    Args:
        n_places: Symbols before the questions.
        n_symbols: Different symbols; ids 0 to `n_symbols` − 1. Place p is answered with the id
            `n_symbols` + p.
        n_questions: Symbols that are asked about, each at most once.

    Example:
        In “2 0 1 | 1 2”, 1 stood at place 2 and 2 at place 0:

        >>> task = PositionOf(n_places=3, n_symbols=3, n_questions=2)
        >>> task.oracle(torch.tensor([[2, 0, 1, 1, 2]])).tolist()
        [[-100, -100, -100, 5, 3]]
    """

    n_places: int = 16
    n_symbols: int = 32
    n_questions: int = 8

    def __post_init__(self) -> None:
        check_at_least(1, n_places=self.n_places, n_questions=self.n_questions)
        if self.n_symbols < self.n_places:
            raise ValueError(
                f"{self.n_places} places need as many different symbols, and there are "
                f"{self.n_symbols}. Pass n_symbols={self.n_places} or more."
            )
        if self.n_questions > self.n_places:
            raise ValueError(
                f"{self.n_questions} questions ask about as many symbols, and a text has "
                f"{self.n_places}. Pass n_questions={self.n_places} or fewer."
            )

    @property
    def length(self) -> int:
        """The symbols and the questions."""
        return self.n_places + self.n_questions

    @property
    def d_vocab(self) -> int:
        """Symbols, and a token for each place."""
        return self.n_symbols + self.n_places

    @property
    def chance(self) -> float:
        """One place of all."""
        return 1 / self.n_places

    def draw(self, n_texts: int, generator: torch.Generator) -> Texts:
        """Draw texts.

        Args:
            n_texts: How many.
            generator: Where they are drawn from.
        """
        shuffled = torch.rand(n_texts, self.n_symbols, generator=generator).argsort(dim=1)
        symbols = shuffled[:, : self.n_places]
        order = torch.rand(n_texts, self.n_places, generator=generator).argsort(dim=1)
        at = order[:, : self.n_questions]
        tokens = torch.cat([symbols, symbols.gather(1, at)], dim=1)
        distances = torch.zeros_like(tokens)
        distances[:, self.n_places :] = torch.arange(self.n_places, self.length) - at
        targets = torch.full_like(tokens, NO_QUESTION)
        targets[:, self.n_places :] = at + self.n_symbols
        return Texts(tokens, targets, distances)

    def oracle(self, tokens: Int[Tensor, "text pos"]) -> Int[Tensor, "text pos"]:
        """Look for each symbol.

        Args:
            tokens: Texts of this task.
        """
        symbols, asked = tokens[:, : self.n_places], tokens[:, self.n_places :]
        at = (asked[:, :, None] == symbols[:, None]).int().argmax(dim=2)
        answers = torch.full_like(tokens, NO_QUESTION)
        answers[:, self.n_places :] = at + self.n_symbols
        return answers
