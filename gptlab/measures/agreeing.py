"""How far the gradients of two batches agree: what a larger batch is good for."""

import torch
from jaxtyping import Int
from torch import Tensor
from torch.nn import functional as F

from gptlab.gpt import GPT
from gptlab.objectives import Objective


def gradients_alike(
    model: GPT,
    objective: Objective,
    ids: Int[Tensor, " n_tokens"],
    batch_size: int,
    *,
    weight: str,
    n_batches: int = 6,
) -> float:
    """Return the mean cosine between the gradients of different batches.

    The gradient of a batch is that of the whole text and noise. The noise's variance falls as
    1 / batch_size, so the larger two batches are, the more alike their gradients.

    Args:
        model: The model; it is not changed.
        objective: What is asked.
        ids: The text that batches are drawn from.
        batch_size: Windows or texts per batch.
        weight: The name of the parameter whose gradients are compared.
        n_batches: How many are drawn, with seeds from 0 on.

    Returns:
        From −1 to 1; 0 if two batches have nothing to do with each other.

    Source: McCandlish et al. 2018 (An Empirical Model of Large-Batch Training), section 2.2.
    """
    rows = []
    for seed in range(n_batches):
        drawn = torch.Generator().manual_seed(seed)
        inputs, targets = objective.batch(ids, batch_size, model.cfg.n_ctx, drawn)
        loss = F.cross_entropy(model(inputs).flatten(0, 1).float(), targets.flatten())
        (gradient,) = torch.autograd.grad(loss, model.get_parameter(weight))
        rows.append(gradient.flatten())
    unit = F.normalize(torch.stack(rows))
    others = ~torch.eye(n_batches, dtype=torch.bool)
    return (unit @ unit.T)[others].mean().item()
