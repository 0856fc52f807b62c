"""Long texts: what each pattern lets a position know, how costs grow, and cost against recall."""

from collections.abc import Mapping, Sequence

import matplotlib
import numpy as np
from numpy.typing import ArrayLike

from gptlab import style
from gptlab.catalogue import text as _
from gptlab.style import Picture

MARKERS = "osD^vPX*<>"


@style.styled
def patterns(needed: Mapping[str, ArrayLike], n_layers: int) -> Picture:
    """Draw after how many layers each position can know of each other one, a panel per pattern.

    Args:
        needed: Pattern to a query × key matrix of layers, 0 on the diagonal and −1 where never.
        n_layers: The most layers that were tried.
    """
    grids = {name: np.asarray(each) for name, each in needed.items()}
    columns = min(4, len(grids))
    rows = -(-len(grids) // columns)
    said = [
        _(
            "{name}: the last position knows of {n} of {total} after one layer, "
            "{far} after {most}.",
            name=name,
            n=int(((grid[-1] >= 0) & (grid[-1] <= 1)).sum()),
            total=len(grid),
            far=int((grid[-1] >= 0).sum()),
            most=n_layers,
        )
        for name, grid in grids.items()
    ]
    picture = Picture(figsize=(style.FIGURE_WIDTH, 2.6 * rows), description=" ".join(said))
    colours = matplotlib.colormaps[style.SEQUENTIAL].reversed().resampled(n_layers + 1)
    panels = list(picture.subplots(rows, columns, squeeze=False).flat)
    for axes, (name, grid) in zip(panels, grids.items(), strict=False):
        shown = np.ma.masked_less(grid, 0)
        image = axes.imshow(shown, colours, vmin=-0.5, vmax=n_layers + 0.5, interpolation="nearest")
        axes.set_facecolor(style.EMPTY)
        axes.set_title(name, fontsize=13)
        axes.grid(False)
        axes.set_xticks([])
        axes.set_yticks([])
    for axes in panels[len(grids) :]:
        axes.axis("off")
    picture.supxlabel(_("key"))
    picture.supylabel(_("query"))
    bar = picture.colorbar(image, ax=picture.axes, shrink=0.7, ticks=range(n_layers + 1))
    bar.set_label(_("layers needed; empty: never"))
    return picture


@style.styled
def growth(sizes: Sequence[int], costs: Mapping[str, Sequence[int | float]], up: str) -> Picture:
    """Draw how costs grow with the length, on two logarithmic axes, with the fitted exponents.

    Args:
        sizes: Lengths in tokens.
        costs: Name to one positive cost per length.
        up: What is measured, with its unit.
    """
    exponents = {
        name: float(np.polyfit(np.log(sizes), np.log(each), 1)[0]) for name, each in costs.items()
    }
    said = [
        _("{name}: {first:.3g} at {low}, {last:.3g} at {high}, exponent {p:.2f}.",
          name=name, first=each[0], last=each[-1], low=sizes[0], high=sizes[-1], p=exponents[name])
        for name, each in costs.items()
    ]  # fmt: skip
    picture = Picture(description=f"{up}. " + " ".join(said))
    axes = picture.subplots()
    for (name, each), mark in zip(costs.items(), MARKERS, strict=False):
        label = _("{name}, exponent {p:.2f}", name=name, p=exponents[name])
        axes.plot(sizes, each, marker=mark, label=label)
    axes.set_xscale("log", base=2)
    axes.set_yscale("log")
    axes.yaxis.set_major_formatter("{x:g}")
    axes.set_xticks(sizes, [f"{size:,}" for size in sizes])
    axes.set_xlabel(_("tokens"))
    axes.set_ylabel(up)
    axes.legend(fontsize=11)
    return picture


@style.styled
def cost_against_recall(points: Mapping[str, tuple[int, int]]) -> Picture:
    """Draw the pairs that a way of reading computes against the distance at which it still recalls.

    Args:
        points: Way to its pairs, over all layers, and its largest distance.
    """
    said = "; ".join(
        _("{name}: {n} pairs, distance {far}", name=name, n=n, far=far)
        for name, (n, far) in points.items()
    )
    picture = Picture(description=_("Cost against recall. {list}.", list=said))
    axes = picture.subplots()
    for i, ((name, (n, far)), mark) in enumerate(zip(points.items(), MARKERS, strict=False)):
        colour = style.PALETTE[i % len(style.PALETTE)]
        axes.plot(n, far, mark, color=colour, markersize=10, label=name)
    axes.set_xlabel(_("pairs computed for one text, over all layers"))
    axes.set_ylabel(_("largest distance recalled, tokens"))
    axes.set_xlim(left=0)
    axes.set_ylim(bottom=0)
    axes.legend(fontsize=11, loc="center left", bbox_to_anchor=(1, 0.5))
    return picture
