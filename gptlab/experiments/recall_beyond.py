"""Taught with questions on the way, who recalls the first token, and how far beyond training?

`recall_distance` asks once, at the end, so all that a network learns from is far away. Here eight
questions stand at random distances, near ones too: what near questions teach carries over to far
ones. Beyond the trained length a recurrent network reads on, and a Transformer's window has lost
the key.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from gptlab.catalogue import text as _
from gptlab.experiments.comparing import Rules, chosen_rate
from gptlab.experiments.contenders import CONTENDERS
from gptlab.experiments.experiment import Experiment, Numbers, Progress, Shorter
from gptlab.experiments.results import recorded
from gptlab.experiments.standings import at_least, gaps, standings
from gptlab.experiments.tasks import FirstTokenRecall

NAMES = ("tanh RNN", "GRU", "LSTM", "Transformer, 1 layer")
KEPT = {name: CONTENDERS[name] for name in NAMES}
LENGTH = 64
TASK = FirstTokenRecall(length=LENGTH, n_questions=8)
FAR = replace(TASK, length=4 * LENGTH, n_questions=16)
RULES = Rules(n_parameters=12_400, n_steps=400, rates=(3e-3, 1e-2))
EDGES = (1, *range(8, FAR.length + 1, 8))
REGIONS = {"inside": (1, LENGTH), "beyond": (LENGTH, FAR.length)}
SOLVED = 0.95  # share of right answers from which a model is said to recall


def measure(seed: int, progress: Progress, *, rates: Mapping[str, float] | None = None) -> Numbers:
    """Train every contender on `FirstTokenRecall`, and ask it on texts up to four times as long.

    Args:
        seed: Of weights and texts.
        progress: Told the share that is done.
        rates: Name to a learning rate that was chosen before; then nothing is tuned.

    Returns:
        What `standings` returns.
    """
    return standings(
        KEPT,
        TASK,
        RULES,
        seed,
        progress,
        asked=FAR,
        n_texts=512,
        edges=EDGES,
        regions=REGIONS,
        rates=rates,
    )


def quickly(seed: int, progress: Progress) -> Numbers:
    """Measure as `measure` does, with the learning rates that the record has chosen."""
    before = recorded("recall-beyond")
    rates = {name: chosen_rate(before, f"{name}: tuning") for name in NAMES}
    return measure(seed, progress, rates=rates)


def differences(numbers: Numbers) -> dict[str, float]:
    """Name how far each contender is ahead of each later one and of chance."""
    return gaps(numbers, NAMES, REGIONS)


def verdict(runs: Sequence[Numbers]) -> str:
    """Say who recalls within the trained length, and who beyond it."""
    inside, beyond = ("; ".join(at_least(runs, NAMES, region, SOLVED)) or "–" for region in REGIONS)
    return _(
        "Right in {share:.0%} of cases or more within the trained length: {inside}. On texts up to "
        "{times} times as long: {beyond}.",
        share=SOLVED,
        inside=inside,
        times=FAR.length // LENGTH,
        beyond=beyond,
    )


EXPERIMENT = Experiment(
    name="recall-beyond",
    question="Taught with questions on the way, who recalls the first token, and how far?",
    claims=("no-long-dependency-problem", "rnn-finite-length", "vanish-loses-information"),
    seeds=(0, 1, 2),
    measure=measure,
    verdict=verdict,
    tolerance=0.1,
    shorter=Shorter(measure=quickly, differences=differences, clear=0.1),
)
