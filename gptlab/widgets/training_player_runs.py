"""The two kinds of training that a player shows: one that goes on, and one that was recorded."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

from gptlab import checkpoints
from gptlab.gpt import GPT
from gptlab.tokenizers import Tokenizer
from gptlab.widgets.backends import GPTBackend, OpenModels

MOST_ROWS = 240  # of a log that travels to the page
COLUMNS = ("step", "loss", "lr", "grad_norm")


class Result(Protocol):
    """What a step of a training tells: `gptlab.training.StepResult` does."""

    step: int
    loss: float
    lr: float
    grad_norm: float
    validation: Any


class LiveRun:
    """A training whose steps are taken when somebody asks for them.

    Args:
        model: The model that is trained; snapshots are copies of it.
        tokenizer: Its tokenizer.
        steps: The generator that takes a step each time that it is asked, `train(run)`.
        total: Steps that it is meant to take.
    """

    def __init__(
        self, model: GPT, tokenizer: Tokenizer, steps: Iterator[Result], total: int
    ) -> None:
        self.model, self.tokenizer, self.steps, self.total = model, tokenizer, steps, total
        self.rows: list[dict[str, Any]] = []
        self.snapshots = {0: self._copied()}
        self.first = self.kept = 0  # of the snapshots; the newest that stays when one more comes

    @property
    def step(self) -> int:
        """Steps taken."""
        return int(self.rows[-1]["step"]) if self.rows else min(self.snapshots)

    def advance(self, n: int) -> None:
        """Take steps, at most as many as the generator has; keep snapshots at doubling steps."""
        for result in islice(self.steps, n):
            if not self.rows and result.step > 1:  # a run that goes on where it stopped
                self.first = self.kept = result.step - 1
                self.snapshots = {self.first: self.snapshots.pop(0)}
            row = {name: round(getattr(result, name), 6) for name in COLUMNS}
            if result.validation is not None:
                row["validation"] = round(result.validation.loss, 5)
            self.rows.append(row)
            self._keep(result.step)

    def opened(self) -> OpenModels:
        """Return the snapshots as a widget takes them; no page has their weights."""
        snapshots = dict(sorted(self.snapshots.items()))
        backends = list(snapshots.values())
        return OpenModels(name="", steps=tuple(snapshots), open=backends.__getitem__)

    def _keep(self, step: int) -> None:
        newest = max(self.snapshots)
        if newest > self.kept:
            del self.snapshots[newest]
        self.snapshots[step] = self._copied()
        if step - self.first >= 2 * (self.kept - self.first):
            self.kept = step

    def _copied(self) -> GPTBackend:
        return GPTBackend(copy.deepcopy(self.model).eval(), self.tokenizer)


def log_of(model: object) -> list[dict[str, Any]]:
    """Read the log of a recorded training; empty if there is none.

    Args:
        model: A shipped model's name, or a run's folder.
    """
    if not isinstance(model, str | Path):
        return []
    file = Path(model) / "log.jsonl"
    if file.is_file():
        return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    try:
        return checkpoints.recorded_log(str(model))
    except FileNotFoundError:
        return []


def columns(rows: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """Turn a log's rows into columns, thinned if there are many; the last row stays.

    Returns:
        `step`, `loss`, `lr` and `grad_norm` of the rows that stay, and `validation` with
        `validation_step` of all that have one.
    """
    every = -(-len(rows) // MOST_ROWS) or 1
    kept = [row for i, row in enumerate(rows) if i % every == 0 or i == len(rows) - 1]
    judged = [row for row in rows if "validation" in row]
    return {name: [row[name] for row in kept] for name in COLUMNS} | {
        "validation_step": [row["step"] for row in judged],
        "validation": [row["validation"] for row in judged],
    }
