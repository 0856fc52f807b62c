"""Learning rates and their course: warm-up or not, decay or not, each at four rates.

AdamW trains all weights. Every course gets the same rates, so that each may have its best one.
Batches are small, four windows, so that gradients are noisy as they are in a large training late.
"""

from collections.abc import Sequence
from dataclasses import replace
from statistics import fmean

from gptlab.catalogue import text as _
from gptlab.experiments.characters import drawn, plays, taught
from gptlab.experiments.comparing import part_of
from gptlab.experiments.experiment import Experiment, Numbers, Progress
from gptlab.training import Recipe

WIDTH, N_STEPS, N_LOOKS = 32, 320, 8
RATES = (0.002, 0.006, 0.02, 0.06)
COURSES = {
    "constant": Recipe(batch_size=4, matrix_lr=0.0, warmup=0.0, decay=0.0),
    "warm-up": Recipe(batch_size=4, matrix_lr=0.0, warmup=0.1, decay=0.0),
    "decay": Recipe(batch_size=4, matrix_lr=0.0, warmup=0.0, decay=0.5),
    "warm-up, decay": Recipe(batch_size=4, matrix_lr=0.0, warmup=0.1, decay=0.5),
}
WATCHED = 0.006  # the rate at which the losses along the way are kept


def measure(seed: int, progress: Progress) -> Numbers:
    """Train the same model by every course at every rate.

    Args:
        seed: Of weights and windows.
        progress: Told the share that is done.

    Returns:
        In nats per character, for each course: `COURSE`, the loss on held-out plays at the end, a
        number per rate of `RATES`; `COURSE seen` and `COURSE unseen`, the losses on the text that
        is learned from and on held-out plays along the way at rate `WATCHED`, at `steps`.
    """
    found, number = Numbers(), 0
    for course, shape in COURSES.items():
        ends = []
        for lr in RATES:
            recipe = replace(shape, lr=lr, evaluations=N_LOOKS)
            part = part_of(progress, number, len(COURSES) * len(RATES))
            looks = taught(drawn(WIDTH, seed), plays(), N_STEPS, recipe, seed, part)
            ends.append(looks[-1].unseen)
            number += 1
            if lr == WATCHED:
                found["steps"] = [float(look.step) for look in looks]
                found[f"{course} seen"] = [look.seen for look in looks]
                found[f"{course} unseen"] = [look.unseen for look in looks]
        found[course] = ends
    return found


def findings(runs: Sequence[Numbers]) -> dict[str, float]:
    """Say what courses and peaks are worth, in nats per character.

    Args:
        runs: What `measure` returned for each seed.

    Returns:
        `course`: how much more warm-up and decay gain over a constant rate at the largest peak than
        at the smallest, on average; `decay`: how much lower decay ends than a constant rate on the
        text that is learned from, at least, over the seeds; `peak`: what lies between the best and
        the worst peak with both, on average.
    """
    plain, full = (
        [fmean(column) for column in zip(*(_row(run, course) for run in runs), strict=True)]
        for course in ("constant", "warm-up, decay")
    )
    lower = [_row(run, "constant seen")[-1] - _row(run, "decay seen")[-1] for run in runs]
    return {
        "course": (plain[-1] - full[-1]) - (plain[0] - full[0]),
        "decay": min(lower),
        "peak": max(full) - min(full),
    }


def verdict(runs: Sequence[Numbers]) -> str:
    """Name the best course of each rate, where every seed agrees."""
    best = []
    for place, lr in enumerate(RATES):
        names = {min(COURSES, key=lambda course: _row(run, course)[place]) for run in runs}
        best.append(f"{lr:g}: {names.pop() if len(names) == 1 else '–'}")
    return _("Best in every seed, by rate: {list}.", list="; ".join(best))


def _row(run: Numbers, name: str) -> list[float]:
    numbers = run[name]
    assert isinstance(numbers, list)  # `measure` returns nothing else
    return numbers


EXPERIMENT = Experiment(
    name="schedules",
    question="What do warm-up and decay of the learning rate do, at small rates and at large ones?",
    claims=("lr-large-then-decay", "lr-decay-against-overfitting", "lr-is-hyperparameter"),
    seeds=(0, 1, 2),
    measure=measure,
    verdict=verdict,
    tolerance=0.1,
)
