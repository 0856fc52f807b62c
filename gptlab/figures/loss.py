"""Losses that fall: over the steps of one run, and over the time of several."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.transforms import blended_transform_factory

from gptlab import style
from gptlab.catalogue import text as _
from gptlab.style import Picture

MEAN_OVER = 25  # steps that the bold line of a loss curve averages


@style.styled
def loss_curve(
    steps: Sequence[int],
    losses: Sequence[float],
    validation: Mapping[int, float] | None = None,
    *,
    baselines: Mapping[str, float] | None = None,
    n_steps: int = 0,
) -> Picture:
    """Draw the loss of a run, step by step, beside what predictors without a network reach.

    Args:
        steps: Optimizer steps, rising.
        losses: Loss on each step's batch, in nats per token.
        validation: Step to the loss on the validation split, in nats per token.
        baselines: Name to a loss in nats per token, each a dashed line.
        n_steps: Where the axis ends, so that a run that goes on grows into the empty part.
    """
    validation, baselines = validation or {}, baselines or {}
    picture = Picture(description=_loss_in_words(steps, losses, validation, baselines))
    axes = picture.subplots()
    axes.plot(steps, losses, color=style.SKY, linewidth=0.8, label=_("each batch"))
    if len(losses) >= MEAN_OVER:
        means = np.convolve(losses, np.full(MEAN_OVER, 1 / MEAN_OVER), mode="valid")
        label = _("mean of {n} batches", n=MEAN_OVER)
        axes.plot(steps[MEAN_OVER - 1 :], means, color=style.BLUE, label=label)
    if validation:
        label = _("validation: plays it never trained on")
        axes.plot([*validation], [*validation.values()], "o", color=style.VERMILION, label=label)
    for name, loss in baselines.items():
        _dashed_line(axes, loss, f"{name} {loss:.2f}")
    axes.set_xlabel(_("optimizer steps"))
    axes.set_ylabel(_("loss, nats per token"))
    axes.set_xlim(0, max(n_steps, *steps, 1) if steps else max(n_steps, 1))
    axes.set_ylim(bottom=0)
    if steps:
        axes.legend(loc="lower left", ncols=3, fontsize=11)
    return picture


def _dashed_line(axes: Axes, height: float, label: str) -> None:
    axes.axhline(height, color=style.QUIET, linestyle="--", linewidth=1.2)
    at_right = blended_transform_factory(axes.transAxes, axes.transData)
    axes.text(1, height, label, transform=at_right, ha="right", va="bottom", color=style.INK)


def _loss_in_words(
    steps: Sequence[int],
    losses: Sequence[float],
    validation: Mapping[int, float],
    baselines: Mapping[str, float],
) -> str:
    if not steps:
        return _("Loss curve before the first step.")
    words = [
        _(
            "Loss curve: from {first:.2f} nats per token at step {start} to {last:.2f} at step "
            "{end} (mean of the last {n} batches).",
            first=losses[0],
            start=steps[0],
            last=float(np.mean(losses[-MEAN_OVER:])),
            end=steps[-1],
            n=min(MEAN_OVER, len(losses)),
        )
    ]
    for step, loss in validation.items():
        words.append(_("Validation at step {step}: {loss:.2f}.", step=step, loss=loss))
    words += [f"{name}: {loss:.2f}." for name, loss in baselines.items()]
    return " ".join(words)


@style.styled
def loss_against_time(curves: Mapping[str, Sequence[tuple[float, float]]]) -> Picture:
    """Draw what several ways of training reach in the same time.

    Args:
        curves: Name to points (seconds of training, validation loss in nats per token).
    """
    ends = [
        _("{name}: {loss:.2f} after {seconds:.0f} s.", name=name, loss=loss, seconds=seconds)
        for name, points in curves.items()
        for seconds, loss in points[-1:]
    ]
    picture = Picture(description=" ".join(ends))
    axes = picture.subplots()
    for name, points in curves.items():
        seconds, losses = zip(*points, strict=True)
        axes.plot(seconds, losses, marker="o", label=name)
    axes.set_xlabel(_("seconds of training"))
    axes.set_ylabel(_("validation loss, nats per token"))
    axes.legend()
    return picture
