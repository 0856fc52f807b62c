"""A GPT as most scripts write it, to measure against: plain PyTorch and nanoGPT's settings.

The settings are those that nanoGPT's README gives for a laptop's processor (character-level
Shakespeare, "I only have a macbook"): 4 layers × 128, 4 heads, n_ctx 64, batch 12, 2,000 steps,
AdamW with a cosine schedule.

Source: Karpathy 2023, nanoGPT, README ("quick start") and config/train_shakespeare_char.py.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator

import torch
from torch import Tensor, nn
from torch.nn import functional as F

D_MODEL, N_LAYERS, N_HEADS, N_CTX, BATCH = 128, 4, 4, 64, 12
STEPS, WARMUP = 2000, 100
LR, LAST_LR, WEIGHT_DECAY, BETAS = 1e-3, 1e-4, 0.1, (0.9, 0.99)
EVALUATE_EVERY = 250


class PlainBlock(nn.Module):
    """Attention and MLP from torch's own layers, without biases."""

    def __init__(self) -> None:
        super().__init__()
        self.ln1, self.ln2 = nn.LayerNorm(D_MODEL, bias=False), nn.LayerNorm(D_MODEL, bias=False)
        self.qkv = nn.Linear(D_MODEL, 3 * D_MODEL, bias=False)
        self.out = nn.Linear(D_MODEL, D_MODEL, bias=False)
        self.rise = nn.Linear(D_MODEL, 4 * D_MODEL, bias=False)
        self.fall = nn.Linear(4 * D_MODEL, D_MODEL, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """Return the stream after this block."""
        n, t, _ = x.shape
        q, k, v = (
            part.view(n, t, N_HEADS, -1).transpose(1, 2)
            for part in self.qkv(self.ln1(x)).split(D_MODEL, dim=2)
        )
        z = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.out(z.transpose(1, 2).reshape(n, t, D_MODEL))
        return x + self.fall(F.gelu(self.rise(self.ln2(x))))


class PlainGPT(nn.Module):
    """Embeddings, blocks, tied unembedding."""

    def __init__(self, d_vocab: int) -> None:
        super().__init__()
        self.tokens, self.places = nn.Embedding(d_vocab, D_MODEL), nn.Embedding(N_CTX, D_MODEL)
        self.blocks = nn.ModuleList(PlainBlock() for _ in range(N_LAYERS))
        self.ln = nn.LayerNorm(D_MODEL, bias=False)
        for name, weight in self.named_parameters():
            if weight.ndim == 2:
                last = name.endswith(("out.weight", "fall.weight"))
                nn.init.normal_(weight, std=0.02 / math.sqrt(2 * N_LAYERS) if last else 0.02)

    def forward(self, ids: Tensor) -> Tensor:
        """Return the logits of the next token after every position."""
        x = self.tokens(ids) + self.places.weight[: ids.shape[1]]
        for block in self.blocks:
            x = block(x)
        return F.linear(self.ln(x), self.tokens.weight)


def trained(
    logits_of: Callable[[Tensor], Tensor],
    model: nn.Module,
    train: Tensor,
    evaluate: Callable[[], float],
) -> Iterator[tuple[float, float]]:
    """Train with nanoGPT's settings; yield seconds of training and validation loss.

    Args:
        logits_of: Calls the model for its logits alone.
        model: Whose weights are trained.
        train: The training text's ids.
        evaluate: Measures the loss on the whole validation split.
    """
    wide = [w for w in model.parameters() if w.ndim >= 2]
    narrow = [w for w in model.parameters() if w.ndim < 2]
    groups = [
        {"params": wide, "weight_decay": WEIGHT_DECAY},
        {"params": narrow, "weight_decay": 0.0},
    ]
    optimizer = torch.optim.AdamW(groups, lr=LR, betas=BETAS, fused=True)
    draws = torch.Generator().manual_seed(0)
    seconds = 0.0
    for step in range(1, STEPS + 1):
        began = time.perf_counter()
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(step)
        starts = torch.randint(len(train) - N_CTX, (BATCH, 1), generator=draws)
        window = train[starts + torch.arange(N_CTX + 1)]
        loss = F.cross_entropy(logits_of(window[:, :-1]).flatten(0, 1), window[:, 1:].flatten())
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        loss.item()
        seconds += time.perf_counter() - began
        if step % EVALUATE_EVERY == 0:
            yield seconds, evaluate()


def learning_rate(step: int) -> float:
    """Rise in a straight line, then fall along a cosine to a tenth."""
    if step < WARMUP:
        return LR * step / WARMUP
    progress = (step - WARMUP) / (STEPS - WARMUP)
    return LAST_LR + 0.5 * (1 + math.cos(math.pi * progress)) * (LR - LAST_LR)
