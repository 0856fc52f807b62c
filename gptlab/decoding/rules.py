"""Decoding rules: from the model's scores for every token to the one token that is taken.

Each rule is a function from the whole vocabulary to the whole vocabulary, so that any of them can
be left out, put first, or drawn as bars.
"""

import math
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F


def with_temperature(
    logits: Float[Tensor, "*batch d_vocab"], temperature: float
) -> Float[Tensor, "*batch d_vocab"]:
    """Turn logits into probabilities, sharper for a low temperature and flatter for a high one.

    p_i = exp(z_i / T) / Σ_j exp(z_j / T); at T = 0, all mass on the largest z (the first of
    equals), which is the limit.

    Args:
        logits: Scores z; −∞ stands for a token that cannot come.
        temperature: T ≥ 0; 1 leaves the model's own probabilities.

    Raises:
        ValueError: If the temperature is negative or not finite, or the logits hold a NaN or +∞.

    Source: Hinton et al. 2015, section 2, equation 1.

    Example:
        The second token has odds of 1 : 4; halving the temperature squares them:

        >>> with_temperature(torch.tensor([4.0, 1.0]).log(), 0.5) * 17
        tensor([16.,  1.])
    """
    _check_temperature(temperature)
    best = logits.amax(dim=-1, keepdim=True)
    if not best.isfinite().all():
        raise ValueError(
            "the logits hold NaN or infinity, so there is no distribution. The model's training "
            "has probably diverged: load an earlier checkpoint."
        )
    if temperature == 0:
        return F.one_hot(logits.argmax(dim=-1), logits.shape[-1]).to(logits.dtype)
    behind = logits - best  # before dividing: z / T can overflow, and 0 / T must stay 0
    scaled = torch.where(behind.isfinite() & (behind != 0), behind / temperature, behind)
    return scaled.softmax(dim=-1)


def keep_top_k(probs: Float[Tensor, "*batch d_vocab"], k: int) -> Float[Tensor, "*batch d_vocab"]:
    """Zero all but the `k` most likely tokens and renormalise.

    p′_i = p_i / Σ_{j ∈ V_k} p_j for i in V_k, else 0. Exactly k are kept: of tokens that are
    equally likely, those with the lower ids.

    Args:
        probs: Probabilities that sum to 1.
        k: Tokens to keep, at least 1; with d_vocab or more, nothing changes.

    Raises:
        ValueError: If `k` is below 1 or not whole.

    Source: Fan et al. 2018, section 5.4.

    Example:
        >>> keep_top_k(torch.tensor([0.5, 0.25, 0.125, 0.125]), 3)
        tensor([0.5714, 0.2857, 0.1429, 0.0000])
    """
    if not isinstance(k, int) or k < 1:
        raise ValueError(f"k counts the tokens to keep, so it must be at least 1; got {k!r}.")
    if k >= probs.shape[-1]:
        return probs
    ranked, order = probs.sort(dim=-1, descending=True, stable=True)
    kept = torch.zeros_like(probs).scatter(-1, order[..., :k], ranked[..., :k])
    return kept / kept.sum(dim=-1, keepdim=True)


def keep_top_p(probs: Float[Tensor, "*batch d_vocab"], p: float) -> Float[Tensor, "*batch d_vocab"]:
    """Zero every token outside the smallest set whose probability reaches `p`; renormalise.

    V_p = the smallest set with Σ_{i ∈ V_p} p_i ≥ p, p′_i = p_i / Σ_{j ∈ V_p} p_j for i in V_p,
    else 0. The most likely token always stays, also when it alone exceeds p.

    Args:
        probs: Probabilities that sum to 1.
        p: Probability to reach, 0 < p ≤ 1; with 1, nothing changes.

    Raises:
        ValueError: If `p` is outside that range.

    Source: Holtzman et al. 2020, equations 2 and 3.

    Example:
        >>> keep_top_p(torch.tensor([0.5, 0.25, 0.125, 0.125]), 0.75)
        tensor([0.6667, 0.3333, 0.0000, 0.0000])
    """
    _check_probability("p", p)
    if p == 1:  # the sum below reaches 1 by rounding before the rarest tokens have had their turn
        return probs
    ranked, order = probs.sort(dim=-1, descending=True, stable=True)
    likelier = F.pad(ranked.cumsum(dim=-1)[..., :-1], (1, 0))  # mass ranked above each token
    kept = torch.zeros_like(probs).scatter(-1, order, torch.where(likelier < p, ranked, 0.0))
    return kept / kept.sum(dim=-1, keepdim=True)


