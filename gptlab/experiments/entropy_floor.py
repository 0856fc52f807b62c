"""How low a loss can go: models of a source whose entropy is known, with much text and with little.

No model can be better on new text than the source is uncertain. On the text that it was trained on
it can, by learning it by heart.
"""

from collections.abc import Mapping, Sequence

import torch
from jaxtyping import Int
from torch import Tensor

from gptlab.catalogue import text as _
from gptlab.config import GPTConfig
from gptlab.data import Split, Splits
from gptlab.evaluation import evaluate
from gptlab.experiments.experiment import Experiment, Numbers, Progress, Shorter
from gptlab.gpt import GPT
from gptlab.measures import MarkovSource, NGrams
from gptlab.schedule import Steps
from gptlab.training import Recipe, Training

N_TOKENS = 8
NOISES = (0.1, 0.3, 0.6)
TEXTS = {"much": 30_000, "little": 300}
N_TESTED = 10_000
N_STEPS, N_QUICK = 250, 60
SIZES = GPTConfig(d_vocab=N_TOKENS, n_ctx=32, d_model=32, n_layers=2, n_heads=2)
RECIPE = Recipe(batch_size=16, lr=0.01, evaluations=1)
ABOVE = 0.03  # nats per token: a loss that is so near to the floor has reached it


def measure(seed: int, progress: Progress, n_steps: int = N_STEPS) -> Numbers:
    """Train on much and on little text of each source, and measure on both and on new text.

    Returns:
        Lists with one number per noise, in nats per token: `floor`, the source's entropy; for
        `much` and `little`, `… own` on the text that was learned from, `… new` on new text, and
        `… counted`, a bigram's loss on new text.
    """
    found: dict[str, list[float]] = {"noise": list(NOISES)}
    for number, noise in enumerate(NOISES):
        source = MarkovSource.noisy(N_TOKENS, noise)
        found.setdefault("floor", []).append(source.entropy)
        generator = torch.Generator().manual_seed(seed)
        new = source.draw(1, N_TESTED, generator)[0]
        for kind, (name, length) in enumerate(TEXTS.items()):
            own = source.draw(1, length, generator)[0]

            def part(share: float, place: int = number * len(TEXTS) + kind) -> None:
                progress((place + share) / (len(NOISES) * len(TEXTS)))

            model = _trained(own, new, seed, n_steps, part)
            for where, ids in (("own", own[:N_TESTED]), ("new", new)):
                found.setdefault(f"{name} {where}", []).append(evaluate(model, _split(ids)).loss)
            found.setdefault(f"{name} counted", []).append(NGrams(own, 2, N_TOKENS).loss(new))
    return dict(found)


def _trained(
    own: Int[Tensor, " n_own"],
    new: Int[Tensor, " n_new"],
    seed: int,
    n_steps: int,
    progress: Progress,
) -> GPT:
    model = GPT(SIZES, generator=torch.Generator().manual_seed(seed))
    data = Splits(_split(own), _split(new), _split(new))
    run = Training(model, data, budget=Steps(n_steps), recipe=RECIPE, seed=seed)
    while run.progress < 1:
        progress(run.take_step().step / n_steps)
    return model


def _split(ids: Int[Tensor, " pos"]) -> Split:
    return Split(ids, len(ids) - 1)  # a byte for each token


def above_the_floor(numbers: Numbers) -> dict[str, list[float]]:
    """Return by how much each loss is above the entropy of its source, noise by noise.

    Args:
        numbers: What `measure` returned for one seed.

    Returns:
        Name to nats per token; below 0 is better than the source is uncertain.
    """
    floor = _list(numbers, "floor")
    names = [name for name in numbers if name not in ("noise", "floor")]
    return {
        name: [loss - low for loss, low in zip(_list(numbers, name), floor, strict=True)]
        for name in names
    }


def verdict(runs: Sequence[Numbers]) -> str:
    """Say which losses reach the floor, and which fall below it, in every seed and at any noise."""
    every = [above_the_floor(run) for run in runs]
    reached, below = [], []
    for name, shown in _shown().items():
        apart = [number for run in every for number in run[name]]
        reached += [shown] * (max(map(abs, apart)) < ABOVE)
        below += [shown] * (max(apart) < -ABOVE)
    return _(
        "Within {least} nats of the source's entropy: {reached}. Below it by more than that: "
        "{below}.",
        least=ABOVE,
        reached="; ".join(reached) or "–",
        below="; ".join(below) or "–",
    )


def _shown() -> dict[str, str]:
    much, little = TEXTS.values()
    return {
        "much own": _("GPT, {n:,} tokens, on these", n=much),
        "much new": _("GPT, {n:,} tokens, on new text", n=much),
        "much counted": _("counts, {n:,} tokens, on new text", n=much),
        "little own": _("GPT, {n:,} tokens, on these", n=little),
        "little new": _("GPT, {n:,} tokens, on new text", n=little),
        "little counted": _("counts, {n:,} tokens, on new text", n=little),
    }


def differences(numbers: Numbers) -> Mapping[str, float]:
    """Name what a shorter training has to repeat: little text is learned by heart."""
    pairs = zip(_list(numbers, "little new"), _list(numbers, "little own"), strict=True)
    return {
        f"new less own text, noise {noise:g}": new - own
        for noise, (new, own) in zip(NOISES, pairs, strict=True)
    }


def _list(numbers: Numbers, name: str) -> list[float]:
    values = numbers[name]
    assert isinstance(values, list)  # `measure` returns nothing else
    return values


def _quick(seed: int, progress: Progress) -> Numbers:
    return measure(seed, progress, N_QUICK)


EXPERIMENT = Experiment(
    name="entropy-floor",
    question="How near does the loss come to the entropy of a known source, and can it go below?",
    claims=("lm-is-conditional-distribution",),
    seeds=(0, 1, 2),
    measure=measure,
    verdict=verdict,
    tolerance=0.1,
    shorter=Shorter(measure=_quick, differences=differences, clear=0.05),
)
