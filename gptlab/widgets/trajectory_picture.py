"""The upper part of a `CheckpointSlider`'s still picture: one token through a training."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.figure import FigureBase

from gptlab import style
from gptlab.catalogue import text as _
from gptlab.tokenizers.spelling import visible
from gptlab.widgets.next_token_panels import percents
from gptlab.widgets.next_token_shown import percent

HEIGHT = 2.5  # inches
MOST_LABELS = 12


def draw_into(
    figure: FigureBase, trajectory: dict[str, Any], steps: Sequence[int], at: int
) -> None:
    """Draw the curve, with the present snapshot marked; snapshots stand at equal distances.

    Args:
        figure: A figure or a part of one, drawn in gptlab's style.
        trajectory: What `trajectories.trajectory` returned.
        steps: Training steps of the snapshots.
        at: Which of them is shown below, counted from 0.
    """
    if trajectory["error"]:
        figure.text(0.02, 0.5, style.drawable(trajectory["error"]), va="center")
        return
    axes, shares = figure.subplots(), probabilities(trajectory)
    axes.plot(shares, marker="o", color=style.BLUE)
    axes.plot([at], [shares[at]], marker="o", markersize=14, color=style.VERMILION, zorder=3)
    above = shares[at] + 0.1 * shares.max()
    axes.text(at, above, percent(float(shares[at])), ha="center")
    every = range(0, len(steps), -(-len(steps) // MOST_LABELS))
    axes.set_xticks(every, [f"{steps[i]:,}" for i in every])
    axes.set_xlabel(_("training steps (equal distances between snapshots)"))
    axes.set_ylim(0, 1.35 * float(shares.max()))
    axes.yaxis.set_major_formatter(percents())
    axes.set_title(style.drawable(_followed(trajectory, steps)), fontsize=13)


def in_words(trajectory: dict[str, Any], steps: Sequence[int], at: int) -> str:
    """Say which token is followed, and how likely every snapshot finds it."""
    if trajectory["error"]:
        return str(trajectory["error"])
    pairs = zip(steps, probabilities(trajectory), strict=True)
    listed = "; ".join(f"{step:,}: {percent(float(share))}" for step, share in pairs)
    below = _("Below: after {step:,} steps.", step=steps[at])
    return f"{_followed(trajectory, steps)}: {listed}. {below}"


def probabilities(trajectory: dict[str, Any]) -> np.ndarray:
    """Read the probabilities of what `trajectories.trajectory` returned."""
    return np.frombuffer(trajectory["probabilities"], dtype="<f4")


def _followed(trajectory: dict[str, Any], steps: Sequence[int]) -> str:
    return _(
        "Probability of {token}, which the model finds likeliest after {total:,} steps",
        token=visible(bytes.fromhex(trajectory["token_bytes"])),
        total=steps[-1],
    )