@dataclass(frozen=True, kw_only=True)
class Sampling:
    """A way to decode: temperature first, then top-k, then top-p, each renormalised.

    Args:
        temperature: Sharper below 1, flatter above; 0 is greedy.
        top_k: Most likely tokens to keep; 0 keeps all.
        top_p: Probability that the kept tokens reach together; 1 keeps all.

    Raises:
        ValueError: If a number is out of its range.
    """

    temperature: float = 1.0
    top_k: int = 0
    top_p: float = 1.0

    def __post_init__(self) -> None:
        _check_temperature(self.temperature)
        if not isinstance(self.top_k, int) or self.top_k < 0:
            raise ValueError(
                f"top_k counts the tokens to keep, or is 0 to keep all; got {self.top_k!r}."
            )
        _check_probability("top_p", self.top_p)

    @property
    def is_greedy(self) -> bool:
        """Whether the most likely token is taken, with nothing left to chance."""
        return self.temperature == 0

    def distribution(
        self, logits: Float[Tensor, "*batch d_vocab"]
    ) -> Float[Tensor, "*batch d_vocab"]:
        """Return the probabilities from which the token is drawn."""
        probs = with_temperature(logits, self.temperature)
        if self.top_k:
            probs = keep_top_k(probs, self.top_k)
        return keep_top_p(probs, self.top_p)


def _check_temperature(temperature: float) -> None:
    if not 0 <= temperature < math.inf:
        raise ValueError(
            f"temperature is a finite number of at least 0 (greedy); got {temperature!r}. "
            "1 samples from the model as it is."
        )


def _check_probability(name: str, p: float) -> None:
    if not 0 < p <= 1:
        raise ValueError(
            f"{name} is a probability above 0 and up to 1 (all tokens); got {p!r}. "
            "For the most likely token alone, choose temperature 0."
        )


GREEDY = Sampling(temperature=0.0)
"""Take the most likely token every time."""


def draw(probs: Float[Tensor, " d_vocab"], u: float) -> int:
    """Lay the probabilities end to end as bars from 0 to 1 and return the token that `u` falls on.

    token = min {i : p_0 + … + p_i > u}; a token of probability 0 has no width and never comes.

    Args:
        probs: Probabilities that sum to 1.
        u: A random number, 0 ≤ u < 1.

    Raises:
        ValueError: If `probs` is no distribution, or `u` is out of its range.

    Source: Devroye 1986, section III.2 (inversion).

    Example:
        The bars end at 0.5, 0.75 and 1:

        >>> [draw(torch.tensor([0.5, 0.25, 0.25]), u) for u in (0.0, 0.4, 0.5, 0.8)]
        [0, 0, 1, 2]
    """
    if not 0 <= u < 1:
        raise ValueError(f"u is a random number from 0 up to but not 1; got {u!r}.")
    widths = probs.detach().cpu().double()
    total = widths.sum().item()
    if not (widths >= 0).all() or not abs(total - 1) < 1e-3:
        raise ValueError(
            f"expected probabilities, none negative, that sum to 1; these sum to {total:.6g} and "
            f"the lowest is {widths.min():.6g}. Divide them by their sum, or pass logits through "
            "with_temperature."
        )
    ends = widths.cumsum(dim=0)
    # Times the sum as it was rounded: u is at least half an ulp below 1, so the product is below
    # the last end, and the first end beyond it belongs to a bar that has a width.
    return int(torch.searchsorted(ends, u * ends[-1], right=True))
