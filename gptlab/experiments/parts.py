"""What each part of a GPT is worth: the loss of a model that was trained without it.

Every variant gets the same text, the same steps and the same learning rates. One that would do
better with rates of its own is judged by these too, so a small difference says little.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cache
from statistics import fmean

import torch

from gptlab import checkpoints, corpora
from gptlab.catalogue import text as _
from gptlab.config import GPTConfig
from gptlab.data import Split, Splits
from gptlab.experiments.experiment import Experiment, Numbers, Progress
from gptlab.schedule import Steps
from gptlab.training import DivergedError, Recipe, Training
from gptlab.variants import VARIANTS

SIZES = GPTConfig(d_vocab=2048, n_ctx=64, d_model=96, n_layers=4, n_heads=4)
DEEP = replace(SIZES, d_model=48, d_mlp=0, n_layers=12)
STEPS = 400
RECIPE = Recipe(batch_size=16, lr=0.015)
CASES: dict[str, tuple[str, GPTConfig]] = {name: (name, SIZES) for name in VARIANTS} | {
    "12 blocks": ("whole", DEEP),
    "12 blocks, no residual": ("no residual", DEEP),
}
"""What is trained: name to a variant and its sizes."""
N_TESTED = 20_000  # characters of held-out plays that the loss is measured on
MATTERS = 0.1  # nats per token; a smaller rise is not told from the luck of a learning rate


@cache
def plays() -> Splits:
    """Return the plays as tokens of the shipped tokenizer, the held-out ones shortened."""
    _model, tokenizer = checkpoints.load("shakespeare", device="cpu")
    corpus = corpora.shakespeare()
    tested = Split.of(corpus.validation[:N_TESTED], tokenizer)
    return Splits(Split.of(corpus.train, tokenizer), tested, tested)


def loss_of(
    variant: str,
    cfg: GPTConfig,
    n_steps: int,
    seed: int,
    on_step: Callable[[int], None] = lambda _step: None,
) -> float:
    """Train a variant and measure it on plays that it has not seen.

    Args:
        variant: One of `VARIANTS`.
        cfg: Sizes of the whole model.
        n_steps: Optimizer steps.
        seed: Of the first weights and of the windows that are drawn.
        on_step: Hears how many steps are done.

    Returns:
        Loss in nats per token. Of a run that diverges, it is that of the weights before.
    """
    model = VARIANTS[variant](cfg, torch.Generator().manual_seed(seed))
    run = Training(model, plays(), budget=Steps(n_steps), recipe=RECIPE, seed=seed)
    with suppress(DivergedError):
        while run.progress < 1:
            on_step(run.take_step().step)
    return run.validate().loss


def measure(seed: int, progress: Progress, *, n_steps: int = STEPS) -> Numbers:
    """Train every case with one seed.

    Args:
        seed: Of weights and windows.
        progress: Hears the share that is done.
        n_steps: Optimizer steps of each.

    Returns:
        Case to loss, in nats per token.
    """
    losses: Numbers = {}
    for number, (name, (variant, cfg)) in enumerate(CASES.items()):

        def report(step: int, number: int = number) -> None:
            progress((number + step / n_steps) / len(CASES))

        losses[name] = loss_of(variant, cfg, n_steps, seed, report)
    return losses


def costs(runs: Sequence[Numbers]) -> dict[str, list[float]]:
    """Return how much higher each case's loss is than the whole model's, seed by seed.

    Args:
        runs: What `measure` returned for each seed.

    Returns:
        Case to rises, in nats per token; the case of 12 blocks without residual is compared with
        12 whole blocks.
    """
    pairs = {name: "12 blocks" if cfg is DEEP else "whole" for name, (_v, cfg) in CASES.items()}
    return {
        name: [_loss(run, name) - _loss(run, base) for run in runs]
        for name, base in pairs.items()
        if name != base
    }


def verdict(runs: Sequence[Numbers]) -> str:
    """Say which parts a model of this size misses, and which not, in every seed."""
    rises = costs(runs)
    missed = [name for name, each in rises.items() if min(each) > MATTERS]
    return _(
        "Every seed loses more than {least} nats per token with: {names}.",
        least=MATTERS,
        names=", ".join(sorted(missed, key=lambda name: -fmean(rises[name]))) or "–",
    )


def _loss(run: Numbers, name: str) -> float:
    loss = run[name]
    assert isinstance(loss, float)  # `measure` returns no lists
    return loss


EXPERIMENT = Experiment(
    name="parts",
    question="What does each part of a GPT save in loss, measured by training without it?",
    claims=("no-residual-around-attention", "activation-after-add", "linear-plus-attention"),
    seeds=(0, 1, 2),
    measure=measure,
    verdict=verdict,
)
