"""What survives when a model may not look at everything: recall by distance, for each pattern.

All models are drawn and trained alike; only the mask and the number of layers differ. They have no
positions, because the task needs none: nothing but the mask says what can be known.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

import torch
from jaxtyping import Int
from torch import Tensor
from torch.nn import functional as F

from gptlab.catalogue import text as _
from gptlab.chunks import read_in_chunks
from gptlab.config import GPTConfig
from gptlab.experiments.answering import answers, right_by_distance
from gptlab.experiments.experiment import Experiment, Numbers, Progress, Shorter
from gptlab.experiments.standings import curve
from gptlab.experiments.tasks import NO_QUESTION, MarkedRecall, Texts
from gptlab.gpt import GPT
from gptlab.masks import Causal, Chunked, Mask, RandomKeys, SlidingWindow, Strided, TwoLevel
from gptlab.positions import NoPositions
from gptlab.receptive import farthest
from gptlab.schedule import learning_rate_scale
from gptlab.training import Recipe, optimizers_for

WIDTH = 8  # keys that a query sees, about, in every pattern but the full one
LENGTH = 8 * WIDTH
N_STEPS = 200
N_TESTS = 1024  # texts that a curve is measured on
EDGES = (*range(1, 33), 36, 40, 44, 48, 56, 64)
KNOWN = 0.9  # share of right answers from which a distance counts as reached
RECIPE = Recipe(batch_size=32, warmup=0.05, decay=0.5)


@dataclass(frozen=True)
class Way:
    """How a text is read.

    Args:
        mask: Which keys each query sees.
        n_layers: Blocks.
        n_ctx: Tokens that are read at once, in training too.
        overlap: How many tokens of a chunk the next one reads again; none reads no chunks: a token
            more than `n_ctx` pushes the oldest one out.
    """

    mask: Mask
    n_layers: int = 2
    n_ctx: int = LENGTH
    overlap: int | None = None

    def reach(self) -> int:
        """Return the largest distance that the last position can know of, in positions."""
        if self.overlap is not None:
            return farthest(Chunked(self.n_ctx, self.overlap), LENGTH, 1)
        return farthest(self.mask, min(self.n_ctx, LENGTH), self.n_layers)


WAYS: dict[str, Way] = {
    "full": Way(Causal()),
    "truncated": Way(Causal(), n_ctx=WIDTH),
    "chunks": Way(Chunked(WIDTH)),
    "overlapping chunks": Way(Causal(), n_ctx=WIDTH, overlap=WIDTH // 2),
    "band, 1 layer": Way(SlidingWindow(WIDTH), n_layers=1),
    "band, 2 layers": Way(SlidingWindow(WIDTH)),
    "band, 4 layers": Way(SlidingWindow(WIDTH), n_layers=4),
    "strided": Way(Strided(WIDTH)),
    "random": Way(RandomKeys(WIDTH // 2, WIDTH // 2)),
    "two-level": Way(TwoLevel(WIDTH)),
}
AT_BORDERS = ("chunks", "overlapping chunks", "band, 2 layers")


def learned(
    way: Way, seed: int, n_steps: int = N_STEPS, progress: Progress = lambda share: None
) -> GPT:
    """Train a model on the recall of a marked symbol; other ways see texts from the same seed.

    Args:
        way: How it reads.
        seed: Of weights and texts.
        n_steps: Optimizer steps.
        progress: Told the share of the steps that is done.
    """
    task = MarkedRecall(length=way.n_ctx)
    sizes = {"d_vocab": task.d_vocab, "n_ctx": way.n_ctx, "n_layers": way.n_layers}
    cfg = GPTConfig(**sizes, d_model=32, n_heads=2)
    drawn = torch.Generator().manual_seed(seed)
    model = GPT(cfg, positions=NoPositions, mask=way.mask, generator=drawn)
    optimizers = optimizers_for(model, RECIPE)
    for step in range(n_steps):
        texts = task.draw(RECIPE.batch_size, drawn)
        logits = model(texts.tokens).flatten(0, 1)
        loss = F.cross_entropy(logits, texts.targets.flatten(), ignore_index=NO_QUESTION)
        loss.backward()
        scale = learning_rate_scale(step / n_steps, warmup=RECIPE.warmup, decay=RECIPE.decay)
        for optimizer in optimizers:
            for group in optimizer.param_groups:
                group["lr"] = group["initial_lr"] * max(scale, 0.01)
            optimizer.step()
            optimizer.zero_grad()
        progress((step + 1) / n_steps)
    return model


def said(way: Way, model: GPT, texts: Texts) -> Int[Tensor, "text pos"]:
    """Let a model answer the questions of texts that may be longer than what it reads at once.

    Args:
        way: How it reads.
        model: The model.
        texts: The texts.
    """
    if way.overlap is None:
        return answers(model, texts)
    found = read_in_chunks(model, texts.tokens, way.n_ctx, way.overlap).argmax(-1)
    return found.where(texts.asked, NO_QUESTION)


def by_place(
    answered: Int[Tensor, "text pos"], texts: Texts, nearest: int = WIDTH // 2
) -> list[float]:
    """Return the share of right answers to near questions, by the question's place in a chunk.

    Args:
        answered: The answers.
        texts: Texts with the right ones.
        nearest: The largest distance that is counted; the first chunk is not.
    """
    near = texts.asked & (texts.distances <= nearest)
    near[:, :WIDTH] = False
    right = answered == texts.targets
    places = torch.arange(texts.tokens.shape[1]).expand_as(near) % WIDTH
    return [right[near & (places == place)].float().mean().item() for place in range(WIDTH)]


def measure(seed: int, progress: Progress, n_steps: int = N_STEPS) -> Numbers:
    """Train every way of reading, and ask it at every distance.

    Returns:
        For each way `WAY by distance`, the share of right answers between one of `EDGES` and the
        next; `WAY beyond`, their mean over distances that it cannot reach, 1 ÷ 8 where it reaches
        all; and for `AT_BORDERS` also `WAY by place`.
    """
    task = MarkedRecall(length=LENGTH)
    texts = task.draw(N_TESTS, torch.Generator().manual_seed(10_000 + seed))
    found: Numbers = {}
    for number, (name, way) in enumerate(WAYS.items()):

        def part(share: float, number: int = number) -> None:
            progress((number + share) / len(WAYS))

        answered = said(way, learned(way, seed, n_steps, part), texts)
        found[f"{name} by distance"] = right_by_distance(answered, texts, EDGES)
        far = texts.asked & (texts.distances > way.reach())
        right = (answered == texts.targets)[far].float()
        found[f"{name} beyond"] = right.mean().item() if len(right) else task.chance
        if name in AT_BORDERS:
            found[f"{name} by place"] = by_place(answered, texts)
    return found


def reached(shares: Sequence[float]) -> int:
    """Return the largest distance up to which a curve over `EDGES` stays above `KNOWN`.

    Args:
        shares: Share of right answers between one edge and the next.
    """
    for share, edge in zip(shares, EDGES, strict=False):
        if share < KNOWN:
            return edge - 1
    return EDGES[-1] - 1


def differences(found: Numbers) -> dict[str, float]:
    """Return how much further one way recalls than another, between the reaches of the two.

    Args:
        found: What `measure` returns.
    """
    pairs = {
        ("band, 2 layers", "band, 1 layer"): (8, 14),
        ("band, 4 layers", "band, 2 layers"): (15, 28),
        ("two-level", "chunks"): (8, 31),
        ("strided", "truncated"): (8, 31),
    }
    return {
        f"{ahead} − {behind}": fmean(_part(found, ahead, span)) - fmean(_part(found, behind, span))
        for (ahead, behind), span in pairs.items()
    }


def _part(found: Numbers, name: str, span: tuple[int, int]) -> list[float]:
    # Up to 32 there is one number for each distance.
    return curve(found, f"{name} by distance")[span[0] - 1 : span[1]]


def shorter(seed: int, progress: Progress) -> Numbers:
    """Measure after half of the steps.

    Args:
        seed: As for `measure`.
        progress: As for `measure`.
    """
    return measure(seed, progress, N_STEPS // 2)


def verdict(runs: Sequence[Numbers]) -> str:
    """Say how far each way recalls, in the mean over seeds."""
    far = {}
    for name in WAYS:
        curves = [curve(run, f"{name} by distance") for run in runs]
        mean = [fmean(each) for each in zip(*curves, strict=True)]
        far[name] = reached(mean)
    return _(
        "Texts of {n} tokens. At least {share} right up to distance: {list}.",
        n=LENGTH,
        share=f"{KNOWN:.0%}",
        list=", ".join(f"{name} {distance}" for name, distance in far.items()),
    )


EXPERIMENT = Experiment(
    name="length",
    question="How far back does a model recall when it may not look at everything?",
    claims=(
        "truncation",
        "hierarchical-attention",
        "sparse-attention",
        "sliding-window-definition",
        "sliding-window-loses",
        "length-methods-solve",
    ),
    seeds=(0, 1, 2),
    measure=measure,
    verdict=verdict,
    tolerance=0.1,
    shorter=Shorter(measure=shorter, differences=differences, clear=0.3),
)
