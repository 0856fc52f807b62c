"""Rules against repetition: they change the scores in view of what is written already."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

HistoryRule = Callable[[Float[Tensor, " d_vocab"], Sequence[int]], Float[Tensor, " d_vocab"]]
"""From logits, and all tokens of prompt and text so far, to the logits that the rule leaves."""


@dataclass(frozen=True)
class NoRepeat:
    """Let no piece of n tokens come twice.

    A token that would complete a piece that stands in the text already gets the score −∞. If that
    would leave no token at all, all stay.

    Args:
        n: Tokens of a piece, at least 1.

    Raises:
        ValueError: If `n` is below 1.

    Source: Paulus et al. 2018, section 2.5, which does it for n = 3.

    Example:
        After 5 6 5, a 6 would repeat the pair 5 6:

        >>> NoRepeat(2)(torch.zeros(7), [5, 6, 5]).tolist()
        [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, -inf]
    """

    n: int

    def __post_init__(self) -> None:
        if not isinstance(self.n, int) or self.n < 1:
            raise ValueError(f"n counts the tokens of a piece, at least 1; got {self.n!r}.")

    def __call__(
        self, logits: Float[Tensor, " d_vocab"], tokens: Sequence[int]
    ) -> Float[Tensor, " d_vocab"]:
        """Return the logits without those tokens."""
        begun = tuple(tokens[len(tokens) - self.n + 1 :]) if self.n > 1 else ()
        if len(begun) < self.n - 1:
            return logits
        banned = [
            tokens[start + self.n - 1]
            for start in range(len(tokens) - self.n + 1)
            if tuple(tokens[start : start + self.n - 1]) == begun
        ]
        left = logits.clone()
        left[banned] = -torch.inf
        return left if left.isfinite().any() else logits


@dataclass(frozen=True)
class RepetitionPenalty:
    """Make every token less likely that stands in the text already.

    z becomes z / θ if it is positive and z · θ if it is negative, once, however often the token
    came.

    Args:
        penalty: θ ≥ 1; 1 changes nothing.

    Raises:
        ValueError: If the penalty is below 1.

    Source: Keskar et al. 2019, section 4.1, which uses 1.2; dividing positive scores only is what
        their code and others do.

    Example:
        >>> RepetitionPenalty(2.0)(torch.tensor([4.0, -4.0, 4.0]), [0, 1]).tolist()
        [2.0, -8.0, 4.0]
    """

    penalty: float

    def __post_init__(self) -> None:
        if not self.penalty >= 1:
            raise ValueError(f"penalty is at least 1 (no change); got {self.penalty!r}.")

    def __call__(
        self, logits: Float[Tensor, " d_vocab"], tokens: Sequence[int]
    ) -> Float[Tensor, " d_vocab"]:
        """Return the logits, those of earlier tokens made smaller."""
        came = torch.tensor(sorted(set(tokens)), dtype=torch.long)
        before = logits[came]
        left = logits.clone()
        left[came] = torch.where(before > 0, before / self.penalty, before * self.penalty)
        return left
