"""Preferences without a reward model: the same pairs and rule, one loss instead of two stages.

The demonstrated model and the labeller are those of `alignment`.
"""

from collections.abc import Sequence
from copy import deepcopy

from gptlab.catalogue import text as _
from gptlab.experiments.aligning import compared, demonstrated, drawn, looked_at
from gptlab.experiments.comparing import part_of
from gptlab.experiments.experiment import Experiment, Numbers, Progress, Shorter
from gptlab.finetuning.dpo import dpo
from gptlab.training import Recipe

BETAS = (0.1, 0.5)
N_STEPS, N_QUICK_STEPS = 80, 40
RECIPE = Recipe(batch_size=16, matrix_lr=0.0, lr=1e-3)
EVERY = 10  # steps that a point of a curve is the mean of


def measure(seed: int, progress: Progress, n_steps: int = N_STEPS) -> Numbers:
    """Train on preferences with one seed.

    Args:
        seed: Of batches, replies, the labeller's slips and prompts.
        progress: Hears the share that is done.
        n_steps: Optimizer steps on pairs.

    Returns:
        `replies: before` and `replies: after`, see `demonstrated`; for `sft` and each β all of
        `looked_at` (`rule: β 0.1`); and along the way `steps` with `curve of loss: β 0.1`, and
        `curve of better: …` and `curve of worse: …`, what the preferred and the other replies
        gained on the demonstrated model, in nats per reply.
    """
    n_parts = len(BETAS) + 1
    model, found = demonstrated(seed, part_of(progress, 0, n_parts))
    learned, _unseen = compared(model, seed)
    found |= {f"{what}: sft": value for what, value in looked_at(model, model, seed).items()}
    for number, beta in enumerate(BETAS, start=1):
        part, policy = part_of(progress, number, n_parts), deepcopy(model)
        run = dpo(
            policy,
            model,
            learned,
            n_steps=n_steps,
            beta=beta,
            recipe=RECIPE,
            generator=drawn(seed),
        )
        steps = []
        for step in run:
            steps.append(step)
            part(step.step / n_steps)
        each = {
            "loss": [step.loss for step in steps],
            "better": [step.better for step in steps],
            "worse": [step.worse for step in steps],
        }
        for what, values in each.items():
            found[f"curve of {what}: {name(beta)}"] = [
                sum(values[i : i + EVERY]) / len(values[i : i + EVERY])
                for i in range(0, len(values), EVERY)
            ]
        looked = looked_at(policy, model, seed)
        found |= {f"{what}: {name(beta)}": value for what, value in looked.items()}
    found["steps"] = [float(step) for step in range(EVERY, n_steps + 1, EVERY)]
    progress(1.0)
    return found


def name(beta: float) -> str:
    """Name a policy by how strongly it clings to the demonstrated model.

    Example:
        >>> name(0.5)
        'β 0.5'
    """
    return f"β {beta:g}"


def verdict(runs: Sequence[Numbers]) -> str:
    """Say whether the rule is followed more, and what happened to the preferred replies."""
    gained = all(
        _one(run, f"rule: {name(beta)}") > _one(run, "rule: sft") for run in runs for beta in BETAS
    )
    fell = all(_last(run, f"curve of better: {name(BETAS[0])}") < 0 for run in runs)
    return _(
        "Every seed follows the rule more than after the demonstrations: {gained}. The preferred "
        "replies themselves became less likely in every seed, the others more so: {fell}.",
        gained=_("yes") if gained else _("no"),
        fell=_("yes") if fell else _("no"),
    )


def quickly(seed: int, progress: Progress) -> Numbers:
    """Measure as `measure` does, after fewer steps."""
    return measure(seed, progress, N_QUICK_STEPS)


def differences(numbers: Numbers) -> dict[str, float]:
    """Name by how much the rule gained."""
    return {
        f"rule: {name(beta)}": _one(numbers, f"rule: {name(beta)}") - _one(numbers, "rule: sft")
        for beta in BETAS
    }


def _one(run: Numbers, what: str) -> float:
    number = run[what]
    assert isinstance(number, float)
    return number


def _last(run: Numbers, what: str) -> float:
    numbers = run[what]
    assert isinstance(numbers, list)
    return numbers[-1]


EXPERIMENT = Experiment(
    name="dpo",
    question="Can preferences be learned without a reward model and without drawing replies?",
    claims=("ft-same-backprop",),
    seeds=(0, 1, 2),
    measure=measure,
    verdict=verdict,
    tolerance=0.15,
    shorter=Shorter(measure=quickly, differences=differences, clear=0.05),
)
