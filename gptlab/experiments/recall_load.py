"""How many symbols can a state of fixed size keep? Copies of longer and longer rows.

The rows are read once and said again in order, with no pause between, so distance is not what makes
them hard. The GRU's state is all that it has of the row, and two widths of it are tried. The
Transformer has about a quarter of the wider one's parameters, and keeps every token.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from statistics import fmean

import torch

from gptlab.catalogue import text as _
from gptlab.experiments.answering import answers, share_right
from gptlab.experiments.comparing import Rules, chosen_rate, compared
from gptlab.experiments.contenders import CONTENDERS, Contender
from gptlab.experiments.experiment import Experiment, Numbers, Progress, Shorter
from gptlab.experiments.results import recorded
from gptlab.experiments.standings import curve
from gptlab.experiments.tasks import DelayedCopy

N_COPIED = (1, 2, 4, 8)
WIDTHS = (16, 64)
RULES = Rules(n_parameters=6_800, n_steps=150, rates=(3e-3, 1e-2, 3e-2))
N_TEXTS = 256
CLEAR = 0.1


def task_of(n_copied: int) -> DelayedCopy:
    """Return the task of copying a row of symbols at once."""
    return DelayedCopy(n_copied=n_copied, delay=0)


def models() -> dict[str, tuple[Contender, int]]:
    """Return name to architecture and number of parameters."""
    d_vocab = task_of(1).d_vocab
    gru = CONTENDERS["GRU"]
    sized = {
        f"GRU, {width} numbers": (
            gru,
            gru.build(width, d_vocab=d_vocab, n_ctx=1, generator=torch.Generator()).n_parameters,
        )
        for width in WIDTHS
    }
    return sized | {
        "Transformer, 1 layer": (CONTENDERS["Transformer, 1 layer"], RULES.n_parameters)
    }


def measure(
    seed: int, progress: Progress, *, rates: Mapping[tuple[str, int], float] | None = None
) -> Numbers:
    """Train every model on rows of each length, and ask it for new ones.

    Args:
        seed: Of weights and texts.
        progress: Told the share that is done.
        rates: Name and number of symbols to a learning rate that was chosen before.

    Returns:
        `symbols`, how many are copied; for each model `NAME: right`, the share of right answers at
        each, and `NAME: parameters`; unless the rates were given, `learning rates` and `NAME of
        SYMBOLS: tuning`, the held-out loss at each of them, in nats per answer; and `chance`.
    """
    everyone = models()
    found: Numbers = {"symbols": [float(n) for n in N_COPIED], "chance": task_of(1).chance}
    if rates is None:
        found["learning rates"] = [*RULES.rates]
    n_cells, done = sum(N_COPIED) * len(everyone), 0
    for name, (contender, n_parameters) in everyone.items():
        right = []
        for n_copied in N_COPIED:
            task = task_of(n_copied)
            rules = replace(RULES, n_parameters=n_parameters)
            if rates:
                rules = replace(rules, rates=(rates[name, n_copied],))
            trained = compared(contender, task, rules, seed)
            if rates is None:
                found[f"{name} of {n_copied}: tuning"] = trained.tuning
            texts = task.draw(N_TEXTS, torch.Generator().manual_seed(20_000 + seed))
            right.append(share_right(answers(trained.model, texts), texts))
            done += n_copied
            progress(done / n_cells)
        found[f"{name}: right"] = right
        found[f"{name}: parameters"] = float(trained.model.n_parameters)
    return found


def quickly(seed: int, progress: Progress) -> Numbers:
    """Measure as `measure` does, with the learning rates that the record has chosen."""
    before = recorded("recall-load")
    rates = {
        (name, n): chosen_rate(before, f"{name} of {n}: tuning")
        for name in models()
        for n in N_COPIED
    }
    return measure(seed, progress, rates=rates)


def differences(numbers: Numbers) -> dict[str, float]:
    """Name how far each model is ahead of each earlier one, at each number of symbols."""
    names = [*models()]
    return {
        f"{name} − {other}, {symbols:g} symbols": mine - less
        for i, name in enumerate(names)
        for other in names[:i]
        for symbols, mine, less in zip(
            curve(numbers, "symbols"),
            curve(numbers, f"{name}: right"),
            curve(numbers, f"{other}: right"),
            strict=True,
        )
    }


def verdict(runs: Sequence[Numbers]) -> str:
    """Say whether a wider state keeps more, and whether the Transformer keeps all."""
    narrow, wide, attention = (
        [fmean(curve(run, f"{name}: right")) for run in runs] for name in models()
    )
    wider = all(less < more for less, more in zip(narrow, wide, strict=True))
    ahead = all(less < more for less, more in zip(wide, attention, strict=True))
    if wider and ahead:
        return _("a wider state keeps more, and the Transformer more than either, in every seed")
    if wider:
        return _("a wider state keeps more in every seed; the Transformer is not always ahead")
    return _("a wider state does not keep more in every seed")


EXPERIMENT = Experiment(
    name="recall-load",
    question="How many symbols can a state of fixed size keep, and does a wider one keep more?",
    claims=("rnn-state-bottleneck",),
    seeds=(0, 1, 2),
    measure=measure,
    verdict=verdict,
    tolerance=0.1,
    shorter=Shorter(measure=quickly, differences=differences, clear=CLEAR),
)
