"""How probable a model finds a text, token by token."""

import torch
from jaxtyping import Float, Int
from torch import Tensor

from gptlab.evaluation import eval_mode
from gptlab.gpt import GPT

_PER_PASS = 128


def log_probs(model: GPT, ids: Int[Tensor, "*text pos"]) -> Float[Tensor, "*text next"]:
    """Return ln p of every token but the first, each given all tokens before it.

    ln p(x₂ … x_T | x₁) = Σ_t ln p(x_t | x₁ … x_{t−1})

    One pass reads a whole text: with a causal mask, position t knows nothing of what comes after
    it. The sum over the last axis is the text's log-probability, given its first token.

    Args:
        model: A causal model; its dropout is off while it reads.
        ids: One text, or several of one length, of two to n_ctx + 1 tokens.

    Returns:
        Nats, in float64, at most 0.

    Raises:
        ValueError: If a text has fewer than two tokens.

    Source: Bengio et al. 2003, section 1; Radford et al. 2018 (GPT), equation 1.
    """
    if ids.shape[-1] < 2:
        raise ValueError(
            f"expected a text of two tokens or more, one to read and one to predict, came "
            f"{ids.shape[-1]}. Put a token in front that it begins after, such as a line break."
        )
    rows = torch.atleast_2d(ids)
    with eval_mode(model), torch.inference_mode():
        found = [
            model(some[:, :-1]).double().log_softmax(-1).gather(-1, some[:, 1:, None])[..., 0]
            for some in rows.to(model.device).split(_PER_PASS)
        ]
    return torch.cat(found).cpu().clone().reshape(*ids.shape[:-1], ids.shape[-1] - 1)
