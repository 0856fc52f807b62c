"""Whether probabilities are what they say: of all that got 30 %, do 30 % come true?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

TENTHS = tuple(tenth / 10 for tenth in range(11))


@dataclass(frozen=True, kw_only=True, eq=False)
class Reliability:
    """What was promised and what came, in bins of about equal promises.

    Args:
        n: Predictions in each bin.
        promised: Mean probability in each bin; NaN in an empty one.
        came: Share that came true in each bin; NaN in an empty one.
    """

    n: Float[Tensor, " bin"]
    promised: Float[Tensor, " bin"]
    came: Float[Tensor, " bin"]

    @property
    def error(self) -> float:
        """Expected calibration error, 0 to 1: Σ_bins n / N · |came − promised|.

        Source: Naeini et al. 2015; Guo et al. 2017, equation 3.
        """
        apart = (self.came - self.promised).abs().nan_to_num()
        return (self.n * apart).sum().item() / self.n.sum().item()

    @property
    def spread(self) -> Float[Tensor, " bin"]:
        """Standard deviation of the share that comes true if every promise were exact."""
        return (self.promised * (1 - self.promised) / self.n).sqrt()


def reliability(
    promised: Float[Tensor, " prediction"],
    true: Bool[Tensor, " prediction"],
    edges: Sequence[float] = TENTHS,
) -> Reliability:
    """Sort predictions into bins by what they promised, and count what came true.

    Args:
        promised: Probabilities from 0 to 1.
        true: Whether each came true.
        edges: Where bins begin and end, rising; a prediction on an edge belongs to the bin below.

    Raises:
        ValueError: If there is no prediction, or one has no answer.

    Example:
        Four times 0.75, three of them right:

        >>> found = reliability(torch.tensor([0.75] * 4), torch.tensor([True, True, True, False]))
        >>> found.error
        0.0
    """
    if promised.shape != true.shape or promised.numel() == 0:
        raise ValueError(
            f"expected one prediction or more and an answer to each, came {tuple(promised.shape)} "
            f"and {tuple(true.shape)}."
        )
    inner = torch.tensor(edges[1:-1], dtype=torch.float64)
    bins = torch.bucketize(promised.double(), inner)
    n_bins = len(edges) - 1
    n = torch.bincount(bins, minlength=n_bins).double()
    sums = [
        torch.bincount(bins, weights=values.double(), minlength=n_bins)
        for values in (promised, true)
    ]
    return Reliability(n=n, promised=sums[0] / n, came=sums[1] / n)


def of_likeliest(logits: Float[Tensor, "pos d_vocab"], targets: Int[Tensor, " pos"]) -> Reliability:
    """Hold the probability of each place's likeliest token to how often that token came.

    Args:
        logits: A model's, one row for each place.
        targets: What came.
    """
    promised, guess = logits.double().softmax(-1).max(-1)
    return reliability(promised, guess == targets)
