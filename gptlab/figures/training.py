"""Power laws of a training's size, data and length, on logarithmic axes."""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import NullLocator, ScalarFormatter

from gptlab import style
from gptlab.catalogue import text as _
from gptlab.measures.powerlaws import Grid, power_law
from gptlab.style import Picture


@style.styled
def power_laws(grids: Mapping[str, Grid]) -> Picture:
    """Draw every seed's losses and the power law through their means, one panel per grid.

    Args:
        grids: Title to grid.
    """
    picture = Picture(figsize=(style.FIGURE_WIDTH, 3.6), description=_in_words(grids))
    panels = picture.subplots(1, len(grids), sharey=True, squeeze=False)[0]
    for axes, (title, grid) in zip(panels, grids.items(), strict=True):
        _panel(axes, title, grid)
    panels[0].set_ylabel(_("held-out loss, nats per character"))
    return picture


def _panel(axes: Axes, title: str, grid: Grid) -> None:
    means = np.mean(grid.runs, axis=0)
    law = power_law(grid.xs, means.tolist())
    for row in grid.runs:
        axes.plot(grid.xs, row, "o", color=style.SKY, markersize=5)
    axes.plot(grid.xs, means, "o", color=style.BLUE, markersize=7)
    axes.plot(grid.xs, [law.at(x) for x in grid.xs], "--", color=style.VERMILION, lw=1.6)
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.yaxis.set_major_formatter(ScalarFormatter())
    axes.yaxis.set_minor_formatter(ScalarFormatter())
    axes.xaxis.set_minor_locator(NullLocator())
    axes.tick_params(axis="y", which="both", labelsize=10)
    axes.set_xlabel(grid.counted)
    axes.set_title(_("{title}: slope {slope:.3f}", title=title, slope=law.exponent), fontsize=12)


def _in_words(grids: Mapping[str, Grid]) -> str:
    said = [_("Loss on logarithmic axes, with a power law through the means.")]
    for title, grid in grids.items():
        means = np.mean(grid.runs, axis=0)
        said.append(
            _(
                "{title}: from {first:.2f} at {low:,.0f} to {last:.2f} at {high:,.0f} ({counted}), "
                "slope {slope:.3f}.",
                title=title,
                first=means[0],
                low=grid.xs[0],
                last=means[-1],
                high=grid.xs[-1],
                counted=grid.counted,
                slope=power_law(grid.xs, means.tolist()).exponent,
            )
        )
    return " ".join(said)
