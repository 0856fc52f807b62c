"""The untrained control: what the same model shows before it has learned anything.

Whoever points at a pattern in a trained model should look at this one first. A page draws the same
weights (widgets/js/engine/untrained.js), so they come from whole numbers that no machine rounds.
"""

import copy
import math

import numpy as np
import torch
from numpy.typing import NDArray

from gptlab.gpt import GPT, INIT_STD
from gptlab.hashing import hash32, hashed

_HASHES = 6  # per weight; each gives two numbers of 16 bits
_MEAN = 2 * _HASHES * 0xFFFF // 2  # of their sum


def untrained_twin(model: GPT, seed: int = 0) -> GPT:
    """Return a model of the same parts and sizes whose weights were never trained.

    Matrices are drawn as GPT-2 draws them, with standard deviation 0.02, or 0.02 / √(2 n_layers)
    where they write into the residual stream. Biases are 0 and the weights of norms 1.

    Args:
        model: The trained model; it is not changed.
        seed: Which weights, 0 ≤ seed < 2³².
    """
    twin = copy.deepcopy(model)
    into_stream = INIT_STD / math.sqrt(2 * model.cfg.n_layers)
    with torch.no_grad():
        for number, (name, weight) in enumerate(twin.named_parameters()):
            short = name.rpartition(".")[2]
            if short.startswith("W_"):
                std = into_stream if short in ("W_O", "W_out") else INIT_STD
                drawn = torch.from_numpy(normal(weight.numel(), std, seed, number))
                weight.copy_(drawn.view(weight.shape))
            else:
                weight.fill_(1.0 if short == "weight" else 0.0)
    return twin


def normal(n: int, std: float, seed: int, number: int) -> NDArray[np.float32]:
    """Draw numbers that are about normal, the same in Python and in a page.

    The sum of twelve numbers that are uniform between 0 and 1 has variance 12 · 1/12 = 1 and a
    shape close to the bell curve. Here the twelve are whole numbers of 16 bits, so that the sum is
    exact, and a single float32 product makes it a weight. Each parameter walks through the 2³²
    numbers from its own start and with its own stride, so that no two read the same stretch.

    Args:
        n: How many.
        std: Standard deviation.
        seed: The model's seed.
        number: The parameter's place in the model.

    Source: Irwin 1927 and Hall 1927 (the distribution of such sums).
    """
    start = hashed(hashed(seed) ^ number)
    stride = hashed(start) | 1
    places = np.arange(n * _HASHES, dtype=np.uint32) * np.uint32(stride) + np.uint32(start)
    bits = hash32(places).reshape(n, _HASHES)
    sums = ((bits & np.uint32(0xFFFF)) + (bits >> np.uint32(16))).sum(axis=1, dtype=np.int32)
    return (sums - _MEAN).astype(np.float32) * np.float32(std / 2**16)
