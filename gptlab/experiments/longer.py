"""Rotary positions beyond the trained length, and four repairs that need no more training."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from statistics import fmean

import torch

from gptlab.catalogue import text as _
from gptlab.experiments.experiment import Experiment, Numbers, Progress
from gptlab.experiments.positions import (
    FAR,
    GROUP,
    PRESET,
    WORSE,
    loss_by_position,
    model_for,
    plays,
)
from gptlab.gpt import GPT
from gptlab.masks import Causal, Mask, SlidingWindow
from gptlab.positions import Positions, RotaryPositions
from gptlab.schedule import Steps
from gptlab.training import Training, train

N_STEPS = 300
TIMES = FAR // PRESET.n_ctx
D_HEAD = PRESET.d_model // PRESET.n_heads
RAISED = 10_000 * TIMES ** (D_HEAD / (D_HEAD - 2))  # the slowest wave turns `TIMES` times slower

REPAIRS: dict[str, tuple[Callable[..., Positions], Mask]] = {
    "as trained": (RotaryPositions, Causal()),
    "squeezed": (partial(RotaryPositions, squeeze=TIMES), Causal()),
    "base raised": (partial(RotaryPositions, base=RAISED), Causal()),
    "band": (RotaryPositions, SlidingWindow(PRESET.n_ctx // 2)),
}
"""Name to position scheme and mask.

Source: Chen et al. 2023, section 2.3 (squeezed: position interpolation); Peng et al. 2023 (YaRN),
    appendix A.1 (base raised, "NTK-aware").
"""


def repaired(model: GPT, repair: str) -> GPT:
    """Return a trained model's weights in a model that reads `FAR` tokens.

    Args:
        model: The model, with rotary positions.
        repair: One of `REPAIRS`.
    """
    scheme, mask = REPAIRS[repair]
    larger = GPT(
        replace(model.cfg, n_ctx=FAR),
        positions=scheme,
        mask=mask,
        generator=torch.Generator(),  # else the reader's own randomness would go on
    )
    larger.load_state_dict(model.state_dict())
    return larger


def measure(seed: int, progress: Progress, n_steps: int = N_STEPS) -> Numbers:
    """Train one model on the plays, and read texts of four times the length in each way.

    Returns:
        For each repair `REPAIR by position`, the loss of `GROUP` positions after the other;
        `REPAIR beyond`, its mean over the last quarter of the text; and `inside`, what the model
        has over the second half of the trained length. All in nats per token.
    """
    data, found = plays(), Numbers()
    model = model_for("rotary", seed)
    recipe = replace(PRESET.recipe, evaluations=1)
    run = Training(model, data, budget=Steps(n_steps), recipe=recipe, seed=seed)
    for result in train(run):
        progress(0.8 * result.progress)
    for number, repair in enumerate(REPAIRS):
        ids = data.validation.ids
        losses = loss_by_position(
            repaired(model, repair), ids, FAR, stride=PRESET.n_ctx, n_windows=128
        )
        found[f"{repair} by position"] = losses.view(-1, GROUP).mean(1).tolist()
        found[f"{repair} beyond"] = losses[-FAR // 4 :].mean().item()
        if repair == "as trained":
            found["inside"] = losses[PRESET.n_ctx // 2 : PRESET.n_ctx].mean().item()
        progress(0.8 + 0.2 * (number + 1) / len(REPAIRS))
    return found


def verdict(runs: Sequence[Numbers]) -> str:
    """Say which ways of reading stay as good as inside the trained length."""
    inside = _mean(runs, "inside")
    good = [name for name in REPAIRS if _mean(runs, f"{name} beyond") <= inside + WORSE]
    return _(
        "At {times} times the trained length, within {nats} nats of the loss inside it: {list}.",
        times=TIMES,
        nats=WORSE,
        list=", ".join(good) or "–",
    )


def _mean(runs: Sequence[Numbers], name: str) -> float:
    return fmean(value for run in runs if isinstance(value := run[name], float))


EXPERIMENT = Experiment(
    name="longer",
    question="What helps rotary positions beyond the trained length without more training?",
    claims=("length-methods-solve",),
    seeds=(0, 1, 2),
    measure=measure,
    verdict=verdict,
)
