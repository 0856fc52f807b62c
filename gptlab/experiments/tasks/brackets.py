"""Say which bracket a closing one closes: a stack."""

from dataclasses import dataclass

import torch
from jaxtyping import Int
from torch import Tensor

from gptlab.experiments.tasks.task import NO_QUESTION, Texts, check_at_least


@dataclass(frozen=True, kw_only=True)
class BracketMatching:
    """Opening brackets of several kinds and one sign that closes; there the answer is the kind.

    The sign closes the bracket that was opened last and is still open, so what decides may stand
    next to it or far back, with whole bracketed texts between.

    Args:
        length: Tokens in a text.
        n_kinds: Different brackets; their ids are 0 to `n_kinds` − 1, the closing sign comes after.
        max_depth: Brackets that are open at once, at most.

    Source: Hewitt et al. 2020 (bounded Dyck languages), section 3.

    Example:
        “( [ close close” closes the square one first:

        >>> BracketMatching(length=4, n_kinds=2).oracle(torch.tensor([[0, 1, 2, 2]])).tolist()
        [[-100, -100, 1, 0]]
    """

    length: int = 32
    n_kinds: int = 4
    max_depth: int = 8

    def __post_init__(self) -> None:
        check_at_least(2, length=self.length, n_kinds=self.n_kinds)
        check_at_least(1, max_depth=self.max_depth)

    @property
    def d_vocab(self) -> int:
        """The kinds and the sign that closes."""
        return self.n_kinds + 1

    @property
    def chance(self) -> float:
        """One kind of all."""
        return 1 / self.n_kinds

    def draw(self, n_texts: int, generator: torch.Generator) -> Texts:
        """Draw texts; at each step an open bracket is closed with probability one half.

        Args:
            n_texts: How many.
            generator: Where they are drawn from.
        """
        tokens = torch.randint(self.n_kinds, (n_texts, self.length), generator=generator)
        closes = torch.rand(n_texts, self.length, generator=generator) < 0.5
        depth = torch.zeros(n_texts, dtype=torch.long)
        for at in range(self.length):
            closing = (closes[:, at] & (depth > 0)) | (depth == self.max_depth)
            tokens[closing, at] = self.n_kinds
            depth += 1 - 2 * closing.long()
        opened = self._opened(tokens)
        here = torch.arange(self.length).expand_as(tokens)
        distances = (here - opened).where(opened >= 0, 0)
        return Texts(tokens, self.oracle(tokens), distances)

    def oracle(self, tokens: Int[Tensor, "text pos"]) -> Int[Tensor, "text pos"]:
        """Keep a stack.

        Args:
            tokens: Texts of this task.
        """
        opened = self._opened(tokens)
        return tokens.gather(1, opened.clamp(min=0)).where(opened >= 0, NO_QUESTION)

    def _opened(self, tokens: Tensor) -> Tensor:
        # Where the bracket stands that each sign closes; -1 at opening brackets.
        found = torch.full_like(tokens, -1)
        for row, text in enumerate(tokens.tolist()):
            stack: list[int] = []
            for at, token in enumerate(text):
                if token < self.n_kinds:
                    stack.append(at)
                else:
                    found[row, at] = stack.pop()
        return found
