"""Curves of functions and of gradients, and what a part costs when it is left out."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike

from gptlab import style
from gptlab.catalogue import text as _
from gptlab.style import Picture


@style.styled
def bends(x: ArrayLike, panels: Mapping[str, Mapping[str, ArrayLike]]) -> Picture:
    """Draw functions of one number, a panel for each group.

    Args:
        x: Where they were computed, rising.
        panels: Title to name of a function to its values.
    """
    places = np.asarray(x, dtype=float)
    picture = Picture(
        figsize=(style.FIGURE_WIDTH, 3.6),
        description=" ".join(
            _bend_in_words(title, name, places, np.asarray(values, dtype=float))
            for title, curves in panels.items()
            for name, values in curves.items()
        ),
    )
    row = picture.subplots(1, len(panels), squeeze=False)[0]
    for axes, (title, curves) in zip(row, panels.items(), strict=True):
        for (name, values), line in zip(curves.items(), ("-", "--", ":", "-."), strict=False):
            axes.plot(places, values, line, label=name)
        axes.axhline(0, color=style.QUIET, linewidth=0.8)
        axes.set_title(title)
        axes.set_xlabel(_("input x"))
        axes.legend()
    return picture


def _bend_in_words(title: str, name: str, x: np.ndarray, y: np.ndarray) -> str:
    return _(
        "{title}, {name}: lowest {low:.3f} at x = {at:.2f}, {end:.3f} at x = {last:.1f}.",
        title=title,
        name=name,
        low=y.min(),
        at=x[y.argmin()],
        end=y[-1],
        last=x[-1],
    )


@style.styled
def gradients_by_block(norms: Mapping[str, Sequence[float]]) -> Picture:
    """Draw how long the loss's gradient is at the entrance of each block.

    Args:
        norms: Way of wiring to one length per block, the first block first.
    """
    ends = [
        _("{name}: {first:.2g} at the first block, {last:.2g} at the last.",
          name=name, first=lengths[0], last=lengths[-1])
        for name, lengths in norms.items()
    ]  # fmt: skip
    picture = Picture(figsize=(style.FIGURE_WIDTH, 3.8), description=" ".join(ends))
    axes = picture.subplots()
    for (name, lengths), mark in zip(norms.items(), "osD^v", strict=False):
        axes.plot(range(1, len(lengths) + 1), lengths, marker=mark, label=name)
    axes.set_yscale("log")
    axes.set_xlabel(_("block"))
    axes.set_ylabel(_("length of the gradient"))
    axes.legend(fontsize=11)
    return picture


@style.styled
def costs_of_parts(rises: Mapping[str, Sequence[float]]) -> Picture:
    """Draw how much the loss rises without a part, a dot for each seed and a bar for the mean.

    Args:
        rises: What was changed to the rise of each seed, in nats per token.
    """
    ranked = dict(sorted(rises.items(), key=lambda item: -float(np.mean(item[1]))))
    listed = "; ".join(
        f"{name} {np.mean(each):+.2f} ({min(each):+.2f} … {max(each):+.2f})"
        for name, each in ranked.items()
    )
    picture = Picture(
        figsize=(style.FIGURE_WIDTH, 1.1 + 0.36 * len(ranked)),
        description=_("Rise of the loss, in nats per token: {listed}.", listed=listed),
    )
    axes = picture.subplots()
    means = [float(np.mean(each)) for each in ranked.values()]
    axes.barh(range(len(ranked)), means, color=style.SKY, height=0.6, label=_("mean"))
    for row, each in enumerate(ranked.values()):
        label = _("each seed") if row == 0 else None
        axes.plot(each, [row] * len(each), "|", color=style.INK, markersize=13, label=label)
    axes.axvline(0, color=style.QUIET, linewidth=1)
    axes.set_yticks(range(len(ranked)), list(ranked))
    axes.invert_yaxis()
    axes.set_xlabel(_("rise of the validation loss, nats per token"))
    axes.grid(axis="y", visible=False)
    axes.legend(loc="lower right")
    return picture
