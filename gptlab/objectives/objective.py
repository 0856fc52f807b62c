"""What an objective is, and the one that GPT is trained by."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Protocol, runtime_checkable

import torch
from jaxtyping import Int
from torch import Tensor

from gptlab.data import Split, random_batch
from gptlab.evaluation import Evaluation, evaluate
from gptlab.gpt import GPT
from gptlab.masks import Causal, Mask

NOT_ASKED = -100
"""The target of a position that is not asked; `cross_entropy` leaves such positions out."""

Batch = tuple[Int[Tensor, "batch pos"], Int[Tensor, "batch pos"]]
"""What the model reads, and what it should say at each position, or `NOT_ASKED`."""


@runtime_checkable
class Objective(Protocol):
    """What is asked of a model, and how an answer is judged."""

    mask: ClassVar[Mask]
    """Who may look at whom, so that no answer can be read off."""

    def batch(
        self,
        ids: Int[Tensor, " n_tokens"],
        batch_size: int,
        n_ctx: int,
        generator: torch.Generator,
    ) -> Batch:
        """Draw inputs and targets; every window asks at equally many positions."""
        ...

    def evaluate(
        self, model: GPT, split: Split, *, progress: Callable[[float], None] | None = None
    ) -> Evaluation:
        """Measure the loss over a whole split, at the same places each time."""
        ...


@dataclass(frozen=True)
class NextToken:
    """Say the next token at every position, from what stands before: causal language modelling.

    loss = −1/T Σ_t ln p(x_{t+1} | x_1 … x_t)

    Source: Radford et al. 2018 (GPT), equation 1.
    """

    mask: ClassVar[Mask] = Causal()

    def batch(
        self,
        ids: Int[Tensor, " n_tokens"],
        batch_size: int,
        n_ctx: int,
        generator: torch.Generator,
    ) -> Batch:
        """Cut windows at random places; each position's target is the token after it."""
        return random_batch(ids, batch_size, n_ctx, generator)

    def evaluate(
        self, model: GPT, split: Split, *, progress: Callable[[float], None] | None = None
    ) -> Evaluation:
        """Measure the loss of the next token over a whole split."""
        return evaluate(model, split, progress=progress)
