"""Two small tasks, one that needs order and one that does not, for every position scheme.

`delayed` asks at each position for the symbol three places back, so order is all that counts.
`marked` hides one marked symbol at the start of a long text and asks for it at the end: it is far
away, and nothing else has its mark, so order does not matter.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import fmean

import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn import functional as F

from gptlab.catalogue import text as _
from gptlab.config import GPTConfig
from gptlab.evaluation import eval_mode
from gptlab.experiments.experiment import Experiment, Numbers, Progress
from gptlab.experiments.stretching import stretched
from gptlab.gpt import GPT
from gptlab.masks import Causal, Mask
from gptlab.positions import (
    AlibiPositions,
    LearnedPositions,
    NoPositions,
    Positions,
    RotaryPositions,
    SinusoidalPositions,
)
from gptlab.schedule import learning_rate_scale
from gptlab.training import Recipe, optimizers_for

SCHEMES: dict[str, Callable[[GPTConfig], Positions]] = {
    "none": NoPositions,
    "sinusoidal": SinusoidalPositions,
    "learned": LearnedPositions,
    "rotary": RotaryPositions,
    "ALiBi": AlibiPositions,
}
N_SYMBOLS = 8
DELAY = 3
NO_QUESTION = -100  # the target of a position that is not asked, as cross_entropy knows it
N_CTX = 32
FAR = 4 * N_CTX
N_STEPS = 800
N_TESTS = 256  # texts that an accuracy is measured on
SOLVED = 0.9  # share of right answers from which a task counts as solved
KEPT = 0.1  # loss of that share beyond the trained length that still counts as none
RECIPE = Recipe(batch_size=32, warmup=0.05, decay=0.5)


@dataclass(frozen=True)
class Questions:
    """Texts of symbols, and what is to be said at each position.

    Args:
        inputs: Symbols.
        targets: The right answers; `NO_QUESTION` where nothing is asked.
    """

    inputs: Int[Tensor, "batch pos"]
    targets: Int[Tensor, "batch pos"]


Task = Callable[[int, int, torch.Generator], Questions]


def delayed(n_texts: int, length: int, generator: torch.Generator) -> Questions:
    """Ask at every position for the symbol three places before it.

    Args:
        n_texts: How many texts.
        length: Symbols in each.
        generator: Where they are drawn from.

    Example:
        >>> drawn = delayed(1, 6, torch.Generator().manual_seed(0))
        >>> bool((drawn.targets[0, 3:] == drawn.inputs[0, :3]).all())
        True
    """
    inputs = torch.randint(N_SYMBOLS, (n_texts, length), generator=generator)
    targets = torch.full_like(inputs, NO_QUESTION)
    targets[:, DELAY:] = inputs[:, :-DELAY]
    return Questions(inputs, targets)


def marked(n_texts: int, length: int, generator: torch.Generator) -> Questions:
    """Ask at the last position for the one marked symbol, which stands at the very beginning.

    Args:
        n_texts: How many texts.
        length: Symbols in each; the mark is `length` − 1 places away from the question.
        generator: Where they are drawn from.
    """
    inputs = torch.randint(N_SYMBOLS, (n_texts, length), generator=generator)
    targets = torch.full_like(inputs, NO_QUESTION)
    targets[:, -1] = inputs[:, 0]
    inputs[:, 0] += N_SYMBOLS  # marked symbols have ids of their own
    return Questions(inputs, targets)


def model_for(scheme: str, n_ctx: int, seed: int, mask: Mask = Causal()) -> GPT:  # noqa: B008
    """Draw a model of two blocks with a position scheme.

    Args:
        scheme: One of `SCHEMES`.
        n_ctx: Positions.
        seed: Of the first weights.
        mask: Which keys each query sees.
    """
    cfg = GPTConfig(d_vocab=2 * N_SYMBOLS, n_ctx=n_ctx, d_model=32, n_layers=2, n_heads=4)
    generator = torch.Generator().manual_seed(seed)
    return GPT(cfg, positions=SCHEMES[scheme], mask=mask, generator=generator)


def trained(
    scheme: str,
    task: Task,
    *,
    n_steps: int,
    seed: int,
    n_ctx: int = N_CTX,
    mask: Mask = Causal(),  # noqa: B008 (frozen)
    progress: Progress = lambda share: None,
) -> GPT:
    """Train a model on a task that is drawn anew at every step; other schemes see the same texts.

    Args:
        scheme: One of `SCHEMES`.
        task: What is asked.
        n_steps: Optimizer steps.
        seed: Of the first weights and of the texts.
        n_ctx: Length of the texts.
        mask: Which keys each query sees.
        progress: Told the share of the steps that is done.
    """
    model = model_for(scheme, n_ctx, seed, mask)
    optimizers = optimizers_for(model, RECIPE)
    generator = torch.Generator().manual_seed(seed)
    for step in range(n_steps):
        asked = task(RECIPE.batch_size, n_ctx, generator)
        loss = F.cross_entropy(model(asked.inputs).flatten(0, 1), asked.targets.flatten())
        for optimizer in optimizers:
            optimizer.zero_grad()
        loss.backward()
        scale = learning_rate_scale(step / n_steps, warmup=RECIPE.warmup, decay=RECIPE.decay)
        for optimizer in optimizers:
            for group in optimizer.param_groups:
                group["lr"] = group["initial_lr"] * max(scale, 0.01)
            optimizer.step()
        progress((step + 1) / n_steps)
    return model


def right_by_position(model: GPT, task: Task, length: int, seed: int = 0) -> Float[Tensor, " pos"]:
    """Measure, position by position, how often a model names the right symbol.

    Args:
        model: A model whose n_ctx is at least `length`.
        task: What is asked.
        length: Of the texts.
        seed: Of the texts; those of training are others.

    Returns:
        Shares from 0 to 1; NaN where nothing is asked.
    """
    asked = task(N_TESTS, length, torch.Generator().manual_seed(10_000 + seed))
    with eval_mode(model), torch.inference_mode():
        right = (model(asked.inputs).argmax(-1) == asked.targets).float()
    return right.sum(0) / (asked.targets != NO_QUESTION).sum(0)


def commonest(task: Task, length: int, seed: int = 0) -> float:
    """Measure how often the commonest symbol of a text is right: all that a bag of symbols allows.

    Args:
        task: What is asked.
        length: Of the texts.
        seed: Of the texts.
    """
    asked = task(4 * N_TESTS, length, torch.Generator().manual_seed(20_000 + seed))
    guess = asked.inputs.mode(dim=1).values[:, None]
    return ((guess == asked.targets).sum() / (asked.targets != NO_QUESTION).sum()).item()


def measure(seed: int, progress: Progress, n_steps: int = N_STEPS) -> Numbers:
    """Train every scheme on `delayed`, and measure it inside and beyond the trained length.

    Returns:
        For each scheme the list `SCHEME by position`, the share of right answers at each of `FAR`
        positions that is asked, and `SCHEME inside` and `SCHEME beyond`, its means up to and from
        the trained length on; and `commonest`, the baseline. The rows that a learned table lacks
        are drawn as before training.
    """
    found: Numbers = {"commonest": commonest(delayed, N_CTX, seed)}
    for number, scheme in enumerate(SCHEMES):

        def part(share: float, number: int = number) -> None:
            progress((number + share) / len(SCHEMES))

        model = trained(scheme, delayed, n_steps=n_steps, seed=seed, progress=part)
        larger = stretched(model, FAR, torch.Generator().manual_seed(seed))
        right = right_by_position(larger, delayed, FAR, seed)
        found[f"{scheme} by position"] = right[DELAY:].tolist()
        found[f"{scheme} inside"] = right[DELAY:N_CTX].mean().item()
        found[f"{scheme} beyond"] = right[N_CTX:].mean().item()
    return found


def verdict(runs: Sequence[Numbers]) -> str:
    """Say which schemes solve the task, and which of them also do so on longer texts."""
    inside, beyond = (
        {scheme: _mean(runs, f"{scheme} {where}") for scheme in SCHEMES}
        for where in ("inside", "beyond")
    )
    solved = [scheme for scheme in SCHEMES if inside[scheme] >= SOLVED]
    kept = [scheme for scheme in solved if beyond[scheme] >= inside[scheme] - KEPT]
    return _(
        "Solved at the trained length by {solved}; of these, on texts up to {times} times as long "
        "by {kept}.",
        solved=", ".join(solved) or "–",
        times=FAR // N_CTX,
        kept=", ".join(kept) or "–",
    )


def _mean(runs: Sequence[Numbers], name: str) -> float:
    return fmean(value for run in runs if isinstance(value := run[name], float))


EXPERIMENT = Experiment(
    name="order",
    question="Which position schemes let a model name the symbol three places back?",
    claims=("no-intrinsic-order", "pe-captures-long-range"),
    seeds=(0, 1, 2),
    measure=measure,
    verdict=verdict,
    tolerance=0.1,
)
