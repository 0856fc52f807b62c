"""Say at every step whether the number of ones so far is odd: a state that every token may turn."""

from dataclasses import dataclass

import torch
from jaxtyping import Int
from torch import Tensor

from gptlab.experiments.tasks.task import Texts, check_at_least


@dataclass(frozen=True, kw_only=True)
class Parity:
    """Random bits; at each the answer is whether an odd number of ones has come so far.

    One bit of memory is enough for any length, and no token can be left out: the answer depends on
    all of them, back to the first.

    Args:
        length: Bits in a text.

    Source: Hahn 2020, section 4: attention's answer to one changed bit fades with the length.

    Example:
        >>> Parity(length=5).oracle(torch.tensor([[1, 0, 1, 1, 0]])).tolist()
        [[1, 1, 0, 1, 1]]
    """

    length: int = 32

    def __post_init__(self) -> None:
        check_at_least(1, length=self.length)

    @property
    def d_vocab(self) -> int:
        """Zero and one."""
        return 2

    @property
    def chance(self) -> float:
        """Even or odd."""
        return 0.5

    def draw(self, n_texts: int, generator: torch.Generator) -> Texts:
        """Draw texts.

        Args:
            n_texts: How many.
            generator: Where they are drawn from.
        """
        tokens = torch.randint(2, (n_texts, self.length), generator=generator)
        # The first bit decides as much as every other one; it is the farthest.
        distances = torch.arange(self.length).expand_as(tokens)
        return Texts(tokens, self.oracle(tokens), distances)

    def oracle(self, tokens: Int[Tensor, "text pos"]) -> Int[Tensor, "text pos"]:
        """Count the ones.

        Args:
            tokens: Texts of this task.
        """
        return tokens.cumsum(dim=1) % 2
