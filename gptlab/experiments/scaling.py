"""Loss against size, data and steps: one thing is changed, the others are plentiful.

Models have two blocks, texts are read by the character. Every training has a schedule of its own
length: the loss on the way to a longer training, with the rate still high, would be another thing.
"""

import math
from collections.abc import Sequence
from itertools import pairwise
from statistics import fmean

from gptlab.catalogue import text as _
from gptlab.experiments.characters import drawn, plays, taught
from gptlab.experiments.comparing import part_of
from gptlab.experiments.experiment import Experiment, Numbers, Progress
from gptlab.gpt import GPT
from gptlab.measures.powerlaws import Grid, PowerLaw, exponent_interval, power_law
from gptlab.training import Recipe

WIDTHS = (8, 16, 32, 64)
TEXTS = (4_000, 16_000, 64_000, 256_000)  # characters; the training text has 4.2 million
STEPS = (24, 48, 96, 192)
WIDTH, N_STEPS = 32, 384  # what stays the same while the others change
N_LOOKS = 6
GRIDS = {"parameters": "size", "characters": "data", "steps": "steps loss"}
"""What a grid is counted in, and what its losses are called."""

Case = tuple[int, int | None, int]
"""Width, characters of text (None: all), and steps."""


def recipe(d_model: int) -> Recipe:
    """Return the recipe for a width: AdamW's rate falls with its square root, Muon's stays."""
    lr = 0.005 * math.sqrt(WIDTH / d_model)
    return Recipe(lr=lr, warmup=0.05, evaluations=N_LOOKS)


def in_blocks(model: GPT) -> int:
    """Count the parameters inside the blocks, as scaling laws do: embeddings are left out."""
    return sum(weight.numel() for weight in model.blocks.parameters())


def measure(seed: int, progress: Progress) -> Numbers:
    """Train a model for each point of three grids, and measure it on held-out plays.

    Args:
        seed: Of weights, windows, and which piece of the plays a short text is.
        progress: Told the share that is done.

    Returns:
        `parameters` with `size`, `characters` with `data`, `steps` with `steps loss`: the losses in
        nats per character at the end, or for short texts, which are learned by heart, the lowest of
        six looks, and `data end`, the last.
    """
    cases: list[Case] = [(width, None, N_STEPS) for width in WIDTHS]
    cases += [(WIDTH, n, N_STEPS) for n in TEXTS]
    cases += [(WIDTH, None, n) for n in STEPS]
    least: dict[Case, float] = {}
    end: dict[Case, float] = {}
    for number, case in enumerate(cases):
        width, n_characters, n_steps = case
        part = part_of(progress, number, len(cases))
        data = plays(n_characters, seed if n_characters else 0)
        looks = taught(drawn(width, seed), data, n_steps, recipe(width), seed, part)
        least[case] = min(look.unseen for look in looks)
        end[case] = looks[-1].unseen
    whole: Case = (WIDTH, None, N_STEPS)
    texts: list[Case] = [(WIDTH, n, N_STEPS) for n in TEXTS]
    return {
        "parameters": [float(in_blocks(drawn(width, 0))) for width in WIDTHS],
        "size": [end[width, None, N_STEPS] for width in WIDTHS],
        "characters": [*map(float, TEXTS), float(len(plays().train.ids))],
        "data": [*(least[case] for case in texts), least[whole]],
        "data end": [*(end[case] for case in texts), end[whole]],
        "steps": [*map(float, STEPS), float(N_STEPS)],
        "steps loss": [*(end[WIDTH, None, n] for n in STEPS), end[whole]],
    }


def grids(runs: Sequence[Numbers]) -> dict[str, Grid]:
    """Return the three grids under their names, for fits and pictures.

    Args:
        runs: What `measure` returned for each seed.
    """
    names = {"size": _("parameters in blocks"), "data": _("characters"), "steps loss": _("steps")}
    return {
        losses.removesuffix(" loss"): Grid(
            counted=names[losses],
            xs=_row(runs[0], counted),
            runs=[_row(run, losses) for run in runs],
        )
        for counted, losses in GRIDS.items()
    }


def exponents(runs: Sequence[Numbers]) -> dict[str, tuple[float, float, float]]:
    """Fit a power law to the means of each grid.

    Args:
        runs: What `measure` returned for each seed.

    Returns:
        For size, data and steps: the exponent, and both ends of its interval.
    """
    return {
        name: (mean_law(grid.xs, grid.runs).exponent, *exponent_interval(grid.xs, grid.runs))
        for name, grid in grids(runs).items()
    }


def foretold(grid: Grid) -> tuple[float, float]:
    """Fit a power law to all points but the last, and hold it to the last one.

    Args:
        grid: Losses of one grid.

    Returns:
        The loss that the law foretells at the last point, and the mean that was measured there.
    """
    law = mean_law(grid.xs[:-1], [row[:-1] for row in grid.runs])
    return law.at(grid.xs[-1]), fmean(row[-1] for row in grid.runs)


def mean_law(xs: Sequence[float], runs: Sequence[Sequence[float]]) -> PowerLaw:
    """Fit a power law to the means over the seeds."""
    return power_law(xs, [fmean(column) for column in zip(*runs, strict=True)])


def verdict(runs: Sequence[Numbers]) -> str:
    """Say which of the three lowers the loss at every step of its grid, in every seed."""
    falling = [
        name.removesuffix(" loss")
        for name in GRIDS.values()
        if all(_falls(_row(run, name)) for run in runs)
    ]
    return _("In every seed the loss falls at each step of: {names}.", names=", ".join(falling))


def _falls(losses: Sequence[float]) -> bool:
    return all(after < before for before, after in pairwise(losses))


def _row(run: Numbers, name: str) -> list[float]:
    numbers = run[name]
    assert isinstance(numbers, list)  # `measure` returns nothing else
    return numbers


EXPERIMENT = Experiment(
    name="scaling",
    question="How does the loss fall with parameters, with text and with training steps?",
    claims=("global-semantics-from-corpus",),
    seeds=(0, 1, 2),
    measure=measure,
    verdict=verdict,
    tolerance=0.1,
)
