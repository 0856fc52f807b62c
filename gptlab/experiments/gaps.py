"""A twin of the GPT that sees both sides, trained to fill gaps."""

import torch
from jaxtyping import Int
from torch import Tensor
from torch.nn import functional as F
from torch.optim import AdamW

from gptlab.config import GPTConfig
from gptlab.gpt import GPT
from gptlab.masks import Bidirectional

WINDOW, BATCH, SHARE, LR = 32, 16, 0.15, 4e-3


def gap_filler(
    ids: Int[Tensor, " n_tokens"], d_vocab: int, n_steps: int, generator: torch.Generator
) -> tuple[GPT, float]:
    """Train a small model without a mask to say what stands in the gaps of a text.

    Args:
        ids: The text's tokens.
        d_vocab: How many tokens there are; the model gets one more, which marks a gap.
        n_steps: Optimizer steps.
        generator: Draws weights, windows and gaps.

    Returns:
        The model, and its mean loss in the gaps over the last ten steps, in nats per gap.

    Source: Devlin et al. 2019, section 3.1, without its exchange of some gaps for other tokens.
    """
    cfg = GPTConfig(d_vocab=d_vocab + 1, n_ctx=64, d_model=48, n_layers=2, n_heads=4)
    model = GPT(cfg, mask=Bidirectional(), generator=generator)
    optimizer = AdamW(model.parameters(), lr=LR)
    losses = []
    for _step in range(n_steps):
        starts = torch.randint(len(ids) - WINDOW, (BATCH, 1), generator=generator)
        window = ids[starts + torch.arange(WINDOW)]
        gaps = torch.rand(window.shape, generator=generator) < SHARE
        logits = model(window.masked_fill(gaps, d_vocab))
        loss = F.cross_entropy(logits[gaps], window[gaps])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return model, sum(losses[-10:]) / len(losses[-10:])
