"""Say which marked symbol has come, wherever it stood and however long ago that was."""

from dataclasses import dataclass

import torch
from jaxtyping import Int
from torch import Tensor

from gptlab.experiments.tasks.task import NO_QUESTION, Texts, check_at_least


@dataclass(frozen=True, kw_only=True)
class MarkedRecall:
    """One marked symbol at a random place among others; the answer after it is that symbol.

    Every position behind the mark is asked, so one set of texts asks at every distance and at every
    place of a chunk. Order does not matter: nothing else has a mark.

    Args:
        length: Tokens in a text.
        n_symbols: Different symbols, hence different marked ones.

    Example:
        With 2 symbols, 2 and 3 are the same symbols marked; “0 3 0 1” asks twice for 1:

        >>> MarkedRecall(length=4, n_symbols=2).oracle(torch.tensor([[0, 3, 0, 1]])).tolist()
        [[-100, -100, 1, 1]]
    """

    length: int = 96
    n_symbols: int = 8

    def __post_init__(self) -> None:
        check_at_least(2, length=self.length, n_symbols=self.n_symbols)

    @property
    def d_vocab(self) -> int:
        """Symbols, and the same symbols marked."""
        return 2 * self.n_symbols

    @property
    def chance(self) -> float:
        """One symbol of all."""
        return 1 / self.n_symbols

    def draw(self, n_texts: int, generator: torch.Generator) -> Texts:
        """Draw texts; the mark stands anywhere but in the last place.

        Args:
            n_texts: How many.
            generator: Where they are drawn from.
        """
        tokens = torch.randint(self.n_symbols, (n_texts, self.length), generator=generator)
        at = torch.randint(self.length - 1, (n_texts, 1), generator=generator)
        tokens.scatter_add_(1, at, torch.full_like(at, self.n_symbols))
        distances = (torch.arange(self.length) - at).clamp(min=0)
        return Texts(tokens, self.oracle(tokens), distances)

    def oracle(self, tokens: Int[Tensor, "text pos"]) -> Int[Tensor, "text pos"]:
        """Look for the mark.

        Args:
            tokens: Texts of this task.
        """
        at = (tokens >= self.n_symbols).int().argmax(dim=1, keepdim=True)
        answer = (tokens.gather(1, at) - self.n_symbols).expand_as(tokens)
        return answer.where(torch.arange(tokens.shape[1]) > at, NO_QUESTION)
