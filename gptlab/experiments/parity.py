"""Where recurrence wins: one bit that every token may turn, on texts longer than any in training.

A recurrent network learns the step from one state to the next, and a step is the same at any
length. A Transformer has a fixed number of layers to count with, and beyond its window it reads the
last tokens alone, while the answer depends on all.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from gptlab.catalogue import text as _
from gptlab.experiments.comparing import Rules, chosen_rate
from gptlab.experiments.contenders import CONTENDERS
from gptlab.experiments.experiment import Experiment, Numbers, Progress, Shorter
from gptlab.experiments.results import recorded
from gptlab.experiments.standings import at_least, gaps, standings
from gptlab.experiments.tasks import Parity

LENGTH = 20
TASK = Parity(length=LENGTH)
FAR = replace(TASK, length=4 * LENGTH)
RULES = Rules(n_parameters=12_400, n_steps=150, rates=(1e-3, 3e-3, 1e-2))
EDGES = tuple(range(0, FAR.length + 1, 4))
REGIONS = {"inside": (0, LENGTH), "beyond": (LENGTH, FAR.length)}
SOLVED = 0.95  # share of right answers from which a model is said to count


def measure(seed: int, progress: Progress, *, rates: Mapping[str, float] | None = None) -> Numbers:
    """Train every contender on `Parity`, and ask it at every position of longer texts.

    Args:
        seed: Of weights and texts.
        progress: Told the share that is done.
        rates: Name to a learning rate that was chosen before; then nothing is tuned.

    Returns:
        What `standings` returns; the distance is the position, since the first bit decides too.
    """
    return standings(
        CONTENDERS,
        TASK,
        RULES,
        seed,
        progress,
        asked=FAR,
        n_texts=192,
        edges=EDGES,
        regions=REGIONS,
        rates=rates,
    )


def quickly(seed: int, progress: Progress) -> Numbers:
    """Measure as `measure` does, with the learning rates that the record has chosen."""
    before = recorded("parity")
    rates = {name: chosen_rate(before, f"{name}: tuning") for name in CONTENDERS}
    return measure(seed, progress, rates=rates)


def differences(numbers: Numbers) -> dict[str, float]:
    """Name how far each contender is ahead of each later one and of chance."""
    return gaps(numbers, [*CONTENDERS], REGIONS)


def verdict(runs: Sequence[Numbers]) -> str:
    """Say who counts at the trained length, and who goes on beyond it."""
    inside, beyond = (
        "; ".join(at_least(runs, CONTENDERS, region, SOLVED)) or "–" for region in REGIONS
    )
    return _(
        "Right in {share:.0%} of cases or more at the trained length: {inside}. On texts up to "
        "{times} times as long: {beyond}.",
        share=SOLVED,
        inside=inside,
        times=FAR.length // LENGTH,
        beyond=beyond,
    )


EXPERIMENT = Experiment(
    name="parity",
    question="Who can count ones as odd or even, on texts longer than any in training?",
    claims=(),
    seeds=(0, 1, 2),
    measure=measure,
    verdict=verdict,
    tolerance=0.1,
    shorter=Shorter(measure=quickly, differences=differences, clear=0.1),
)
