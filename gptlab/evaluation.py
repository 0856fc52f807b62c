"""How well a model predicts a text it has not seen."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional as F

from gptlab.data import Split, ordered_windows
from gptlab.gpt import GPT

TOKENS_PER_BATCH = 4096  # measured: larger batches are no faster on a laptop and take more memory


def bits_per_byte(loss: float, n_tokens: int, n_bytes: int) -> float:
    """Convert a loss per token into a loss per byte of text, comparable across tokenizers.

    bits per byte = loss · n_tokens / (ln 2 · n_bytes)

    Args:
        loss: Mean cross-entropy, in nats per token.
        n_tokens: How many tokens the mean was taken over.
        n_bytes: How many UTF-8 bytes those tokens spell.

    Returns:
        Bits per byte; 8.0 is what guessing uniformly over bytes gives.

    Source: Gao et al. 2020 (The Pile), section 3.1.

    Example:
        A byte tokenizer that guesses uniformly needs 8 bits for every byte:

        >>> round(bits_per_byte(math.log(256), n_tokens=10, n_bytes=10), 6)
        8.0
    """
    return loss * n_tokens / (math.log(2) * n_bytes)


@dataclass(frozen=True)
class Evaluation:
    """A model's loss on a whole text.

    Args:
        loss: Mean cross-entropy, in nats per token.
        n_tokens: Tokens that were predicted.
        n_bytes: UTF-8 bytes that they spell.
    """

    loss: float
    n_tokens: int
    n_bytes: int

    @property
    def bits_per_byte(self) -> float:
        """Loss per byte of text, in bits."""
        return bits_per_byte(self.loss, self.n_tokens, self.n_bytes)

    def __str__(self) -> str:
        """Return the one form in which losses are printed everywhere."""
        return f"{self.loss:.4f} nats per token, {self.bits_per_byte:.4f} bits per byte"


def evaluate(
    model: GPT, split: Split, *, progress: Callable[[float], None] | None = None
) -> Evaluation:
    """Measure the loss over a whole split, every token but the first predicted exactly once.

    The split is cut in order into windows of n_ctx + 1 tokens that overlap by one, so a token
    sees from none to n_ctx − 1 tokens before it, and the figure is one number, not an estimate.

    Args:
        model: The model; its dropout is off while it is measured.
        split: Text of at least two tokens.
        progress: Called after every batch with the share that is done, from 0 to 1.

    Raises:
        ValueError: If the split is too short to predict anything.
    """
    if len(split.ids) < 2:
        raise ValueError(
            f"a loss needs at least two tokens, one to predict from and one to predict; this text "
            f"has {len(split.ids)}. Use a longer text."
        )
    n_tokens = len(split.ids) - 1
    n_ctx = model.cfg.n_ctx
    total, done = 0.0, 0
    with eval_mode(model), torch.inference_mode():
        ids = split.ids.to(model.device)
        for inputs, targets in ordered_windows(ids, n_ctx, max(1, TOKENS_PER_BATCH // n_ctx)):
            logits = model(inputs).flatten(0, 1).float()
            total += F.cross_entropy(logits, targets.flatten(), reduction="sum").item()
            done += targets.numel()
            if progress:
                progress(done / n_tokens)
    return Evaluation(total / n_tokens, n_tokens, split.n_bytes)


class eval_mode:
    """Switch dropout off while the `with` block runs, and restore what was before."""

    def __init__(self, model: nn.Module) -> None:
        self.model = model

    def __enter__(self) -> None:
        # Switching walks through every layer, which would cost a quarter of a generated token.
        self.was_training = self.model.training
        if self.was_training:
            self.model.eval()

    def __exit__(self, *_exception: object) -> None:
        if self.was_training:
            self.model.train()
