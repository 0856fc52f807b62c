"""A small Elman network on a learner's text, with every gradient that torch finds on the way back.

`js/lib/elman.js` and `js/lib/unrolling.js` have the same backward pass written out; tests hold the
two equal.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from gptlab.hashing import uniform
from gptlab.widgets.grouping import characters

N_HIDDEN = 8
MOST_SIGNS = 49  # of a text, so that there are 48 steps at most
ROWS = 4  # rows of random numbers that belong to a seed
EVERY, LAST = LOSSES = ("every", "last")
RANDOM, ROTATION = RECURRENCES = ("random", "rotation")

Numbers = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What of the network and of its loss can be changed.

    Args:
        losses: `every` step's loss, or that of the `last` one.
        truncation: How many steps a loss reaches, its own included.
        radius: Spectral radius of the recurrent matrix.
        recurrence: Whether that matrix is `random` or a `rotation`.
        squash: Whether tanh is taken at each step.
        seed: Of the weights.
    """

    losses: str = EVERY
    truncation: int = MOST_SIGNS - 1
    radius: float = 0.9
    recurrence: str = RANDOM
    squash: bool = True
    seed: int = 0


@dataclass(frozen=True, kw_only=True)
class Sequence:
    """The characters of a text; each is predicted from those before it."""

    signs: list[str]
    alphabet: list[str]
    n_left_out: int

    @property
    def ids(self) -> list[int]:
        """Which sign of the alphabet each one is."""
        return [self.alphabet.index(sign) for sign in self.signs]


@dataclass(frozen=True, kw_only=True)
class Walk:
    """A text read forwards, and all gradients of the way back.

    Args:
        sequence: What was read.
        settings: How.
        states: The state after each step.
        losses: The loss of each step, in nats.
        arrived: d loss_t / d h_s at [t, s], zeros where nothing arrives.
        parts: Each step's part in the gradient of each weight, by name.
    """

    sequence: Sequence
    settings: Settings
    states: Numbers
    losses: Numbers
    arrived: Numbers
    parts: dict[str, Numbers]

    @property
    def n_steps(self) -> int:
        """Characters that are predicted."""
        return len(self.losses)

    @property
    def sizes(self) -> Numbers:
        """The length of each gradient in `arrived`."""
        return np.linalg.norm(self.arrived, axis=-1)

    def sums(self, walked: int) -> dict[str, Numbers]:
        """Return the gradient of each weight, summed over so many steps from the last one."""
        first = self.n_steps - walked
        return {name: part[first:].sum(0) for name, part in self.parts.items()}


def sequence_of(text: str) -> Sequence:
    """Take the newest characters of a text.

    Example:
        >>> sequence_of("aba").ids
        [0, 1, 0]
    """
    every = [sign.decode() for sign in characters(text.encode())]
    signs = every[-MOST_SIGNS:]
    alphabet = list(dict.fromkeys(signs))
    return Sequence(signs=signs, alphabet=alphabet, n_left_out=len(every) - len(signs))


def weights_of(n_signs: int, settings: Settings) -> dict[str, Tensor]:
    """Return the weights of a seed, with the lesson's names; the page draws the same."""
    raw = _drawn(settings.seed, 0, N_HIDDEN * N_HIDDEN).reshape(N_HIDDEN, N_HIDDEN)
    unit = _orthogonal(raw) if settings.recurrence == ROTATION else raw / spectral_radius(raw)
    shape = (n_signs, N_HIDDEN)
    weights = {
        "W_x": _drawn(settings.seed, 1, n_signs * N_HIDDEN).reshape(shape),
        "W_h": settings.radius * unit,
        "b": np.zeros(N_HIDDEN),
        "W_U": _drawn(settings.seed, 2, n_signs * N_HIDDEN).reshape(shape).T,
    }
    return {name: torch.tensor(weight.copy()) for name, weight in weights.items()}


def unrolled(sequence: Sequence, settings: Settings) -> Walk:
    """Read a text forwards, and let torch's autograd go back from each loss that counts.

    A truncated loss is that of a network that read on from a state without a history, as after
    `detach()`.
    """
    weights = weights_of(len(sequence.alphabet), settings)
    states = _states(weights, sequence.ids[:-1], settings.squash)
    n = len(states) - 1
    arrived = np.zeros((n, n, N_HIDDEN))
    parts = {name: np.zeros((n, *weight.shape)) for name, weight in weights.items()}
    losses = np.zeros(n)
    for t in range(n):
        first = max(0, t + 1 - settings.truncation)
        loss, hidden, copies = _read(weights, sequence.ids, states[first], (first, t), settings)
        losses[t] = loss.item()
        if settings.losses == LAST and t < n - 1:
            continue
        wanted = [*hidden, *(weight for each in copies for weight in each.values())]
        found = torch.autograd.grad(loss, wanted, materialize_grads=True)
        arrived[t, first : t + 1] = torch.stack(found[: len(hidden)]).numpy()
        for at, gradient in enumerate(found[len(hidden) :]):
            step, name = first + at // len(weights), list(weights)[at % len(weights)]
            parts[name][step] += gradient.numpy()
    return Walk(
        sequence=sequence,
        settings=settings,
        states=torch.stack(states[1:]).numpy(),
        losses=losses,
        arrived=arrived,
        parts=parts,
    )


def spectral_radius(matrix: Numbers) -> float:
    """Return the absolute value of a square matrix's largest eigenvalue."""
    return float(np.abs(np.linalg.eigvals(matrix)).max())


def largest_stretch(settings: Settings) -> float:
    """Return by how much W_h stretches a state at most: its largest singular value."""
    return float(np.linalg.norm(weights_of(1, settings)["W_h"].numpy(), 2))


def _states(weights: dict[str, Tensor], ids: list[int], squash: bool) -> list[Tensor]:
    states = [torch.zeros(N_HIDDEN, dtype=torch.float64)]
    for id in ids:
        states.append(_step(weights, id, states[-1], squash))
    return states


def _step(weights: dict[str, Tensor], id: int, before: Tensor, squash: bool) -> Tensor:
    sum = weights["W_x"][id] + before @ weights["W_h"] + weights["b"]
    return torch.tanh(sum) if squash else sum


def _read(
    weights: dict[str, Tensor],
    ids: list[int],
    state: Tensor,
    steps: tuple[int, int],
    settings: Settings,
) -> tuple[Tensor, list[Tensor], list[dict[str, Tensor]]]:
    """Read from one step to another, each with weights of its own, so that each has a part."""
    first, last = steps
    hidden, copies = [], []
    for step in range(first, last + 1):
        own = {name: weight.clone().requires_grad_() for name, weight in weights.items()}
        state = _step(own, ids[step], state, settings.squash)
        hidden.append(state)
        copies.append(own)
    logits = state @ copies[-1]["W_U"]
    loss = F.cross_entropy(logits[None], torch.tensor([ids[last + 1]]))
    return loss, hidden, copies


def _drawn(seed: int, row: int, n: int) -> Numbers:
    return np.array([2 * uniform(ROWS * seed + row, step) - 1 for step in range(n)])


def _orthogonal(matrix: Numbers) -> Numbers:
    """Make the rows orthogonal and of length 1, one after the other."""
    q, r = np.linalg.qr(matrix.T)
    return (q * np.sign(r.diagonal())).T
