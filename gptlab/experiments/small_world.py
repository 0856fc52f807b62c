"""A world of four tokens: its source is known, and a GPT that learned it can be listed in full."""

from collections.abc import Sequence

import torch

from gptlab.config import GPTConfig
from gptlab.data import Split, Splits
from gptlab.gpt import GPT
from gptlab.measures import MarkovSource
from gptlab.schedule import Steps
from gptlab.training import Recipe, Training, train

WORDS = (".", "cats", "dogs", "sleep")
"""How the tokens are called; the full stop also begins a text."""
SOURCE = MarkovSource(
    torch.tensor(
        [
            [0.05, 0.50, 0.40, 0.05],
            [0.30, 0.05, 0.30, 0.35],
            [0.05, 0.05, 0.05, 0.85],
            [0.70, 0.10, 0.10, 0.10],
        ],
        dtype=torch.float64,
    )
)
"""What follows what. Cats begin more sentences than dogs do, and dogs are surer to sleep."""
N_READ = 40_000
SIZES = GPTConfig(d_vocab=len(WORDS), n_ctx=8, d_model=16, n_layers=2, n_heads=2)
RECIPE = Recipe(batch_size=64, lr=0.01, evaluations=1)


def trained(
    n_steps: int, seed: int, *, source: MarkovSource = SOURCE, model: GPT | None = None
) -> GPT:
    """Train a GPT on text of a source.

    Args:
        n_steps: Optimizer steps.
        seed: Of the text, the windows, and the first weights.
        source: Of four tokens.
        model: What is trained further, and changed; a new one if not given.
    """
    network = GPT(SIZES, generator=torch.Generator().manual_seed(seed)) if model is None else model
    ids = source.draw(1, N_READ, torch.Generator().manual_seed(seed))[0]
    part = Split(ids, len(ids) - 1)  # a byte for each token
    data = Splits(part, part, part)
    for _result in train(Training(network, data, budget=Steps(n_steps), recipe=RECIPE, seed=seed)):
        pass
    return network


def named(text: Sequence[int]) -> str:
    """Write a text of this world in words.

    Example:
        >>> named([2, 3, 0])
        'dogs sleep .'
    """
    return " ".join(WORDS[token] for token in text)
