"""Four optimizers on the same model and windows, each with every learning rate of its grid.

Who is ahead depends on the rate, so a comparison at one rate compares nothing. The grids differ,
because a step of SGD is as long as the gradient, and one of AdamW or Muon is as long as its rate.
"""

from collections.abc import Callable, Sequence
from statistics import fmean

from torch.optim import SGD, Optimizer

from gptlab.catalogue import text as _
from gptlab.experiments.characters import Look, drawn, followed, plays
from gptlab.experiments.comparing import part_of
from gptlab.experiments.experiment import Experiment, Numbers, Progress
from gptlab.gpt import GPT
from gptlab.schedule import Steps
from gptlab.training import Recipe, Training, optimizers_for

WIDTH, N_STEPS, N_LOOKS = 32, 200, 5
ADAMW_LR = 0.005  # for the embeddings, norms and biases that Muon leaves to AdamW


def sgd(model: GPT, lr: float) -> list[Optimizer]:
    """W ← W − lr · gradient."""
    return [SGD(model.parameters(), lr=lr)]


def momentum(model: GPT, lr: float) -> list[Optimizer]:
    """Keep nine tenths of the running sum of gradients: m ← 0.9 m + gradient, W ← W − lr · m.

    Source: Polyak 1964; Sutskever et al. 2013, equations 1 and 2.
    """
    return [SGD(model.parameters(), lr=lr, momentum=0.9)]


def adamw(model: GPT, lr: float) -> list[Optimizer]:
    """Divide each weight's mean gradient by the root of its mean square."""
    return optimizers_for(model, Recipe(matrix_lr=0.0, lr=lr))


def muon(model: GPT, lr: float) -> list[Optimizer]:
    """Make the step of each matrix in a block orthogonal; AdamW has the rest, at one fixed rate."""
    return optimizers_for(model, Recipe(matrix_lr=lr, lr=ADAMW_LR))


OPTIMIZERS: dict[str, tuple[Callable[[GPT, float], list[Optimizer]], tuple[float, ...]]] = {
    "SGD": (sgd, (0.1, 0.3, 1.0, 3.0)),
    "momentum": (momentum, (0.03, 0.1, 0.3, 1.0)),
    "AdamW": (adamw, (0.001, 0.003, 0.01, 0.03)),
    "Muon": (muon, (0.01, 0.03, 0.1, 0.3)),
}
"""Name to what makes the optimizers for a model and a rate, and the grid of rates."""


def trained(
    name: str, lr: float, seed: int, progress: Progress = lambda share: None, n_steps: int = N_STEPS
) -> list[Look]:
    """Train the same model with an optimizer.

    Args:
        name: One of `OPTIMIZERS`.
        lr: Its learning rate at the highest.
        seed: Of weights and windows.
        progress: Told the share that is done.
        n_steps: Optimizer steps.
    """
    make, _rates = OPTIMIZERS[name]
    model = drawn(WIDTH, seed)
    recipe = Recipe(matrix_lr=0.0, warmup=0.05, evaluations=N_LOOKS)
    run = Training(model, plays(), budget=Steps(n_steps), recipe=recipe, seed=seed)
    run.optimizers = make(model, lr)
    for optimizer in run.optimizers:
        for group in optimizer.param_groups:
            group.setdefault("initial_lr", group["lr"])
    return followed(run, progress)


def measure(seed: int, progress: Progress) -> Numbers:
    """Train with every optimizer at every rate.

    Args:
        seed: Of weights and windows.
        progress: Told the share that is done.

    Returns:
        For each optimizer `NAME rates`, `NAME`, the loss on held-out plays at the end at each, and
        `NAME curve`, that along the way at the best one, at `steps`; in nats per character.
    """
    found, number = Numbers(), 0
    n = sum(len(rates) for _make, rates in OPTIMIZERS.values())
    for name, (_make, rates) in OPTIMIZERS.items():
        tried = []
        for lr in rates:
            tried.append(trained(name, lr, seed, part_of(progress, number, n)))
            number += 1
        best = min(tried, key=lambda looks: looks[-1].unseen)
        found[f"{name} rates"] = list(rates)
        found[name] = [looks[-1].unseen for looks in tried]
        found["steps"] = [float(look.step) for look in best]
        found[f"{name} curve"] = [look.unseen for look in best]
    return found


def verdict(runs: Sequence[Numbers]) -> str:
    """Order the optimizers by their best losses, and say whether the seeds agree on the order."""
    best = {name: [min(_row(run, name)) for run in runs] for name in OPTIMIZERS}
    orders = {
        tuple(sorted(OPTIMIZERS, key=lambda name: best[name][place])) for place in range(len(runs))
    }
    ranked = sorted(OPTIMIZERS, key=lambda name: fmean(best[name]))
    if len(orders) == 1:
        return _("At their best rates, in every seed: {list}.", list=" < ".join(ranked))
    return _(
        "At their best rates: {list} on average; the seeds differ in order.",
        list=" < ".join(ranked),
    )


def _row(run: Numbers, name: str) -> list[float]:
    numbers = run[name]
    assert isinstance(numbers, list)  # `measure` returns nothing else
    return numbers


EXPERIMENT = Experiment(
    name="optimizers",
    question="Which optimizer gets furthest in the same steps, each at its best learning rate?",
    claims=(),
    seeds=(0, 1, 2),
    measure=measure,
    verdict=verdict,
    tolerance=0.1,
)
