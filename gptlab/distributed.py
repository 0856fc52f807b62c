"""Several processes, one run: what `torchrun` needs, and nothing when there is one process."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

_T = TypeVar("_T", bool, float)


@contextmanager
def processes() -> Iterator[None]:
    """Join the processes that `torchrun` started, for as long as the `with` block runs."""
    if int(os.environ.get("WORLD_SIZE", "1")) == 1:
        yield
        return
    if torch.cuda.is_available():
        torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
    dist.init_process_group("nccl" if torch.cuda.is_available() else "gloo")
    try:
        yield
    finally:
        dist.destroy_process_group()


def rank() -> int:
    """Number this process among those of the run, from 0; the first one prints and saves."""
    return dist.get_rank() if dist.is_initialized() else 0


def wrapped(model: nn.Module) -> nn.Module:
    """Return the model as training calls it: gradients are averaged over all processes."""
    return DistributedDataParallel(model) if dist.is_initialized() else model


def share_of(batch: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
    """Return this process's rows of a batch that all of them drew alike.

    Raises:
        ValueError: If the rows do not divide evenly.
    """
    if not dist.is_initialized():
        return batch
    n, rank = dist.get_world_size(), dist.get_rank()
    if len(batch[0]) % n:
        raise ValueError(
            f"a batch of {len(batch[0])} windows does not divide evenly among {n} processes. "
            f"Choose a batch size that is a multiple of {n}."
        )
    inputs, targets = (part.chunk(n)[rank] for part in batch)
    return inputs, targets


def mean(value: Tensor) -> Tensor:
    """Average a number over all processes."""
    if dist.is_initialized():
        dist.all_reduce(value)
        value /= dist.get_world_size()
    return value


def from_first(value: _T) -> _T:
    """Return the first process's value in every process, so that all stop at the same step."""
    if not dist.is_initialized():
        return value
    device = "cuda" if dist.get_backend() == "nccl" else "cpu"
    box = torch.tensor(float(value), dtype=torch.float64, device=device)
    dist.broadcast(box, src=0)
    return type(value)(box.item())
