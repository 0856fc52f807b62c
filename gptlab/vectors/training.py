"""The loop that trains word vectors, whatever their objective."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch

from gptlab.vectors.objectives import Objective


@dataclass(frozen=True, kw_only=True)
class VectorStep:
    """One step of training.

    Args:
        step: Counted from 1.
        loss: On this step's batch, before the step.
    """

    step: int
    loss: float


def train_vectors(
    objective: Objective, n_steps: int, *, batch_size: int = 256, learning_rate: int | float = 0.02
) -> Iterator[VectorStep]:
    """Train an objective's vectors with Adam.

    Args:
        objective: `SkipGram`, `CBOW` or `GloVe`; it is changed in place.
        n_steps: How many steps.
        batch_size: Examples per step.
        learning_rate: Falls to 0 in a straight line.

    Yields:
        Each step with its loss.
    """
    optimizer = torch.optim.Adam(objective.parameters(), lr=learning_rate)
    for step in range(1, n_steps + 1):
        optimizer.param_groups[0]["lr"] = learning_rate * (1 - (step - 1) / n_steps)
        optimizer.zero_grad()
        loss = objective.loss(batch_size)
        loss.backward()
        optimizer.step()
        yield VectorStep(step=step, loss=loss.item())
