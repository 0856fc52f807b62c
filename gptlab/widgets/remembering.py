"""What the memory lab shows: recorded curves, and what small models make of one text.

`js/lib/remembering.js` asks the same models in the page; tests hold the two equal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from statistics import fmean
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gptlab.experiments import parity, recall_beyond, recorded
from gptlab.experiments.answering import last_k
from gptlab.experiments.keeping import TASK, Kept
from gptlab.experiments.tasks import Task
from gptlab.gpt import GPT
from gptlab.hashing import uniform
from gptlab.probes import capture
from gptlab.rnn import Memory

N_SYMBOLS = TASK.n_symbols
QUESTION = 2 * N_SYMBOLS
FARTHEST = 255  # steps between the key and the question
K = 4  # tokens that the baseline sees
TRAINED: Mapping[str, int | None] = {
    "recall-distance": None,
    "recall-beyond": recall_beyond.LENGTH,
    "parity": parity.LENGTH,
}
"""The experiments that are shown, and how long the texts were in training; None if each distance
was trained for itself."""
_CURVE_ENDS = ("right", "distance")  # the last word of a curve's name
_LAST = "last"  # the first word of the baseline's name


@cache
def curves(name: str) -> dict[str, Any]:
    """Read what was recorded of an experiment, as a picture needs it.

    Returns:
        `name`, `question`, `n_seeds`, `trained`, `distances`, the share `chance`, the `baseline` of
        one who has counted what follows the last four tokens, at each distance, and for each model
        its `name`, and its `mean`, `low` and `high` share of right answers at each distance.

    Raises:
        FileNotFoundError: Nothing was recorded.
    """
    record = recorded(name)
    distances = record.mean("distances")
    models = []
    for key in record.runs[0].numbers:
        named, _colon, what = key.rpartition(": ")
        if named and what.split()[-1] in _CURVE_ENDS and not key.startswith(_LAST):
            each = [list(values) for values in zip(*record.values(key), strict=True)]
            models.append(
                {
                    "name": named,
                    "mean": [round(fmean(values), 4) for values in each],
                    "low": [round(min(values), 4) for values in each],
                    "high": [round(max(values), 4) for values in each],
                }
            )
    return {
        "name": name,
        "question": record.question,
        "n_seeds": len(record.runs),
        "trained": TRAINED[name],
        "distances": distances,
        "chance": record.mean("chance"),
        "baseline": _baseline(name, len(distances)),
        "models": models,
    }


def _baseline(name: str, n: int) -> list[float]:
    record = recorded(name)
    for key in record.runs[0].numbers:
        if key.startswith(_LAST):
            return [round(share, 4) for share in record.mean(key)]
    tasks: dict[str, Task] = {"recall-beyond": recall_beyond.TASK, "parity": parity.TASK}
    task = tasks[name]
    share = last_k(task, K, 512, torch.Generator().manual_seed(0))
    return [round(share, 4)] * n


def text_of(key: int, distance: int, seed: int) -> list[int]:
    """Return a key, noise, and a question so many steps after the key.

    Args:
        key: Which of the eight symbols, counted from 0.
        distance: Steps from the key to the question.
        seed: Of the noise.
    """
    noise = [int(uniform(seed, step) * N_SYMBOLS) for step in range(distance - 1)]
    return [N_SYMBOLS + key, *noise, QUESTION]


def letter_of(token: int) -> str:
    """Write a token: capital letters are keys, small ones are noise.

    Example:
        >>> letter_of(8), letter_of(0), letter_of(16)
        ('A', 'a', '?')
    """
    if token == QUESTION:
        return "?"
    return chr(ord("a") + token if token < N_SYMBOLS else ord("A") + token - N_SYMBOLS)


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What a model makes of a text.

    Args:
        shares: What it gives each token, as the answer.
        states: Of a recurrent model, the hidden state after each token; else empty.
        asked: Of a recurrent model, what it gives the right answer if it is asked after each token.
        pattern: Of a Transformer, the last row of each head, over the tokens of its window.
    """

    shares: NDArray[np.float32]
    states: NDArray[np.float32]
    asked: NDArray[np.float32]
    pattern: NDArray[np.float32]


def reading(kept: Kept, tokens: list[int]) -> Reading:
    """Let a model read a text, and look inside.

    Args:
        kept: The model.
        tokens: The text, a question at its end.
    """
    nothing = np.zeros((0, 0), np.float32)
    if isinstance(kept.model, GPT):
        seen = torch.tensor([tokens[-kept.model.cfg.n_ctx :]])
        with torch.inference_mode(), capture(kept.model, "blocks.*.attn.pattern") as found:
            shares = kept.model(seen)[0, -1].softmax(-1)
        rows = torch.cat([pattern[0, :, -1] for pattern in found.values()])
        return Reading(shares=shares.numpy(), states=nothing, asked=nothing, pattern=rows.numpy())
    states, asked, memory = [], [], Memory()
    shares = torch.zeros(0)
    with torch.inference_mode():
        for place, token in enumerate(tokens):
            if place:
                early = kept.model(torch.tensor([[QUESTION]]), Memory(states=list(memory.states)))
                asked.append(early[0, -1].softmax(-1)[tokens[0] - N_SYMBOLS])
            shares = kept.model(torch.tensor([[token]]), memory)[0, -1].softmax(-1)
            states.append(memory.states[0][0][0])
    return Reading(shares=shares.numpy(), states=_rows(states), asked=_rows(asked), pattern=nothing)


def shares_of(kept: Kept, tokens: list[int]) -> NDArray[np.float32]:
    """Return what a model gives each token as the answer, without looking inside."""
    window = kept.model.cfg.n_ctx if isinstance(kept.model, GPT) else len(tokens)
    with torch.inference_mode():
        shares: NDArray[np.float32] = (
            kept.model(torch.tensor([tokens[-window:]]))[0, -1].softmax(-1).numpy()
        )
    return shares


def _rows(parts: list[Tensor]) -> NDArray[np.float32]:
    return np.stack([part.numpy() for part in parts]).astype(np.float32)
