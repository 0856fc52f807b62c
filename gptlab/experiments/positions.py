"""Five position schemes trained on the same plays, and what each does beyond the trained length."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from statistics import fmean

import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn import functional as F

from gptlab import checkpoints, corpora
from gptlab.catalogue import text as _
from gptlab.data import Splits
from gptlab.evaluation import eval_mode
from gptlab.experiments.experiment import Experiment, Numbers, Progress
from gptlab.experiments.order import SCHEMES
from gptlab.experiments.stretching import stretched
from gptlab.gpt import GPT
from gptlab.presets import PRESETS
from gptlab.schedule import Steps
from gptlab.training import Training, train

PRESET = PRESETS["lesson"]
N_STEPS = 500
FAR = 4 * PRESET.n_ctx
GROUP = 16  # positions that one point of a curve averages
N_WINDOWS = 256  # of FAR tokens, from plays that were held out
WORSE = 0.1  # nats per token that count as a difference


def model_for(scheme: str, seed: int) -> GPT:
    """Draw the first lesson's model with a position scheme.

    Args:
        scheme: One of `order.SCHEMES`.
        seed: Of the first weights.
    """
    cfg = PRESET.config(PRESET.vocab_size)
    return GPT(cfg, positions=SCHEMES[scheme], generator=torch.Generator().manual_seed(seed))


def loss_by_position(
    model: GPT, ids: Int[Tensor, " n_tokens"], n_ctx: int, stride: int, n_windows: int = N_WINDOWS
) -> Float[Tensor, " n_ctx"]:
    """Measure the loss at each position of a window, averaged over windows of a text.

    The windows overlap, so that every position is asked for nearly the same tokens: else a passage
    that is hard to guess would look like a position that is.

    Args:
        model: A model whose own n_ctx is at least `n_ctx`.
        ids: The text's tokens.
        n_ctx: Tokens per window.
        stride: Tokens from the start of one window to the next.
        n_windows: Windows at most, from the beginning of the text.

    Returns:
        Nats per token; at place p the model has read p + 1 tokens.
    """
    windows = ids.unfold(0, n_ctx + 1, stride)[:n_windows]
    total = torch.zeros(n_ctx, dtype=torch.float64)
    with eval_mode(model), torch.inference_mode():
        for window in windows.split(16):
            logits = model(window[:, :-1]).transpose(1, 2)
            losses = F.cross_entropy(logits, window[:, 1:], reduction="none")
            total += losses.double().sum(0)
    return total / len(windows)


def measure(seed: int, progress: Progress, n_steps: int = N_STEPS) -> Numbers:
    """Train every scheme on the same windows of the plays, and measure it on held-out ones.

    Returns:
        For each scheme `SCHEME loss`, on the whole validation split at the trained length;
        `SCHEME by position`, the loss of `GROUP` positions after the other up to four times that
        length; `SCHEME inside` and `SCHEME beyond`, its means over the second half of the trained
        length and over the last quarter of the longer one. All in nats per token. The rows that a
        learned table lacks are drawn as before training.
    """
    data, found = plays(), Numbers()
    recipe = replace(PRESET.recipe, evaluations=1)
    for number, scheme in enumerate(SCHEMES):
        model = model_for(scheme, seed)
        run = Training(model, data, budget=Steps(n_steps), recipe=recipe, seed=seed)
        for result in train(run):
            progress((number + result.progress) / len(SCHEMES))
            if result.validation:
                found[f"{scheme} loss"] = result.validation.loss
        larger = stretched(model, FAR, torch.Generator().manual_seed(seed))
        losses = loss_by_position(larger, data.validation.ids, FAR, stride=PRESET.n_ctx)
        found[f"{scheme} by position"] = losses.view(-1, GROUP).mean(1).tolist()
        found[f"{scheme} inside"] = losses[PRESET.n_ctx // 2 : PRESET.n_ctx].mean().item()
        found[f"{scheme} beyond"] = losses[-FAR // 4 :].mean().item()
    return found


@cache
def plays() -> Splits:
    """Return the plays as tokens of the model that ships with gptlab."""
    _model, tokenizer = checkpoints.load("shakespeare")
    return Splits.of(corpora.shakespeare(), tokenizer)


def verdict(runs: Sequence[Numbers]) -> str:
    """Say which scheme is best at the trained length, and which get worse beyond it."""
    inside, beyond = (
        {scheme: _mean(runs, f"{scheme} {where}") for scheme in SCHEMES}
        for where in ("inside", "beyond")
    )
    least = min(inside.values())
    near = [scheme for scheme in SCHEMES if inside[scheme] <= least + WORSE]
    worse = [scheme for scheme in SCHEMES if beyond[scheme] > inside[scheme] + WORSE]
    return _(
        "Within {nats} nats of the best at the trained length: {near}. Worse by more than that "
        "at four times the length: {worse}.",
        nats=WORSE,
        near=", ".join(near),
        worse=", ".join(worse) or "–",
    )


def _mean(runs: Sequence[Numbers], name: str) -> float:
    return fmean(value for run in runs if isinstance(value := run[name], float))


EXPERIMENT = Experiment(
    name="positions",
    question="How well does each position scheme predict a play, and beyond the trained length?",
    claims=("variable-length",),
    seeds=(0, 1, 2),
    measure=measure,
    verdict=verdict,
)
