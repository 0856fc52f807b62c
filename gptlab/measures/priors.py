"""Where a bell curve can be a prior: over weights, under the name of weight decay."""

import math
from collections.abc import Iterable

import torch
from jaxtyping import Float
from torch import Tensor


def log_normal_prior(weights: Iterable[Tensor], std: float) -> Float[Tensor, ""]:
    """Return the log-density of weights under independent normal distributions around 0.

    ln p(θ) = −Σ θ² / (2 σ²) − n ln(σ √(2π))

    Its gradient is −θ / σ²: the pull of an L2 penalty λ/2 Σ θ² with λ = 1/σ².

    Args:
        weights: Of a model.
        std: σ, above 0.

    Returns:
        Nats, through which gradients flow.

    Raises:
        ValueError: If σ is not above 0.

    Source: Bishop 2006, equations 1.65 to 1.67.
    """
    if not std > 0:
        raise ValueError(f"std is a width, more than 0; got {std!r}.")
    every = torch.cat([weight.flatten() for weight in weights])
    normalised = len(every) * math.log(std * math.sqrt(2 * math.pi))
    return -every.square().sum() / (2 * std**2) - normalised


def l2_penalty(weights: Iterable[Tensor], strength: float) -> Float[Tensor, ""]:
    """Return λ/2 Σ θ², which a loss with weight decay adds.

    Args:
        weights: Of a model.
        strength: λ, 0 or more.

    Source: Loshchilov & Hutter 2019, section 2.
    """
    return strength / 2 * torch.cat([weight.flatten() for weight in weights]).square().sum()
