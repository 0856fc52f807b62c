"""A fair comparison: same parameters, same texts, same steps, and each its own learning rate.

An architecture that does badly with another's learning rate has not been compared with it. So each
one is trained in full with every rate of a grid, and the loss at each is part of the result. What
counts is the model with the lowest loss on texts that are used for this choice alone.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional as F
from torch.optim import AdamW

from gptlab.evaluation import eval_mode
from gptlab.experiments.contenders import Contender, Model
from gptlab.experiments.experiment import Progress
from gptlab.experiments.results import Recorded
from gptlab.experiments.tasks import NO_QUESTION, Task, Texts
from gptlab.schedule import learning_rate_scale

N_HELD_OUT = 256  # texts that a loss is measured on
LOST = 100.0  # the loss that stands for a training that broke down, in nats per answer


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What is the same for everyone in a comparison.

    Args:
        n_parameters: Numbers that each model may adjust, within 2 %.
        n_steps: Optimizer steps with each learning rate.
        batch_size: Texts per step, drawn anew at each.
        rates: The grid of AdamW's learning rates.
        warmup: First share of the steps, in which the rate rises.
        decay: Last share, in which it falls to 0.
        clip: Longest gradient that is not shortened.
    """

    n_parameters: int
    n_steps: int
    batch_size: int = 32
    rates: tuple[float, ...] = (1e-3, 3e-3, 1e-2, 3e-2)
    warmup: float = 0.05
    decay: float = 0.5
    clip: float = 1.0

    def __post_init__(self) -> None:
        for name in ("n_parameters", "n_steps", "batch_size"):
            if getattr(self, name) < 1:
                raise ValueError(f"expected {name} of 1 or more, came {getattr(self, name)}.")
        if not self.rates or min(self.rates) <= 0:
            raise ValueError(
                f"expected learning rates above 0, came {self.rates}. Pass rates=(1e-3, 3e-3)."
            )


def drawn(contender: Contender, task: Task, rules: Rules, seed: int) -> Model:
    """Draw a model of the size that everyone has.

    Args:
        contender: Its architecture.
        task: Whose tokens it shall read, in texts of this length.
        rules: How many parameters it may have.
        seed: Of the weights.
    """
    sizes = {"d_vocab": task.d_vocab, "n_ctx": task.length}
    dial = contender.sized(rules.n_parameters, **sizes)
    return contender.build(dial, **sizes, generator=torch.Generator().manual_seed(seed))


def answer_loss(model: Model, texts: Texts) -> torch.Tensor:
    """Return the mean cross-entropy over all questions, in nats per answer."""
    logits = model(texts.tokens).flatten(0, 1)
    return F.cross_entropy(logits, texts.targets.flatten(), ignore_index=NO_QUESTION)


def taught(
    model: Model,
    task: Task,
    rules: Rules,
    *,
    lr: float,
    seed: int,
    progress: Progress = lambda share: None,
) -> list[float]:
    """Train a model on a task, in place; whoever has the same seed sees the same texts.

    Args:
        model: The model.
        task: What is asked.
        rules: What is the same for everyone.
        lr: AdamW's learning rate at its highest.
        seed: Of the texts.
        progress: Told the share of the steps that is done.

    Returns:
        The loss of each step before its update, in nats per answer. A step whose gradient is not
        finite ends the training.
    """
    n = rules.n_steps
    generator = torch.Generator().manual_seed(seed)
    optimizer = AdamW(model.parameters(), lr=lr, weight_decay=0.0)
    losses: list[float] = []
    for step in range(n):
        loss = answer_loss(model, task.draw(rules.batch_size, generator))
        optimizer.zero_grad()
        loss.backward()
        norm = nn.utils.clip_grad_norm_(model.parameters(), rules.clip)
        if not torch.isfinite(norm):
            return [*losses, LOST]
        scale = learning_rate_scale((step + 0.5) / n, warmup=rules.warmup, decay=rules.decay)
        optimizer.param_groups[0]["lr"] = lr * scale
        optimizer.step()
        losses.append(loss.item())
        progress((step + 1) / n)
    return losses


def held_out_loss(model: Model, task: Task, seed: int, n_texts: int = N_HELD_OUT) -> float:
    """Measure the loss on texts that no training has seen, in nats per answer.

    Args:
        model: The model.
        task: What is asked.
        seed: Of the texts.
        n_texts: How many.
    """
    texts = task.draw(n_texts, torch.Generator().manual_seed(10_000 + seed))
    with eval_mode(model), torch.inference_mode():
        loss = answer_loss(model, texts).item()
    return min(loss, LOST) if math.isfinite(loss) else LOST


@dataclass(frozen=True)
class Trained:
    """A contender after its training with the learning rate that suits it best.

    Args:
        model: The model.
        losses: The loss of each step, in nats per answer.
        lr: The learning rate.
        tuning: Held-out loss after the training with each rate of the grid.
    """

    model: Model
    losses: list[float]
    lr: float
    tuning: list[float]


def compared(
    contender: Contender,
    task: Task,
    rules: Rules,
    seed: int,
    *,
    progress: Progress = lambda share: None,
) -> Trained:
    """Train a contender with each learning rate, and keep the model with the lowest held-out loss.

    Args:
        contender: Its architecture.
        task: What is asked.
        rules: What is the same for everyone. With one rate in the grid, nothing is tuned.
        seed: Of weights and texts.
        progress: Told the share that is done.
    """
    tried = []
    for i, lr in enumerate(rules.rates):
        model = drawn(contender, task, rules, seed)
        part = part_of(progress, i, len(rules.rates))
        losses = taught(model, task, rules, lr=lr, seed=seed, progress=part)
        tried.append((held_out_loss(model, task, seed), model, losses, lr))
    _loss, model, losses, lr = min(tried, key=lambda each: each[0])
    return Trained(model, losses, lr, [loss for loss, *_rest in tried])


def best_rate(rates: Sequence[float], losses: Sequence[float]) -> float:
    """Return the learning rate with the lowest loss.

    Args:
        rates: The grid.
        losses: The loss at each.

    Example:
        >>> best_rate((0.001, 0.01, 0.1), (1.2, 0.4, 0.9))
        0.01
    """
    return min(zip(rates, losses, strict=True), key=lambda pair: pair[1])[0]


def chosen_rate(result: Recorded, name: str) -> float:
    """Return the learning rate whose mean loss over a record's seeds is the lowest.

    What is best in most seeds may fail in another one; what is best in the mean fails in none.

    Args:
        result: A record with `learning rates`, the grid.
        name: Under which it has the loss at each of them.
    """
    rates, *_same = result.values("learning rates")
    return best_rate(rates, result.mean(name))


def part_of(progress: Progress, done: int, n: int) -> Callable[[float], None]:
    """Return what reports the share of one part of `n` equal ones, `done` of which are done."""
    return lambda share: progress((done + share) / n)
