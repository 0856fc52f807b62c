"""Who stands where: every contender trained on a task, and asked at each distance."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from statistics import fmean

import torch

from gptlab.experiments.answering import answers, right_by_distance
from gptlab.experiments.comparing import Rules, compared, part_of
from gptlab.experiments.contenders import Contender
from gptlab.experiments.experiment import Numbers, Progress
from gptlab.experiments.tasks import Task

Edges = Sequence[int]
Regions = Mapping[str, tuple[int, int]]


def standings(
    contenders: Mapping[str, Contender],
    task: Task,
    rules: Rules,
    seed: int,
    progress: Progress,
    *,
    asked: Task,
    n_texts: int,
    edges: Edges,
    regions: Regions,
    rates: Mapping[str, float] | None = None,
) -> Numbers:
    """Train every contender on a task, and measure its answers on texts that may be longer.

    Args:
        contenders: Name to architecture.
        task: What is learned.
        rules: What is the same for everyone.
        seed: Of weights and texts.
        progress: Told the share that is done.
        asked: The task as it is asked afterwards.
        n_texts: Texts that are asked.
        edges: Of the groups of distances that a curve's points are.
        regions: Name to distances, from the first up to but not including the second.
        rates: Name to a learning rate that was chosen before; then nothing is tuned.

    Returns:
        `distances`, the middle of each group, and `chance`; for each contender `NAME: by distance`,
        the share of right answers in each group, `NAME: REGION`, that in each region, and `NAME:
        parameters`; unless the rates were given, `learning rates`, the grid, and `NAME: tuning`,
        the held-out loss at each of them, in nats per answer.
    """
    texts = asked.draw(n_texts, torch.Generator().manual_seed(20_000 + seed))
    found: Numbers = {
        "distances": [(low + high - 1) / 2 for low, high in pairwise(edges)],
        "chance": asked.chance,
    }
    if rates is None:
        found["learning rates"] = [*rules.rates]
    for done, (name, contender) in enumerate(contenders.items()):
        part = part_of(progress, done, len(contenders))
        own = replace(rules, rates=(rates[name],)) if rates else rules
        trained = compared(contender, task, own, seed, progress=part)
        said = answers(trained.model, texts)
        found[f"{name}: by distance"] = right_by_distance(said, texts, edges)
        for region, ends in regions.items():
            (found[f"{name}: {region}"],) = right_by_distance(said, texts, ends)
        found[f"{name}: parameters"] = float(trained.model.n_parameters)
        if rates is None:
            found[f"{name}: tuning"] = trained.tuning
    return found


def gaps(numbers: Numbers, names: Sequence[str], regions: Iterable[str]) -> dict[str, float]:
    """Name how far each contender is ahead of each later one and of chance, region by region.

    Args:
        numbers: What `standings` returned.
        names: The contenders.
        regions: The regions.

    Example:
        >>> gaps({"a: far": 0.75, "b: far": 0.25, "chance": 0.25}, ["a", "b"], ["far"])
        {'a − b, far': 0.5, 'a − chance, far': 0.5, 'b − chance, far': 0.0}
    """
    found = {}
    for region in regions:
        shares = [(name, number(numbers, f"{name}: {region}")) for name in names]
        shares.append(("chance", number(numbers, "chance")))
        for i, (name, share) in enumerate(shares):
            for other, less in shares[i + 1 :]:
                found[f"{name} − {other}, {region}"] = share - less
    return found


def at_least(runs: Sequence[Numbers], names: Iterable[str], region: str, share: float) -> list[str]:
    """List the contenders whose mean over seeds reaches a share in a region.

    Args:
        runs: What each seed measured.
        names: The contenders.
        region: The region.
        share: From 0 to 1.
    """
    return [
        name for name in names if fmean(number(run, f"{name}: {region}") for run in runs) >= share
    ]


def number(numbers: Numbers, name: str) -> float:
    """Return a single number that was measured.

    Raises:
        TypeError: A curve stands under that name.
    """
    value = numbers[name]
    if isinstance(value, list):
        raise TypeError(f"expected one number under {name!r}, came {len(value)}.")
    return value


def curve(numbers: Numbers, name: str) -> list[float]:
    """Return a list of numbers that was measured.

    Raises:
        TypeError: One number stands under that name.
    """
    value = numbers[name]
    if not isinstance(value, list):
        raise TypeError(f"expected a list under {name!r}, came one number.")
    return value
