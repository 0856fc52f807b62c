"""A world so small that every text in it can be written down, and Bayes' rule with them."""

import torch
from jaxtyping import Float, Int
from torch import Tensor

from gptlab.gpt import GPT
from gptlab.measures.sentences import log_probs

MOST_TEXTS = 1_000_000


def every_text(d_vocab: int, n_tokens: int) -> Int[Tensor, "text pos"]:
    """Write down all d_vocab^n_tokens texts of a length, in the order of a dictionary.

    Args:
        d_vocab: Different tokens.
        n_tokens: Tokens in a text.

    Raises:
        ValueError: If there are more than a million.

    Example:
        >>> every_text(2, 2).tolist()
        [[0, 0], [0, 1], [1, 0], [1, 1]]
    """
    if d_vocab**n_tokens > MOST_TEXTS:
        raise ValueError(
            f"{d_vocab}^{n_tokens} texts are too many to write down; {MOST_TEXTS:,} are allowed. "
            "Choose fewer tokens."
        )
    return torch.cartesian_prod(*[torch.arange(d_vocab)] * n_tokens).reshape(-1, n_tokens)


def joint(model: GPT, n_tokens: int, start: int) -> Float[Tensor, " text"]:
    """Return the probability of every text of a length after a start token.

    Each is the product of the model's conditionals; together they sum to 1, for
    Σ_x p(x₁) p(x₂ | x₁) … = 1 from the last factor to the first.

    Args:
        model: A causal model with a small vocabulary.
        n_tokens: Tokens after the start, at most n_ctx.
        start: The token that every text begins after.

    Returns:
        Probabilities in float64, in the order of `every_text`; reshape to [d_vocab] * n_tokens to
        sum over places.
    """
    texts = every_text(model.cfg.d_vocab, n_tokens)
    begun = torch.cat([torch.full((len(texts), 1), start), texts], dim=1)
    return log_probs(model, begun).sum(-1).exp()


def by_bayes(
    likelihood: Float[Tensor, "answer question"], prior: Float[Tensor, " answer"]
) -> Float[Tensor, "question answer"]:
    """Return p(answer | question) by Bayes' rule, every term of it written out.

    p(y | x) = p(x | y) p(y) / Σ_y′ p(x | y′) p(y′)

    Args:
        likelihood: p(x | y), each row a distribution over questions.
        prior: p(y).

    Source: Bishop 2006, equations 1.12 and 1.13.

    Example:
        A question that both answers explain equally well leaves the prior as it is:

        >>> same = torch.tensor([[0.5, 0.5], [0.5, 0.5]])
        >>> [round(p, 2) for p in by_bayes(same, torch.tensor([0.9, 0.1]))[0].tolist()]
        [0.9, 0.1]
    """
    terms = likelihood.T * prior
    return terms / terms.sum(-1, keepdim=True)


def divergence(p: Float[Tensor, "*at outcome"], q: Float[Tensor, "*at outcome"]) -> Tensor:
    """Return the Kullback–Leibler divergence Σ p ln(p / q), in nats; 0 if p and q are the same.

    Args:
        p: Distributions along the last axis.
        q: Distributions that are nowhere 0 where p is not.

    Source: Cover & Thomas 2006, section 2.3.
    """
    return (torch.special.xlogy(p, p) - torch.special.xlogy(p, q)).sum(-1)


def variation(p: Float[Tensor, "*at outcome"], q: Float[Tensor, "*at outcome"]) -> Tensor:
    """Return the total variation distance ½ Σ |p − q|: the share that would have to move, 0 to 1.

    Args:
        p: Distributions along the last axis.
        q: Distributions over the same outcomes.

    Source: Levin, Peres & Wilmer 2009, section 4.1.
    """
    return (p - q).abs().sum(-1) / 2
