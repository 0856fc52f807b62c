"""The still picture of a `TrainingPlayer`: the same numbers, for GitHub and for paper."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from gptlab import style
from gptlab.catalogue import text as _
from gptlab.style import Picture
from gptlab.tokenizers.spelling import visible
from gptlab.widgets.attention_picture import names
from gptlab.widgets.grouping import quoted

Answer = dict[str, Any]
MOST_TOKENS = 24  # that fit beside each other


@style.styled
def draw(log: Answer, stage: Answer, course: Answer, steps: Sequence[int]) -> Picture:
    """Draw the log, a text's mean loss through the training, and its tokens at one stage.

    Args:
        log: What `training_player_runs.columns` returns.
        stage: What `training_player_answers.stage` returns.
        course: What `training_player_answers.course` returns.
        steps: Training steps of the snapshots.
    """
    described = in_words(log, stage, course, steps)
    picture = Picture(figsize=(style.FIGURE_WIDTH, 7.0), description=described)
    if stage["error"]:
        picture.text(0.02, 0.5, style.drawable(stage["error"]), va="center", wrap=True)
        return picture
    upper, below = picture.subfigures(2, 1, height_ratios=[4.4, 2.6], squeeze=False)[:, 0]
    axes = upper.subplots(2, 2, squeeze=False)
    if log["step"]:
        _line(axes[0, 0], log["step"], log["loss"], _("loss of each batch, nats"), style.BLUE)
        axes[0, 0].plot(
            np.log1p(log["validation_step"]), log["validation"], "o", color=style.VERMILION
        )
        _line(axes[1, 0], log["step"], log["lr"], _("learning rate"), style.GREEN)
        _line(axes[1, 1], log["step"], log["grad_norm"], _("length of gradient"), style.PURPLE)
    _line(axes[0, 1], steps, numbers(course), _("your text: mean loss, nats"), style.ORANGE)
    axes[0, 1].plot(np.log1p(steps), numbers(course), "o", color=style.ORANGE)
    for each in axes.flat:
        each.axvline(np.log1p(stage["step"]), color=style.INK, lw=1.2, ls="--")
        each.set_xticks(np.log1p(steps), [f"{step:,}" for step in steps], fontsize=9, rotation=45)
    _draw_tokens(below.subplots(), stage)
    return picture


def numbers(answer: Answer) -> NDArray[np.float32]:
    """Read the losses of a stage or of a course."""
    return np.frombuffer(answer["losses"], dtype="<f4")


def _line(
    axes: Axes, steps: Sequence[int], values: Sequence[float] | NDArray[np.float32], title: str,
    colour: str,
) -> None:  # fmt: skip
    axes.plot(np.log1p(steps), values, color=colour, lw=1.6)
    axes.set_ylim(bottom=0)
    axes.set_title(title, fontsize=12)


def _draw_tokens(axes: Axes, stage: Answer) -> None:
    losses, spelt = numbers(stage)[-MOST_TOKENS:], names(stage)[1:][-MOST_TOKENS:]
    axes.bar(range(len(losses)), losses, color=style.SKY)
    axes.axhline(np.log(stage["d_vocab"]), color=style.QUIET, ls="--", lw=1.2)
    shown = [style.drawable(name) for name in spelt]
    axes.set_xticks(range(len(shown)), shown, rotation=50, ha="right", fontsize=10)
    title = _("each token's loss after {step:,} steps, nats", step=stage["step"])
    axes.set_title(title, fontsize=12)


def in_words(log: Answer, stage: Answer, course: Answer, steps: Sequence[int]) -> str:
    """Say what the picture shows."""
    said = [f"TrainingPlayer: {quoted(stage['text'])}"]
    if stage["error"]:
        return "\n".join([*said, stage["error"]])
    if log["step"]:
        said.append(
            _(
                "Loss of the batches from {first:.2f} at step {start:,} to {last:.2f} at step "
                "{end:,}, nats per token.",
                first=log["loss"][0],
                start=log["step"][0],
                last=log["loss"][-1],
                end=log["step"][-1],
            )
        )
    pairs = zip(steps, numbers(course), strict=True)
    listed = "; ".join(f"{step:,}: {loss:.2f}" for step, loss in pairs)
    said.append(_("Mean loss of the text by step: {listed}.", listed=listed))
    each = zip(names(stage)[1:], numbers(stage), strict=True)
    tokens = "; ".join(f"{name} {loss:.2f}" for name, loss in each)
    said.append(_("After {step:,} steps: {tokens}.", step=stage["step"], tokens=tokens))
    best = "; ".join(
        f"“{visible(bytes.fromhex(one['bytes']))}” {one['probability']:.1%}"
        for one in stage["next"]
    )
    said.append(_("Next it expects: {best}.", best=best))
    return "\n".join(said)
