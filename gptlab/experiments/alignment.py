"""The stages of ChatGPT in miniature: demonstrations, a reward model, and a policy that follows it.

Each price of divergence (β) begins with the same demonstrated model and the same reward model.
"""

from collections.abc import Sequence
from copy import deepcopy

import torch
from jaxtyping import Float
from torch import Tensor

from gptlab.catalogue import text as _
from gptlab.experiments.aligning import (
    N_TOKENS,
    RULE,
    compared,
    cues,
    demonstrated,
    drawn,
    looked_at,
)
from gptlab.experiments.comparing import part_of
from gptlab.experiments.experiment import Experiment, Numbers, Progress, Shorter
from gptlab.finetuning.classifier import Classifier
from gptlab.finetuning.policy import PolicyStep, reinforce
from gptlab.finetuning.rewards import agreement, fit_rewards, reward_model, rewards
from gptlab.finetuning.rollouts import Rollouts
from gptlab.finetuning.rules import judged
from gptlab.gpt import GPT
from gptlab.training import Recipe

BETAS = (0.0, 0.1, 0.3)
N_REWARD_STEPS = 80
REWARDS = Recipe(batch_size=16, matrix_lr=0.0, lr=1e-3)
N_STEPS, N_QUICK_STEPS = 60, 25
EVERY = 5  # steps that a point of a curve is the mean of
POLICY = Recipe(batch_size=32, matrix_lr=0.0, lr=1e-3)


def measure(
    seed: int, progress: Progress, n_steps: int = N_STEPS, betas: Sequence[float] = BETAS
) -> Numbers:
    """Go through all stages with one seed.

    Args:
        seed: Of batches, replies, the labeller's slips and prompts.
        progress: Hears the share that is done.
        n_steps: Of the policy gradient.
        betas: Prices of a nat of divergence, in units of the reward.

    Returns:
        `replies: before` and `replies: after`, see `demonstrated`; `reward model: learned` and
        `reward model: unseen`, the share of pairs that it tells as the labeller did; for `sft` and
        each β all of `looked_at` (`rule: β 0.1`); and along the way `steps` with `curve of reward:
        β 0.1`, `curve of rule: …` and `curve of kl: …`.
    """
    n_parts = len(betas) + 1
    model, found = demonstrated(seed, part_of(progress, 0, n_parts))
    learned, unseen = compared(model, seed)
    judge = reward_model(model)
    fitting = fit_rewards(
        judge, learned, n_steps=N_REWARD_STEPS, recipe=REWARDS, generator=drawn(seed)
    )
    for _step in fitting:
        pass
    found["reward model: learned"] = agreement(judge, learned)
    found["reward model: unseen"] = agreement(judge, unseen)
    found |= _named(looked_at(model, model, seed), "sft")
    for number, beta in enumerate(betas, start=1):
        part = part_of(progress, number, n_parts)
        policy = deepcopy(model)
        found |= _curves(_trained(policy, model, judge, beta, seed, n_steps, part), name(beta))
        found |= _named(looked_at(policy, model, seed), name(beta))
    found["steps"] = [float(step) for step in range(EVERY, n_steps + 1, EVERY)]
    progress(1.0)
    return found


def name(beta: float) -> str:
    """Name a policy by its price of divergence.

    Example:
        >>> name(0.1)
        'β 0.1'
    """
    return f"β {beta:g}"


def _trained(
    policy: GPT,
    model: GPT,
    judge: Classifier,
    beta: float,
    seed: int,
    n_steps: int,
    progress: Progress,
) -> list[PolicyStep]:
    given = cues()

    def worth(rollouts: Rollouts) -> Float[Tensor, " text"]:
        with torch.inference_mode():
            return rewards(judge, rollouts.batch).clone()

    steps = []
    run = reinforce(
        policy,
        model,
        given.template,
        given.learned,
        worth,
        n_steps=n_steps,
        n_tokens=N_TOKENS,
        beta=beta,
        recipe=POLICY,
        generator=drawn(seed),
    )
    for step in run:
        steps.append(step)
        progress(step.step / n_steps)
    return steps


def _curves(steps: Sequence[PolicyStep], whose: str) -> Numbers:
    template = cues().template
    each = {
        "reward": [step.reward for step in steps],
        "rule": [_mean(judged(step.rollouts, template, RULE)) for step in steps],
        "kl": [step.exact_kl for step in steps],
    }
    return {
        f"curve of {what}: {whose}": [
            _mean(values[i : i + EVERY]) for i in range(0, len(values), EVERY)
        ]
        for what, values in each.items()
    }


def _named(numbers: Numbers, whose: str) -> Numbers:
    return {f"{what}: {whose}": value for what, value in numbers.items()}


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def verdict(runs: Sequence[Numbers]) -> str:
    """Say what every seed shows about the rule, the divergence and the variety of the replies."""
    free, dear = name(BETAS[0]), name(BETAS[-1])
    signs = {
        _("the rule is followed more than after the demonstrations, at every price"): all(
            _one(run, f"rule: {name(beta)}") > _one(run, "rule: sft")
            for run in runs
            for beta in BETAS
        ),
        _("without a price the replies move furthest from the demonstrated model"): all(
            _one(run, f"kl: {free}") > _one(run, f"kl: {name(beta)}")
            for run in runs
            for beta in BETAS[1:]
        ),
        _("without a price they vary less than at the highest one"): all(
            _one(run, f"distinct: {free}") < _one(run, f"distinct: {dear}") for run in runs
        ),
        _("at the highest price they vary less than after the demonstrations"): all(
            _one(run, f"distinct: {dear}") < _one(run, "distinct: sft") for run in runs
        ),
    }
    true = [what for what, holds in signs.items() if holds]
    other = [what for what, holds in signs.items() if not holds]
    return _(
        "In every seed: {true}. Not in every seed: {other}.",
        true="; ".join(true) or "–",
        other="; ".join(other) or "–",
    )


def quickly(seed: int, progress: Progress) -> Numbers:
    """Measure as `measure` does, after fewer steps and at two prices only."""
    return measure(seed, progress, N_QUICK_STEPS, (BETAS[0], BETAS[-1]))


def differences(numbers: Numbers) -> dict[str, float]:
    """Name by how much the rule gained, and how much further the free policy went."""
    free, dear = name(BETAS[0]), name(BETAS[-1])
    return {
        "rule": _one(numbers, f"rule: {free}") - _one(numbers, "rule: sft"),
        "kl": _one(numbers, f"kl: {free}") - _one(numbers, f"kl: {dear}"),
    }


def _one(run: Numbers, what: str) -> float:
    number = run[what]
    assert isinstance(number, float)
    return number


EXPERIMENT = Experiment(
    name="alignment",
    question="What do demonstrations, a reward model and a policy gradient each do to replies?",
    claims=("genai-rl", "ft-same-backprop", "ft-dialogue-model", "adversarial-training"),
    seeds=(0, 1, 2),
    measure=measure,
    verdict=verdict,
    tolerance=0.15,
    shorter=Shorter(measure=quickly, differences=differences, clear=0.1),
)
