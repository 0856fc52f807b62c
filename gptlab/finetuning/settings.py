"""What a fine-tuning run was asked to do, in words that fit on a command line and into a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from gptlab.finetuning.methods import METHODS, LoRA, Method
from gptlab.finetuning.newrows import ChatLoRA

DIALOGUE = "dialogue"
GENRE = "genre"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """All that fixes a run, so that it can be made again.

    Args:
        base: The model to start from: the name of one that ships, or a run's folder.
        task: `genre`, `dialogue`, or the path of a table of labelled texts.
        method: `full`, `last-layer` or `lora`.
        rank: LoRA's.
        n_steps: Optimizer steps at most; training stops early when that is of no use.
        n_labels: Labelled texts to learn from; 0 takes all.
        seed: Fixes first weights, drawn labels and batches.

    Raises:
        ValueError: If the method is unknown, or a number is out of range.
    """

    base: str
    task: str = GENRE
    method: str = "lora"
    rank: int = 8
    n_steps: int = 150
    n_labels: int = 0
    seed: int = 0

    def __post_init__(self) -> None:
        if self.method not in METHODS:
            raise ValueError(
                f"unknown method {self.method!r}; expected one of {', '.join(METHODS)}."
            )
        for name, least in (("rank", 1), ("n_steps", 1), ("n_labels", 0), ("seed", 0)):
            value = getattr(self, name)
            if not isinstance(value, int) or value < least:
                raise ValueError(f"{name} is a whole number from {least} on; got {value!r}.")
        if self.n_labels and self.task == DIALOGUE:
            raise ValueError(
                "a dialogue has no labels to choose from: every reply is learned from. Leave "
                "--labels out."
            )

    def trains(self) -> Method:
        """Return the method as an object."""
        if self.method != "lora":
            return METHODS[self.method]()
        return ChatLoRA(rank=self.rank) if self.task == DIALOGUE else LoRA(rank=self.rank)

    def to_json(self) -> dict[str, Any]:
        """Return the settings as JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Settings:
        """Make the settings that `to_json` described.

        Raises:
            ValueError: If one is unknown or missing.
        """
        try:
            return cls(**data)
        except TypeError as problem:
            raise ValueError(f"these settings are of another version: {problem}.") from None
