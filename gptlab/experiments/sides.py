"""A gap whose answer stands in one place only: ten symbols to its left, or ten to its right."""

import torch

from gptlab.experiments.order import N_SYMBOLS, NO_QUESTION, Questions, Task

DISTANCE = 10
LENGTH = DISTANCE + 1


def cue_on_the_left(n_texts: int, length: int, generator: torch.Generator) -> Questions:
    """Ask at the last position for the marked symbol `DISTANCE` places before it.

    Args:
        n_texts: How many texts.
        length: Symbols in each, more than `DISTANCE`.
        generator: Where they are drawn from.
    """
    return _cued(n_texts, length, generator, cue=length - 1 - DISTANCE, gap=length - 1)


def cue_on_the_right(n_texts: int, length: int, generator: torch.Generator) -> Questions:
    """Ask at the first position for the marked symbol `DISTANCE` places after it.

    Args:
        n_texts: How many texts.
        length: Symbols in each, more than `DISTANCE`.
        generator: Where they are drawn from.
    """
    return _cued(n_texts, length, generator, cue=DISTANCE, gap=0)


SIDES: dict[str, Task] = {"left": cue_on_the_left, "right": cue_on_the_right}


def _cued(
    n_texts: int, length: int, generator: torch.Generator, *, cue: int, gap: int
) -> Questions:
    inputs = torch.randint(N_SYMBOLS, (n_texts, length), generator=generator)
    targets = torch.full_like(inputs, NO_QUESTION)
    targets[:, gap] = inputs[:, cue]
    inputs[:, cue] += N_SYMBOLS  # marked symbols have ids of their own
    return Questions(inputs, targets)
