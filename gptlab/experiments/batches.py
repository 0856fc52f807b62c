"""One sentence at a time, one window at a time, or many windows at once."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from statistics import fmean
from typing import ClassVar

import torch
from jaxtyping import Int
from torch import Tensor

from gptlab import corpora
from gptlab.catalogue import text as _
from gptlab.data import Split, random_batch
from gptlab.evaluation import Evaluation, evaluate
from gptlab.experiments.characters import N_CTX, drawn, followed, plays, tokenizer
from gptlab.experiments.comparing import part_of
from gptlab.experiments.experiment import Experiment, Numbers, Progress
from gptlab.gpt import GPT
from gptlab.masks import Causal, Mask
from gptlab.objectives import NextToken, Objective
from gptlab.schedule import Steps
from gptlab.training import Recipe, Training

WIDTH, N_STEPS, N_LOOKS = 32, 320, 8
RATES = (0.002, 0.006, 0.02)
SIZES = (1, 4, 16)  # windows per step
NOISES = (1, 4, 16, 64)  # windows whose gradients are compared
_END = re.compile(r"(?<=[.!?])\s+")


@dataclass(frozen=True)
class OneSentence:
    """Ask for the next token of one sentence at a time, at most a window of it.

    Args:
        sentences: The sentences as tokens, each of two or more; the text of the run is not read.
    """

    sentences: tuple[Int[Tensor, "_"], ...] = field(repr=False)
    mask: ClassVar[Mask] = Causal()

    def batch(
        self,
        ids: Int[Tensor, " n_tokens"],
        batch_size: int,
        n_ctx: int,
        generator: torch.Generator,
    ) -> tuple[Int[Tensor, "batch pos"], Int[Tensor, "batch pos"]]:
        """Draw one sentence; each position's target is the token after it."""
        chosen = int(torch.randint(len(self.sentences), (), generator=generator))
        sentence = self.sentences[chosen][: n_ctx + 1].to(ids.device)[None]
        return sentence[:, :-1], sentence[:, 1:]

    def evaluate(
        self, model: GPT, split: Split, *, progress: Callable[[float], None] | None = None
    ) -> Evaluation:
        """Measure the loss of the next token over a whole split, in windows as for all others."""
        return evaluate(model, split, progress=progress)


def sentences(text: str) -> list[str]:
    """Cut a text after every full stop, question mark and exclamation mark.

    Example:
        >>> sentences("Who's there? Nay, answer me.")
        ["Who's there?", 'Nay, answer me.']
    """
    return [sentence for sentence in _END.split(text) if len(sentence) > 1]


@cache
def one_sentence() -> OneSentence:
    """Return the objective of one sentence of the plays at a time."""
    letters = tokenizer()
    found = sentences(corpora.shakespeare().train)
    return OneSentence(tuple(torch.tensor(letters.encode(sentence)) for sentence in found))


def cases() -> dict[str, tuple[Objective, int]]:
    """Name what a step sees: objective and windows per step."""
    windows = {f"windows: {n}": (NextToken(), n) for n in SIZES}
    return {"one sentence": (one_sentence(), 1), **windows}


def noise(model: GPT, batch_size: int, n_batches: int, seed: int) -> float:
    """Return how far gradients of batches lie from their mean: the variance, summed over weights.

    Args:
        model: The model; its weights stay.
        batch_size: Windows per batch.
        n_batches: How many gradients are compared, two or more.
        seed: Of the windows.

    Source: McCandlish et al. 2018 (An Empirical Model of Large-Batch Training), section 2.2: the
        variance falls as 1 / batch size.
    """
    generator, rows = torch.Generator().manual_seed(seed), []
    for _batch in range(n_batches):
        inputs, targets = random_batch(plays().train.ids, batch_size, N_CTX, generator)
        loss = torch.nn.functional.cross_entropy(model(inputs).flatten(0, 1), targets.flatten())
        gradients = torch.autograd.grad(loss, list(model.parameters()))
        rows.append(torch.cat([gradient.flatten() for gradient in gradients]))
    return torch.stack(rows).var(0).sum().item()


def measure(seed: int, progress: Progress) -> Numbers:
    """Train the same model on batches of every size, each at every rate, for the same steps.

    Args:
        seed: Of weights and windows.
        progress: Told the share that is done.

    Returns:
        At `steps`, for each case `CASE`, the loss on held-out plays at the rate that is best at the
        end, and `CASE rate`, that rate; `noise`, one number per size of `NOISES`, at the first
        weights. Losses in nats per character.
    """
    found, number, all_cases = Numbers(), 0, cases()
    for name, (objective, batch_size) in all_cases.items():
        tried = []
        for lr in RATES:
            recipe = Recipe(
                batch_size=batch_size, matrix_lr=0.0, lr=lr, warmup=0.05, decay=0.0,
                evaluations=N_LOOKS,
            )  # fmt: skip
            run = Training(
                drawn(WIDTH, seed), plays(), budget=Steps(N_STEPS), recipe=recipe, seed=seed,
                objective=objective,
            )  # fmt: skip
            tried.append(followed(run, part_of(progress, number, len(all_cases) * len(RATES))))
            number += 1
        best = min(range(len(RATES)), key=lambda place: tried[place][-1].unseen)
        found["steps"] = [float(look.step) for look in tried[best]]
        found[name] = [look.unseen for look in tried[best]]
        found[f"{name} rate"] = RATES[best]
    found["noise"] = [noise(drawn(WIDTH, seed), n, 32, seed) for n in NOISES]
    return found


def verdict(runs: Sequence[Numbers]) -> str:
    """Order the cases by their losses after the same steps, and say whether the seeds agree."""
    last = {name: [_row(run, name)[-1] for run in runs] for name in cases()}
    orders = {tuple(sorted(last, key=lambda name: last[name][i])) for i in range(len(runs))}
    ranked = sorted(last, key=lambda name: fmean(last[name]))
    if len(orders) == 1:
        return _("After the same steps, in every seed: {list}.", list=" < ".join(ranked))
    return _(
        "After the same steps: {list} on average; the seeds differ in order.",
        list=" < ".join(ranked),
    )


def _row(run: Numbers, name: str) -> list[float]:
    numbers = run[name]
    assert isinstance(numbers, list)  # what is asked for here is
    return numbers


EXPERIMENT = Experiment(
    name="batches",
    question="How far does a model get by one sentence at a time, and by batches of windows?",
    claims=("one-sentence-at-a-time",),
    seeds=(0, 1, 2),
    measure=measure,
    verdict=verdict,
    tolerance=0.1,
)
