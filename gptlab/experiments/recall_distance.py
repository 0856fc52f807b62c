"""How far back can each architecture learn to recall, asked once, at the end of the text?

A text is a key, then noise, then one question: which key was it? For each distance every
architecture is trained anew, so at a great distance nothing nearer teaches it. All have as many
parameters, read the same texts for as many steps, and take the learning rate that suits them best.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import torch

from gptlab.catalogue import text as _
from gptlab.experiments.answering import answers, last_k, share_right
from gptlab.experiments.comparing import Rules, chosen_rate, compared
from gptlab.experiments.contenders import CONTENDERS
from gptlab.experiments.experiment import Experiment, Numbers, Progress, Shorter
from gptlab.experiments.results import recorded
from gptlab.experiments.standings import curve, number
from gptlab.experiments.tasks import FirstTokenRecall

DISTANCES = (4, 8, 16, 32, 64)
RULES = Rules(n_parameters=12_400, n_steps=250, batch_size=16)
N_TEXTS = 1024  # that a share is measured on
K = 4  # tokens that the baseline sees
LEARNED = 0.9  # share of right answers from which a model is said to recall


def task_at(distance: int) -> FirstTokenRecall:
    """Return the task with one question, at the end, a distance away from the key."""
    return FirstTokenRecall(length=distance + 1, n_questions=1, nearest=distance)


def measure(
    seed: int,
    progress: Progress,
    *,
    rates: Mapping[tuple[str, int], float] | None = None,
) -> Numbers:
    """Train every contender at each distance, and ask it there.

    Args:
        seed: Of weights and texts.
        progress: Told the share that is done.
        rates: Name and distance to a learning rate that was chosen before; then nothing is tuned.

    Returns:
        `distances`; for each contender `NAME: right`, the share of right answers at each distance,
        and `NAME: parameters`; unless the rates were given, `learning rates`, the grid, and
        `NAME at DISTANCE: tuning`, the held-out loss at each of them, in nats per answer; and two
        baselines, `chance` and `last k: right`, of one who has counted what follows the last `K`
        tokens.
    """
    tasks = [task_at(distance) for distance in DISTANCES]
    found: Numbers = {
        "distances": [float(distance) for distance in DISTANCES],
        "chance": tasks[0].chance,
        "last k: right": [
            last_k(task, K, 1024, torch.Generator().manual_seed(30_000 + seed)) for task in tasks
        ],
    }
    if rates is None:
        found["learning rates"] = [*RULES.rates]
    n_cells = sum(task.length for task in tasks) * len(CONTENDERS)
    done = 0
    for name, contender in CONTENDERS.items():
        right = []
        for task in tasks:
            distance = task.length - 1
            rules = replace(RULES, rates=(rates[name, distance],)) if rates else RULES
            trained = compared(contender, task, rules, seed)
            if rates is None:
                found[f"{name} at {distance}: tuning"] = trained.tuning
            texts = task.draw(N_TEXTS, torch.Generator().manual_seed(20_000 + seed))
            right.append(share_right(answers(trained.model, texts), texts))
            done += task.length
            progress(done / n_cells)
        found[f"{name}: right"] = right
        found[f"{name}: parameters"] = float(trained.model.n_parameters)
    return found


def quickly(seed: int, progress: Progress) -> Numbers:
    """Measure as `measure` does, with the learning rates that the record has chosen."""
    before = recorded("recall-distance")
    rates = {
        (name, distance): chosen_rate(before, f"{name} at {distance}: tuning")
        for name in CONTENDERS
        for distance in DISTANCES
    }
    return measure(seed, progress, rates=rates)


def differences(numbers: Numbers) -> dict[str, float]:
    """Name how far each contender is ahead of each later one and of chance, at each distance."""
    found = {}
    chance = number(numbers, "chance")
    for i, distance in enumerate(curve(numbers, "distances")):
        here = [(name, curve(numbers, f"{name}: right")[i]) for name in CONTENDERS]
        for j, (name, share) in enumerate(here):
            for other, less in [*here[j + 1 :], ("chance", chance)]:
                found[f"{name} − {other}, {distance:g} back"] = share - less
    return found


def verdict(runs: Sequence[Numbers]) -> str:
    """Say up to which distance each contender recalls in every seed."""
    distances = curve(runs[0], "distances")
    reach = {}
    for name in CONTENDERS:
        worst = [
            min(each) for each in zip(*(curve(run, f"{name}: right") for run in runs), strict=True)
        ]
        learned = [
            distance for distance, share in zip(distances, worst, strict=True) if share >= LEARNED
        ]
        reach[name] = f"{max(learned):g}" if learned else "–"
    return _(
        "Right in {share:.0%} of cases or more in every seed, up to a distance of: {reach}.",
        share=LEARNED,
        reach="; ".join(f"{name}: {far}" for name, far in reach.items()),
    )


EXPERIMENT = Experiment(
    name="recall-distance",
    question="How far back can recurrent networks, a convolution, Transformers learn to recall?",
    claims=("rnn-weaker-long-range", "lstm-gru-mitigate", "parallelism-explains-range"),
    seeds=(0, 1, 2),
    measure=measure,
    verdict=verdict,
    tolerance=0.1,
    shorter=Shorter(measure=quickly, differences=differences, clear=0.3),
)
