"""A GPT that read plays goes on with another kind of text: what it gains, forgets, and keeps.

The new text is the reference manual of Python, which every Python carries for its `help`. The model
is the small one of lesson 6, trained on plays for 4,000 steps; its tokenizer stays.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from pydoc_data.topics import topics
from statistics import fmean

import torch

from gptlab import checkpoints, corpora
from gptlab.catalogue import text as _
from gptlab.corpora import Corpus
from gptlab.data import Split, Splits
from gptlab.evaluation import evaluate
from gptlab.experiments.comparing import part_of
from gptlab.experiments.experiment import Experiment, Numbers, Progress, Shorter
from gptlab.gpt import GPT
from gptlab.presets import PRESETS
from gptlab.schedule import Steps
from gptlab.tokenizers import Tokenizer
from gptlab.training import Training, train
from gptlab.untrained import untrained_twin

MODEL = "twin_next"
RECIPE = replace(PRESETS["twins"].recipe, evaluations=5)
RATES = {"full rates": 1.0, "a third of them": 0.3}
"""Both beginnings are tried with both, as shares of the rates that the model was trained with."""
N_STEPS = 100
N_QUICK_STEPS = 40
N_TESTED = 20_000  # characters of held-out text, old and new, that losses are measured on
HELD_OUT = 6  # every sixth topic of the manual is kept back, half to choose by and half to judge
MIXES = {"a tenth old": 1 / 10, "a third old": 1 / 3}
COPIES = (0, 1, 50)
N_PASSAGES, PASSAGE = 5, 60  # passages per number of copies, and their tokens


@dataclass(frozen=True)
class Cleaned:
    """A text without repetitions, and what was dropped.

    Args:
        corpus: Training, validation and test text that share no paragraph.
        repeated: Share of all characters that stood there before.
    """

    corpus: Corpus
    repeated: float


@cache
def manual() -> Cleaned:
    """Return Python's reference manual, each paragraph once, whole topics held out.

    Topics of the manual quote each other's sections. Held-out topics take their paragraphs first,
    so that no training text has one of them.
    """
    names = sorted(topics)
    kept_back = names[::HELD_OUT]
    rest = [name for name in names if name not in kept_back]
    parts, seen = {}, set[str]()
    for part, chosen in {
        "validation": kept_back[::2],
        "test": kept_back[1::2],
        "train": rest,
    }.items():
        paragraphs = [each.strip("\n") for name in chosen for each in topics[name].split("\n\n")]
        parts[part] = "\n\n".join(each for each in dict.fromkeys(paragraphs) if each not in seen)
        seen.update(paragraphs)
    left = sum(map(len, parts.values())) / sum(map(len, topics.values()))
    return Cleaned(Corpus(name="manual", **parts), 1 - left)


@cache
def texts() -> tuple[Splits, Splits, Tokenizer]:
    """Return the manual and the plays as tokens of the model, and its tokenizer."""
    _model, tokenizer = checkpoints.load(MODEL, device="cpu")
    plays = corpora.shakespeare()
    old = Splits(
        Split.of(plays.train, tokenizer),
        Split.of(plays.validation[:N_TESTED], tokenizer),
        Split.of(plays.test[:N_TESTED], tokenizer),
    )
    new = manual().corpus
    shortened = replace(new, validation=new.validation[:N_TESTED])
    return Splits.of(shortened, tokenizer), old, tokenizer


def beginning(fresh: bool, seed: int) -> GPT:
    """Return the model that read plays, or one of the same parts that read nothing."""
    model = checkpoints.load(MODEL, device="cpu")[0]
    return untrained_twin(model, seed) if fresh else model


def mixed(new: Split, old: Split, share: float) -> Split:
    """Put old text behind the new one, so that it makes up a share of all tokens."""
    n_old = round(len(new.ids) * share / (1 - share))
    return Split(torch.cat([new.ids, old.ids[:n_old]]), new.n_bytes)


def learned(
    model: GPT, data: Splits, seed: int, progress: Progress, *, rate: float, n_steps: int
) -> dict[str, list[float]]:
    """Train a model on, and measure it on new and on old text along the way.

    Args:
        model: It is changed.
        data: What it learns from, and the new text that it is measured on.
        seed: Of the windows that are drawn.
        progress: Hears the share that is done.
        rate: Share of the learning rates that the model was first trained with.
        n_steps: Optimizer steps.

    Returns:
        `new` and `old`: losses in nats per token, before the first step and at each look.
    """
    old = texts()[1].validation
    recipe = replace(RECIPE, lr=RECIPE.lr * rate, matrix_lr=RECIPE.matrix_lr * rate)
    run = Training(model, data, budget=Steps(n_steps), recipe=recipe, seed=seed)
    losses = {"new": [run.validate().loss], "old": [evaluate(model, old).loss]}
    for result in train(run):
        progress(result.progress)
        if result.validation:
            losses["new"].append(result.validation.loss)
            losses["old"].append(evaluate(model, old).loss)
    return losses


def measure(seed: int, progress: Progress, n_steps: int = N_STEPS) -> Numbers:
    """Continue and begin anew, with and without old text, and plant passages.

    Args:
        seed: Of fresh weights and of the windows that are drawn.
        progress: Hears the share that is done.
        n_steps: Optimizer steps of each run.

    Returns:
        `steps`; for `continued`, `restarted` (each at the better of two rates, chosen on the new
        text) and each of `MIXES` the curves `NAME: new` and `NAME: old`, nats per token; `NAME:
        last new, RATE` for both rates; `n copies: gain` for `COPIES`, by how many nats per token
        passages that stood that often in the text are known better; and `steps to the same`, how
        many steps continuing needs for the loss that the fresh model ends at.
    """
    new, old, _tokenizer = texts()
    n_runs = 2 * len(RATES) + len(MIXES) + 1
    parts = iter([part_of(progress, number, n_runs) for number in range(n_runs)])
    found, models, best = Numbers(), {}, {}
    for name, fresh in {"continued": False, "restarted": True}.items():
        tried = {}
        for label, rate in RATES.items():
            models[name, label] = beginning(fresh, seed)
            run = partial(learned, models[name, label], new, seed, next(parts), n_steps=n_steps)
            tried[label] = run(rate=rate)
            found[f"{name}: last new, {label}"] = tried[label]["new"][-1]
        best[name] = min(tried, key=lambda label: tried[label]["new"][-1])
        found |= {f"{name}: {kind}": curve for kind, curve in tried[best[name]].items()}
    asked, planted = with_copies(new.train, new.test, seed)
    trained_on = {name: mixed(new.train, old.train, share) for name, share in MIXES.items()}
    for name, split in (trained_on | {"planted": planted}).items():
        model, rate = beginning(False, seed), RATES[best["continued"]]
        data = replace(new, train=split)
        curves = learned(model, data, seed, next(parts), rate=rate, n_steps=n_steps)
        if name == "planted":
            found |= gains(models["continued", best["continued"]], model, asked)
        else:
            found |= {f"{name}: {kind}": curve for kind, curve in curves.items()}
    n = RECIPE.evaluations
    found["steps"] = [n_steps * look / n for look in range(n + 1)]
    return found | {"steps to the same": reached(found)}


def with_copies(
    train_split: Split, test: Split, seed: int
) -> tuple[dict[int, torch.Tensor], Split]:
    """Plant passages of the held-out text in the training text, some once, some fifty times.

    Returns:
        Copies to passages × tokens, and the training text with them in it.
    """
    generator = torch.Generator().manual_seed(seed)
    windows = test.ids[: len(test.ids) // PASSAGE * PASSAGE].view(-1, PASSAGE)
    drawn = windows[torch.randperm(len(windows), generator=generator)]
    groups = drawn[: N_PASSAGES * len(COPIES)].split(N_PASSAGES)
    passages = dict(zip(COPIES, groups, strict=True))
    copies = [group for n, group in passages.items() for _copy in range(n)]
    rows = torch.cat(copies)
    rows = rows[torch.randperm(len(rows), generator=generator)]
    # Spread over the text, so that copies do not stand side by side.
    pieces = train_split.ids.tensor_split(len(rows))
    woven = [part for pair in zip(pieces, rows, strict=True) for part in pair]
    return passages, Split(torch.cat(woven), train_split.n_bytes)


def gains(without: GPT, planted: GPT, passages: dict[int, torch.Tensor]) -> Numbers:
    """Return by how many nats per token passages are known better, by number of copies."""
    found = Numbers()
    for n, rows in passages.items():
        losses = [
            fmean(evaluate(model, Split(row, 1)).loss for row in rows)
            for model in (without, planted)
        ]
        found[f"{n} copies: gain"] = losses[0] - losses[1]
    return found


def reached(numbers: Numbers) -> float:
    """Return after how many steps continuing is where the fresh model ends; twice all if never."""
    steps, curve = numbers["steps"], numbers["continued: new"]
    target = numbers["restarted: new"]
    assert isinstance(steps, list) and isinstance(curve, list) and isinstance(target, list)
    there = [step for step, loss in zip(steps, curve, strict=True) if loss <= target[-1]]
    return there[0] if there else 2 * steps[-1]


def differences(numbers: Numbers) -> dict[str, float]:
    """Name who is ahead by how much: in nats per token, at the end of each run."""
    end = {
        name: curve[-1]
        for name, curve in numbers.items()
        if isinstance(curve, list) and name != "steps"
    }
    first = numbers["continued: old"]
    many, one = numbers["50 copies: gain"], numbers["1 copies: gain"]
    assert isinstance(first, list) and isinstance(many, float) and isinstance(one, float)
    return {
        "restarted − continued, new text": end["restarted: new"] - end["continued: new"],
        "forgotten": end["continued: old"] - first[0],
        "kept by a tenth of old text": end["continued: old"] - end["a tenth old: old"],
        "fifty copies − one copy": many - one,
    }


def verdict(runs: Sequence[Numbers]) -> str:
    """Say what every seed shows."""
    shown = [differences(run) for run in runs]
    always = [name for name in shown[0] if min(each[name] for each in shown) > CLEAR]
    return _(
        "In every seed by more than {clear} nats per token: {names}.",
        clear=CLEAR,
        names="; ".join(always) or "–",
    )


def quickly(seed: int, progress: Progress) -> Numbers:
    """Measure as `measure` does, after fewer steps."""
    return measure(seed, progress, N_QUICK_STEPS)


CLEAR = 0.1  # nats per token

EXPERIMENT = Experiment(
    name="forgetting",
    question="A GPT that read plays goes on with a manual: what does it gain, and what is lost?",
    claims=("new-corpus-restart", "ft-domain", "ft-supervised", "pretrain-preprocessing-simple"),
    seeds=(0, 1, 2),
    measure=measure,
    verdict=verdict,
    tolerance=0.1,
    shorter=Shorter(measure=quickly, differences=differences, clear=CLEAR),
)
