"""How sharp a softmax is: with the width of a head, and with the number of keys."""

import math
from typing import NamedTuple

import torch

N_QUERIES = 500


class Softness(NamedTuple):
    """What random queries and keys give.

    Args:
        spread: Standard deviation of the scores.
        largest: Mean largest share of a row.
        slope: Mean length of that share's derivative by the scores: what learning gets through.
    """

    spread: float
    largest: float
    slope: float


def softness(
    d_head: int, n_keys: int, generator: torch.Generator, *, divided: bool = True
) -> Softness:
    """Draw queries and keys and look at their softmax.

    The entries are normal with variance 1, so that q · k has variance d_head.

    Args:
        d_head: Width of queries and keys.
        n_keys: Keys per row.
        generator: Draws them.
        divided: Whether scores are divided by √d_head.

    Source: Vaswani et al. 2017, section 3.2.1, footnote 4.
    """
    q, k = (torch.randn(n, d_head, generator=generator) for n in (N_QUERIES, n_keys))
    scores = (q @ k.T / (math.sqrt(d_head) if divided else 1.0)).requires_grad_()
    with torch.enable_grad():
        largest = scores.softmax(-1).amax(-1)
    (slopes,) = torch.autograd.grad(largest.sum(), scores)
    return Softness(scores.std().item(), largest.mean().item(), slopes.norm(dim=-1).mean().item())


def share_of_good_key(
    n_keys: int, good: float, generator: torch.Generator, *, temperature: float = 1.0
) -> float:
    """Return the mean share of one key with a good score, among keys with normal scores.

    Args:
        n_keys: Keys in all.
        good: The score of the good one; the others' are normal with mean 0 and variance 1.
        generator: Draws the others, 200 times.
        temperature: What all scores are divided by.

    Source: Hahn 2020, section 5: with bounded scores, shares thin out as the text grows.
    """
    scores = torch.randn(200, n_keys, generator=generator)
    scores[:, 0] = good
    return (scores / temperature).softmax(-1)[:, 0].mean().item()
