"""The still picture of a `BackpropThroughTime`: torch's numbers, for GitHub and for paper."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.ticker import FuncFormatter

from gptlab import style
from gptlab.catalogue import text as _
from gptlab.style import Picture
from gptlab.tokenizers.spelling import visible
from gptlab.widgets.backprop_through_time_words import too_little
from gptlab.widgets.grouping import quoted
from gptlab.widgets.unrolling import LAST, Walk, largest_stretch

DECADES = 1e-6  # of the largest size; what is smaller has the darkest colour
LEAST = 1e-16


@style.styled
def draw(text: str, walk: Walk | None, walked: int) -> Picture:
    """Draw what arrives at each step, which loss reaches which state, and how the last one fades.

    Args:
        text: What was typed.
        walk: All gradients; None if the text has too little to predict.
        walked: How many steps have been walked back.
    """
    if walk is None:
        said = f"BackpropThroughTime: {quoted(text)}\n{too_little()}"
        picture = Picture(figsize=(style.FIGURE_WIDTH, 1.2), description=said)
        picture.text(0.02, 0.5, style.drawable(too_little()), va="center", wrap=True)
        return picture
    walked = min(walked, walk.n_steps)
    picture = Picture(figsize=(style.FIGURE_WIDTH, 7.0), description=in_words(text, walk, walked))
    above, below = picture.subfigures(2, 1, squeeze=False)[:, 0]
    _draw_steps(above.subplots(), walk, walked)
    left, right = below.subplots(1, 2)
    _draw_map(left, walk, walked)
    _draw_distances(right, walk)
    return picture


def own_and_later(walk: Walk) -> tuple[np.ndarray, np.ndarray]:
    """Return for each step the size of what its own loss sends, and of what comes from later."""
    own = walk.arrived.diagonal().T
    return np.linalg.norm(own, axis=1), np.linalg.norm(walk.arrived.sum(0) - own, axis=1)


def _draw_steps(axes: Axes, walk: Walk, walked: int) -> None:
    n = walk.n_steps
    steps = np.arange(1, n + 1)
    reached = steps > n - walked
    shown = zip(
        own_and_later(walk),
        (_("from its own loss"), _("from the step after")),
        (style.BLUE, style.VERMILION),
        (-0.2, 0.2),
        strict=True,
    )
    for sizes, name, colour, aside in shown:
        axes.bar((steps + aside)[reached], sizes[reached], 0.38, color=colour, label=name)
    axes.set_xlim(0.3, n + 0.7)
    spelt = [style.drawable(visible(sign.encode())) for sign in walk.sequence.signs]
    axes.set_xticks(steps, spelt[:-1])
    axes.grid(axis="x", visible=False)
    axes.set_ylabel(_("size of the gradient"))
    axes.set_xlabel(_("step, named by the character that it reads"))
    axes.axvline(n - walked + 0.5, color=style.INK, linestyle=":", linewidth=1.5)
    if walked:
        axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, fontsize=11)


def _draw_map(axes: Axes, walk: Walk, walked: int) -> None:
    n, sizes = walk.n_steps, walk.sizes
    hidden = sizes == 0
    hidden[:, : n - walked] = True
    most = max(float(sizes.max()), LEAST)
    image = axes.imshow(
        np.ma.array(np.maximum(sizes, most * DECADES), mask=hidden),
        style.patterns(),
        norm=LogNorm(most * DECADES, most),
        extent=(0.5, n + 0.5, n + 0.5, 0.5),
        interpolation="nearest",
    )
    axes.grid(False)
    axes.set_title(_("which loss reaches which state"), fontsize=12)
    axes.set_xlabel(_("state of step"))
    axes.set_ylabel(_("loss of step"))
    axes.figure.colorbar(image, ax=axes, shrink=0.9, format=_powers())


def _draw_distances(axes: Axes, walk: Walk) -> None:
    sizes = walk.sizes[-1][::-1]
    felt = sizes[sizes > 0]
    axes.plot(felt, color=style.VERMILION, marker="o", markersize=3, label=_("the last loss"))
    powers = sizes[0] * walk.settings.radius ** np.arange(walk.n_steps)
    axes.plot(np.maximum(powers, LEAST), "--", color=style.BLUE, label=_("spectral radius alone"))
    axes.set_yscale("log")
    axes.yaxis.set_major_formatter(_powers())
    axes.set_title(_("size of d loss / d state"), fontsize=12)
    axes.set_xlabel(_("steps back"))
    axes.legend(fontsize=11)


def _powers() -> FuncFormatter:
    return FuncFormatter(lambda size, _place: f"{size:g}")


def in_words(text: str, walk: Walk, walked: int) -> str:
    """Say how far the walk has come, what arrives there, and how the last loss fades."""
    n = walk.n_steps
    said = [f"BackpropThroughTime: {quoted(text)}"]
    said.append(_settings_in_words(walk))
    if walked:
        own, later = (sizes[n - walked] for sizes in own_and_later(walk))
        said.append(
            _(
                "Walked back to step {step}: its own loss sends {own:.3g}, the step after "
                "{later:.3g}. The sum for W_h so far has length {sum:.3g}.",
                step=n - walked + 1,
                own=own,
                later=later,
                sum=np.linalg.norm(walk.sums(walked)["W_h"]),
            )
        )
    sizes = walk.sizes[-1]
    said.append(
        _(
            "The last loss has size {near:.3g} at its own state and {far:.3g} at the first.",
            near=sizes[-1],
            far=sizes[0],
        )
    )
    return "\n".join(said)


def _settings_in_words(walk: Walk) -> str:
    settings = walk.settings
    values = {
        "n": walk.n_steps,
        "truncation": min(settings.truncation, walk.n_steps),
        "radius": settings.radius,
        "stretch": largest_stretch(settings),
    }
    if settings.losses == LAST:
        return _(
            "{n} steps, the loss of the last one; a loss reaches {truncation} steps. Spectral "
            "radius {radius:.2f}, largest stretch {stretch:.2f}.",
            **values,
        )
    return _(
        "{n} steps, the loss of each; a loss reaches {truncation} steps. Spectral radius "
        "{radius:.2f}, largest stretch {stretch:.2f}.",
        **values,
    )
