"""What a computation costs when it runs: operations, memory, time, and how they grow."""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from torch.profiler import ProfilerActivity, profile
from torch.utils.flop_counter import FlopCounterMode, sdpa_flop_count

FUSED = torch.ops.aten._scaled_dot_product_flash_attention_for_cpu


def counted_flops(run: Callable[[], object]) -> int:
    """Count the floating-point operations of the matrix products that really run.

    torch counts every product that it carries out, an addition and a multiplication as two. Its
    fused attention counts as two whole products, whatever the mask.

    Args:
        run: What to look at.
    """
    with FlopCounterMode(display=False, custom_mapping={FUSED: _fused}) as counter, torch.no_grad():
        run()
    return int(counter.get_total_flops())


def peak_bytes(run: Callable[[], object]) -> int:
    """Measure how much more memory a computation holds at once than when it began.

    Args:
        run: What to look at; what it returns counts too.
    """
    with (
        _quiet(),
        profile(activities=[ProfilerActivity.CPU], profile_memory=True) as seen,
        torch.no_grad(),
    ):
        run()
    found = seen.profiler.kineto_results.events()
    steps = sorted((e.start_ns(), e.nbytes()) for e in found if e.name() == "[memory]")
    held = np.cumsum([size for _when, size in steps])
    return int(max(held, default=0))


def seconds(run: Callable[[], object], repeats: int = 5) -> float:
    """Measure how long something takes: the fastest of several runs, after one to warm up.

    Whatever else a machine does makes a run slower, never faster.

    Args:
        run: What to time.
        repeats: How often.
    """
    found = []
    with torch.no_grad():
        run()
        for _ in range(repeats):
            began = time.perf_counter()
            run()
            found.append(time.perf_counter() - began)
    return min(found)


def slope(sizes: Sequence[int | float], costs: Sequence[int | float]) -> float:
    """Fit the exponent p of cost ≈ a · sizeᵖ, by least squares on the logarithms.

    Args:
        sizes: Positive sizes, two or more.
        costs: Positive costs, one per size.

    Example:
        >>> round(slope([1, 2, 4], [3, 12, 48]), 6)
        2.0
    """
    return float(np.polyfit(np.log(sizes), np.log(costs), 1)[0])


def _fused(q: torch.Size, k: torch.Size, v: torch.Size, *_rest: Any, **_options: Any) -> int:
    return int(sdpa_flop_count(q, k, v))


@contextmanager
def _quiet() -> Iterator[None]:
    # torch's profiler announces itself on the process's own error output, past Python.
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
