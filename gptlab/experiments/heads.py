"""How many heads does a task need that asks for one place, or for two places at once?

A text is a row of random symbols. The easy task is to name the symbol that stands one place before
the last; the other, to name the symbols one and three places before it, in that order, with one
answer. The model has one layer, so that a single round of attention has to fetch both.
"""

from collections.abc import Sequence

import torch
from jaxtyping import Int
from torch import Tensor
from torch.nn import functional as F

from gptlab.config import GPTConfig
from gptlab.experiments.experiment import Experiment, Numbers, Progress
from gptlab.gpt import GPT
from gptlab.schedule import learning_rate_scale
from gptlab.training import Recipe, optimizers_for

N_SYMBOLS, N_CTX, D_MODEL, BATCH, N_STEPS = 8, 8, 32, 64, 400
PLACES = {"one place": (1,), "two places": (1, 3)}  # before the last
N_HEADS = (1, 2, 4, 8)
BETTER = 0.1  # nats by which more heads have to be better than one, in every seed


def asked(
    places: Sequence[int], n_texts: int, generator: torch.Generator
) -> Int[Tensor, "text pos"]:
    """Make texts that end in their answer: a row of symbols, then one token for what is asked.

    Args:
        places: Which symbols are asked for, counted back from the last.
        n_texts: How many texts.
        generator: Draws the symbols.
    """
    symbols = torch.randint(N_SYMBOLS, (n_texts, N_CTX), generator=generator)
    answer = torch.zeros(n_texts, dtype=torch.long)
    for place in places:
        answer = answer * N_SYMBOLS + symbols[:, -1 - place]
    return torch.cat([symbols, answer[:, None]], dim=1)


def learned(
    places: Sequence[int], n_heads: int, seed: int, progress: Progress, n_steps: int = N_STEPS
) -> float:
    """Train a model of one layer, and return its loss on new texts in nats per answer.

    Args:
        places: What the task asks for.
        n_heads: Heads; the width of the model stays the same.
        seed: Draws weights and texts.
        progress: Told how far it is.
        n_steps: Optimizer steps.
    """
    generator = torch.Generator().manual_seed(seed)
    n_answers = N_SYMBOLS ** len(places)
    cfg = GPTConfig(
        d_vocab=max(N_SYMBOLS, n_answers), n_ctx=N_CTX, d_model=D_MODEL, n_layers=1, n_heads=n_heads
    )
    model = GPT(cfg, generator=generator)
    optimizers = optimizers_for(model, Recipe())
    for step in range(n_steps):
        texts = asked(places, BATCH, generator)
        error = F.cross_entropy(model(texts[:, :-1])[:, -1], texts[:, -1])
        for optimizer in optimizers:
            optimizer.zero_grad()
        error.backward()
        scale = learning_rate_scale(step / n_steps, warmup=0.05, decay=0.5)
        for optimizer in optimizers:
            for group in optimizer.param_groups:
                group["lr"] = group["initial_lr"] * max(scale, 0.01)
            optimizer.step()
        progress((step + 1) / n_steps)
    texts = asked(places, 1024, torch.Generator().manual_seed(seed + 1000))
    with torch.inference_mode():
        return F.cross_entropy(model(texts[:, :-1])[:, -1], texts[:, -1]).item()


def _measure(seed: int, progress: Progress) -> Numbers:
    trainings = [(name, n_heads) for name in PLACES for n_heads in N_HEADS]
    losses: dict[str, list[float]] = {name: [] for name in PLACES}
    for done, (name, n_heads) in enumerate(trainings):
        part = _part_of(progress, done, len(trainings))
        losses[name].append(learned(PLACES[name], n_heads, seed, part))
    return {**losses}


def _part_of(progress: Progress, done: int, n: int) -> Progress:
    return lambda share: progress((done + share) / n)


def _verdict(found: Sequence[Numbers]) -> str:
    gains = {name: [_gain(numbers[name]) for numbers in found] for name in PLACES}
    hard, easy = (min(gains[name]) >= BETTER for name in ("two places", "one place"))
    if hard and not easy:
        return "more than one head helps where two places are asked for, and not where one is"
    if hard:
        return "more than one head helps in both tasks"
    return "more than one head helps in neither task, or not in every seed"


def _gain(losses: float | list[float]) -> float:
    assert isinstance(losses, list)  # one loss per number of heads
    return losses[0] - min(losses[1:])


EXPERIMENT = Experiment(
    name="heads",
    question="Do more heads of the same total width help, with one place to look at or with two?",
    claims=("multihead-subspaces", "multihead-positions"),
    seeds=(0, 1, 2),
    measure=_measure,
    verdict=_verdict,
)
