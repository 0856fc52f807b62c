"""Sizes and recipes that are known to work, from the first lesson's to a GPU's."""

from collections.abc import Callable
from dataclasses import dataclass

import torch

from gptlab.config import GPTConfig
from gptlab.positions import LearnedPositions, Positions, RotaryPositions
from gptlab.schedule import Budget, Minutes
from gptlab.training import Recipe


@dataclass(frozen=True, kw_only=True)
class Preset:
    """A model's sizes with a recipe that trains it well.

    Args:
        name: What the command line calls it.
        purpose: What it is for, in a few words.
        d_model: Width of the residual stream.
        n_layers: Blocks.
        n_heads: Heads per block.
        n_ctx: Positions.
        vocab_size: Vocabulary of the BPE that is trained when no tokenizer is named.
        recipe: How to train it.
        positions: How order enters: GPT-2's learned positions in the models of the lessons, rotary
            ones where loss per minute is all that counts (docs/log.md has the measurements).
    """

    name: str
    purpose: str
    d_model: int
    n_layers: int
    n_heads: int
    n_ctx: int
    vocab_size: int
    recipe: Recipe
    positions: Callable[[GPTConfig], Positions] = LearnedPositions

    def config(self, d_vocab: int) -> GPTConfig:
        """Return the sizes for a vocabulary."""
        return GPTConfig(
            d_vocab=d_vocab,
            n_ctx=self.n_ctx,
            d_model=self.d_model,
            n_layers=self.n_layers,
            n_heads=self.n_heads,
        )


_ALL = (
    Preset(
        name="lesson",
        purpose="the first lesson: trained in half a minute on two cores",
        d_model=56,
        n_layers=3,
        n_heads=4,
        n_ctx=64,
        vocab_size=2048,
        recipe=Recipe(batch_size=16, lr=0.02),
    ),
    Preset(
        name="laptop",
        purpose="a minute or two on a laptop's processor",
        d_model=96,
        n_layers=4,
        n_heads=3,
        n_ctx=64,
        vocab_size=2048,
        recipe=Recipe(batch_size=16, lr=0.015),
        positions=RotaryPositions,
    ),
    Preset(
        name="laptop-large",
        purpose="five minutes or more on a laptop's processor",
        d_model=192,
        n_layers=4,
        n_heads=6,
        n_ctx=128,
        vocab_size=2048,
        recipe=Recipe(batch_size=16, lr=0.008, weight_decay=0.1),
        positions=RotaryPositions,
    ),
    Preset(
        name="shakespeare",
        purpose="the model that ships with gptlab: a quarter of an hour on two cores",
        d_model=192,
        n_layers=4,
        n_heads=6,
        n_ctx=256,
        vocab_size=2048,
        recipe=Recipe(batch_size=8, weight_decay=0.1, evaluations=8),
    ),
    Preset(
        name="twins",
        purpose="lesson 6's two models, one body and two objectives: minutes on one core",
        d_model=64,
        n_layers=4,
        n_heads=4,
        n_ctx=60,
        vocab_size=2048,
        positions=RotaryPositions,
        recipe=Recipe(batch_size=16, lr=0.02),
    ),
    Preset(
        name="10m",
        purpose="one GPU, a few minutes",
        d_model=384,
        n_layers=6,
        n_heads=6,
        n_ctx=512,
        vocab_size=2048,
        recipe=Recipe(batch_size=32, weight_decay=0.1),
        positions=RotaryPositions,
    ),
    Preset(
        name="30m",
        purpose="one GPU, a larger corpus",
        d_model=512,
        n_layers=9,
        n_heads=8,
        n_ctx=512,
        vocab_size=4096,
        recipe=Recipe(batch_size=64, weight_decay=0.1),
        positions=RotaryPositions,
    ),
)
PRESETS = {preset.name: preset for preset in _ALL}


def default_preset(device: torch.device, budget: Budget) -> Preset:
    """Choose what `gptlab train` trains on a device, for a budget, when nothing else is asked for.

    A small model gets further in a minute; a larger one catches up when there is more time.
    """
    if device.type == "cuda":
        return PRESETS["10m"]
    long = budget.n > 2 if isinstance(budget, Minutes) else budget.n > 3000
    return PRESETS["laptop-large" if long else "laptop"]


def lesson_preset(device: torch.device) -> Preset:
    """Choose what the first lesson trains on a device."""
    return PRESETS["10m" if device.type == "cuda" else "lesson"]
