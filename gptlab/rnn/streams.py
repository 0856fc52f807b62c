"""Reading a long text in order: streams side by side, cut into pieces, the state carried along."""

import math
from collections.abc import Iterator, Sequence

import torch
from jaxtyping import Int
from torch import Tensor, nn
from torch.nn import functional as F
from torch.optim import Optimizer

from gptlab.rnn.model import Memory, RecurrentLM
from gptlab.schedule import learning_rate_scale

Pieces = Sequence[tuple[Int[Tensor, "stream pos"], Int[Tensor, "stream pos"]]]
"""Inputs and targets, piece after piece; row i of a piece goes on in row i of the next."""


def pieces(ids: Int[Tensor, " n_tokens"], n_streams: int, n_pos: int) -> Pieces:
    """Divide a text into streams of equal length, and the streams into pieces.

    Args:
        ids: The text.
        n_streams: Streams that are read side by side.
        n_pos: Tokens of a piece; what is left at the end is dropped.

    Raises:
        ValueError: If the text is too short for one piece.

    Example:
        >>> for inputs, targets in pieces(torch.arange(10), n_streams=2, n_pos=2):
        ...     print(inputs.tolist(), targets.tolist())
        [[0, 1], [5, 6]] [[1, 2], [6, 7]]
        [[2, 3], [7, 8]] [[3, 4], [8, 9]]
    """
    length = len(ids) // n_streams
    n_pieces = (length - 1) // n_pos
    if n_pieces < 1:
        raise ValueError(
            f"{len(ids)} tokens make no piece of {n_pos} tokens and a target in each of "
            f"{n_streams} streams. Use a longer text, or fewer streams."
        )
    rows = ids[: n_streams * length].view(n_streams, length)
    inputs = rows[:, : n_pieces * n_pos].split(n_pos, dim=1)
    targets = rows[:, 1 : n_pieces * n_pos + 1].split(n_pos, dim=1)
    return [*zip(inputs, targets, strict=True)]


def study(
    model: RecurrentLM, text: Pieces, optimizer: Optimizer, *, clip: float = 1.0
) -> Iterator[float]:
    """Train a model on a text in order, and yield the loss of each piece before its update.

    The state is carried from piece to piece and cut off from how it was computed, so a gradient
    goes back to the beginning of its piece: truncated back-propagation through time. The learning
    rate rises over the first twentieth of the pieces and falls over the last half.

    Args:
        model: The model; it is changed.
        text: What `pieces` returns, or part of it.
        optimizer: Of the model's parameters, with its learning rate at its highest.
        clip: Longest gradient that is not shortened.

    Yields:
        Nats per token.

    Source: Williams & Peng 1990; Mikolov et al. 2010, section 2.
    """
    highest = [group["lr"] for group in optimizer.param_groups]
    memory = Memory()
    for step, (inputs, targets) in enumerate(text):
        loss = _loss(model, memory, inputs, targets)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), clip)
        scale = learning_rate_scale((step + 0.5) / len(text), warmup=0.05, decay=0.5)
        for group, lr in zip(optimizer.param_groups, highest, strict=True):
            group["lr"] = lr * scale
        optimizer.step()
        memory.detach()
        yield loss.item()


def loss_on(model: RecurrentLM, text: Pieces, *, carried: bool = True) -> float:
    """Measure a model's loss on a text, in nats per token.

    Args:
        model: The model.
        text: Pieces, in the order in which they shall be read.
        carried: Whether the state goes on from piece to piece; else each begins with none.
    """
    memory, losses = Memory(), []
    with torch.inference_mode():
        for inputs, targets in text:
            memory = memory if carried else Memory()
            losses.append(_loss(model, memory, inputs, targets).item())
    return math.fsum(losses) / len(losses)


def _loss(model: RecurrentLM, memory: Memory, inputs: Tensor, targets: Tensor) -> Tensor:
    return F.cross_entropy(model(inputs, memory).flatten(0, 1), targets.flatten())
