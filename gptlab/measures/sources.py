"""Sources of text of known entropy, so that a loss can be held to what is possible."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor


@dataclass(frozen=True, eq=False)
class MarkovSource:
    """Writes tokens of which each depends on the one before it.

    Args:
        transitions: p(next token | this token), one row per token; all above 0, so that every
            token follows every other one now and then.

    Raises:
        ValueError: If the rows are no distributions, or one holds a 0.

    Source: Shannon 1948, sections 3 to 7.
    """

    transitions: Float[Tensor, "token next"]

    def __post_init__(self) -> None:
        rows = self.transitions
        is_square = rows.ndim == 2 and rows.shape[0] == rows.shape[1]
        sums_to_one = torch.allclose(rows.sum(-1), rows.new_ones(()))
        if not is_square or not sums_to_one or (rows <= 0).any():
            raise ValueError(
                f"expected as many rows as columns, each row of positive numbers that sum to 1; "
                f"got shape {tuple(rows.shape)} and sums {rows.sum(-1).tolist()}."
            )

    @classmethod
    def noisy(cls, n_tokens: int, noise: float) -> MarkovSource:
        """Count round in a circle, and with a probability say any token instead.

        Args:
            n_tokens: Different tokens.
            noise: Share of the tokens that are drawn uniformly, above 0 and up to 1.
        """
        circle = torch.eye(n_tokens, dtype=torch.float64).roll(1, dims=1)
        return cls((1 - noise) * circle + noise / n_tokens)

    @property
    def n_tokens(self) -> int:
        """Different tokens."""
        return len(self.transitions)

    @property
    def stationary(self) -> Float[Tensor, " token"]:
        """How often each token comes in the long run: π = π P."""
        n = self.n_tokens
        rows = self.transitions.double()
        # π (P − 1) = 0 leaves the length of π open; the last equation says that it sums to 1.
        equations = torch.cat([(rows - torch.eye(n)).T[:-1], torch.ones(1, n)]).double()
        wanted = torch.zeros(n, dtype=torch.float64)
        wanted[-1] = 1
        return torch.linalg.solve(equations, wanted)

    @property
    def entropy(self) -> float:
        """Nats per token that nobody can save: H = −Σ_i π_i Σ_j P_ij ln P_ij."""
        rows = self.transitions.double()
        return -(self.stationary[:, None] * torch.special.xlogy(rows, rows)).sum().item()

    def log_probs(self, ids: Int[Tensor, "*text pos"]) -> Float[Tensor, "*text next"]:
        """Return ln p of every token but the first, in nats."""
        return self.transitions.double().log()[ids[..., :-1], ids[..., 1:]]

    def draw(
        self, n_texts: int, length: int, generator: torch.Generator
    ) -> Int[Tensor, "text pos"]:
        """Write texts, each from a token that is drawn as often as it comes in the long run.

        Args:
            n_texts: How many.
            length: Tokens in each.
            generator: Where they are drawn from.
        """
        texts = torch.empty(n_texts, length, dtype=torch.long)
        texts[:, 0] = torch.multinomial(self.stationary, n_texts, True, generator=generator)
        ends = self.transitions.double().cumsum(-1)
        drawn = torch.rand(n_texts, length, generator=generator, dtype=torch.float64)
        for at in range(1, length):
            ahead = ends[texts[:, at - 1]] <= drawn[:, at, None]
            texts[:, at] = ahead.sum(-1).clamp(max=self.n_tokens - 1)
        return texts
