"""The same tokens in every order: a bag of words cannot tell them apart, a sequence model can."""

import math
from collections.abc import Iterable
from itertools import permutations

import torch
from jaxtyping import Float, Int
from torch import Tensor

from gptlab.gpt import GPT
from gptlab.measures.sentences import log_probs

MOST_TOKENS = 8  # 40,320 orders


def orderings(ids: Int[Tensor, " pos"]) -> Int[Tensor, "order pos"]:
    """Put tokens in all n! orders; the first is the one that they came in.

    Args:
        ids: At most eight tokens.

    Raises:
        ValueError: If there are more.

    Example:
        >>> orderings(torch.tensor([7, 8, 9])).tolist()[:2]
        [[7, 8, 9], [7, 9, 8]]
    """
    if len(ids) > MOST_TOKENS:
        raise ValueError(
            f"{len(ids)} tokens have {math.factorial(len(ids)):,} orders; at most {MOST_TOKENS} "
            "tokens are put in all of them. Choose a shorter text."
        )
    return ids[torch.tensor(list(permutations(range(len(ids)))))]


def multinomial_log_prob(
    counts: Int[Tensor, "*bag token"], p: Float[Tensor, " token"]
) -> Float[Tensor, "*bag"]:
    """Return the log-probability of how often each token comes in n independent draws.

    ln p(counts) = ln n! − Σ_i ln counts_i! + Σ_i counts_i ln p_i

    With n = 1 it is the categorical distribution. It knows counts alone, so that every order of the
    same tokens has the same one.

    Args:
        counts: Draws of each token; n is their sum.
        p: The probability of each token.

    Returns:
        Nats.

    Source: Bishop 2006, equation 2.34; McCallum & Nigam 1998, section 3.
    """
    number = counts.double()
    ways = torch.lgamma(number.sum(-1) + 1) - torch.lgamma(number + 1).sum(-1)
    return ways + torch.special.xlogy(number, p.double()).sum(-1)


def as_likely_by_chance(found: float, others: Float[Tensor, " order"]) -> float:
    """Return the p-value of a permutation test: how often another order scores as high.

    (1 + #{others ≥ found}) / (1 + #others)

    Args:
        found: The score of the real order.
        others: The scores of other orders, drawn at random or all there are.

    Source: Phipson & Smyth 2010, equation 2.

    Example:
        >>> as_likely_by_chance(3.0, torch.tensor([1.0, 2.0, 4.0]))
        0.5
    """
    return (1 + int((others >= found).sum())) / (1 + len(others))


def chances_of_order(
    model: GPT, texts: Iterable[Int[Tensor, " pos"]], n_orders: int, generator: torch.Generator
) -> list[float]:
    """Test for each text whether a model finds its order likelier than random ones.

    Args:
        model: A causal model.
        texts: Each begins with the token that it is given; that one keeps its place.
        n_orders: Random orders that each text is compared with.
        generator: Where they are drawn from.

    Returns:
        The p-values of `as_likely_by_chance`.
    """
    found = []
    for text in texts:
        mixed = [torch.randperm(len(text) - 1, generator=generator) + 1 for _ in range(n_orders)]
        orders = torch.stack([torch.arange(1, len(text)), *mixed])
        rows = torch.cat([text[:1].expand(len(orders), 1), text[orders]], dim=1)
        scores = log_probs(model, rows).sum(-1)
        found.append(as_likely_by_chance(scores[0].item(), scores[1:]))
    return found
