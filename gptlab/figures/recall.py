"""What architectures remember: shares of right answers with their spread, and learning rates."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike, NDArray

from gptlab import style
from gptlab.catalogue import text as _
from gptlab.style import Picture

Grids = Mapping[str, NDArray[np.float64]]
MARKS = "osD^vPX"  # colour alone shall not tell curves apart
DASHES = ("-", "--", "-.", (0, (1, 1)), (0, (5, 1, 1, 1, 1, 1)))


@style.styled
def recall_curves(
    curves: Mapping[str, ArrayLike],
    places: Sequence[float],
    *,
    place: str,
    chance: float,
    window: float | None = None,
    logarithmic: bool = False,
) -> Picture:
    """Draw the share of right answers: a line for the mean over seeds, a band from worst to best.

    Args:
        curves: Name to one row per seed, one number per place.
        places: Where on the axis the numbers stand, such as distances.
        place: What the axis measures, with its unit.
        chance: The share that guessing gets, a dotted line.
        window: From where on a Transformer cannot see the answer any more; shaded.
        logarithmic: Whether equal steps on the axis are equal factors.

    Raises:
        ValueError: A curve has not one number per place.
    """
    grids = _grids(curves, len(places))
    said = [
        _(
            "Share of right answers by {place}; guessing gets {chance:.2f}.",
            place=place,
            chance=chance,
        )
    ]
    if window is not None:
        said.append(_("A Transformer's window ends at {window:g}.", window=window))
    for name, grid in grids.items():
        means = ", ".join(
            f"{at:g}: {mean:.2f}" for at, mean in zip(places, grid.mean(0), strict=True)
        )
        said.append(f"{style.drawable(name)}: {means}.")
    picture = Picture(description=" ".join(said))
    axes = picture.subplots()
    if logarithmic:
        axes.set_xscale("log", base=2)
        axes.xaxis.set_major_formatter("{x:g}")
    _lines(axes, grids, places)
    if window is not None:
        axes.set_xlim(axes.get_xlim()[0], max(places))
        axes.axvspan(window, max(places), color=style.EMPTY, zorder=0)
        axes.axvline(window, color=style.QUIET, linewidth=1)
    axes.axhline(chance, color=style.QUIET, linestyle=":", linewidth=1.4, label=_("guessing"))
    axes.set_ylim(-0.03, 1.05)
    axes.set_ylabel(_("share of right answers"))
    axes.set_xlabel(place)
    axes.legend(ncols=3, fontsize=11, loc="upper center", bbox_to_anchor=(0.5, 1.28))
    return picture


@style.styled
def tuning_curves(losses: Mapping[str, ArrayLike], rates: Sequence[float]) -> Picture:
    """Draw the loss at each learning rate of a grid, so that everyone can see who was served well.

    Args:
        losses: Name to one row per seed, one loss per rate, in nats per answer.
        rates: The grid.

    Raises:
        ValueError: There is not one loss per rate.
    """
    grids = _grids(losses, len(rates))
    best = [
        _("{name}: best at {rate:g}", name=style.drawable(name), rate=rates[grid.mean(0).argmin()])
        for name, grid in grids.items()
    ]
    words = _("Held-out loss by learning rate. {best}.", best="; ".join(best))
    picture = Picture(description=words)
    axes = picture.subplots()
    axes.set_xscale("log")
    _lines(axes, grids, rates)
    for grid, colour in zip(grids.values(), style.PALETTE, strict=False):
        at = int(grid.mean(0).argmin())
        axes.plot(rates[at], grid.mean(0)[at], "o", markersize=13, mfc="none", mec=colour)
    axes.set_xticks([*rates], [f"{rate:g}" for rate in rates])
    axes.minorticks_off()
    axes.set_xlabel(_("learning rate; a ring marks the lowest mean loss"))
    axes.set_ylabel(_("held-out loss, nats per answer"))
    axes.set_ylim(bottom=-0.05)
    axes.legend(ncols=3, fontsize=11, loc="upper center", bbox_to_anchor=(0.5, 1.28))
    return picture


def _lines(axes: Axes, grids: Grids, places: Sequence[float]) -> None:
    # Curves that lie on each other are drawn thinner and thinner, so that each can be seen.
    for i, (name, grid) in enumerate(grids.items()):
        colour = style.PALETTE[i % len(style.PALETTE)]
        axes.fill_between(places, grid.min(0), grid.max(0), color=colour, alpha=0.18, lw=0)
        axes.plot(
            places,
            grid.mean(0),
            color=colour,
            linestyle=DASHES[i % len(DASHES)],
            marker=MARKS[i % len(MARKS)],
            markersize=4 + 1.5 * (len(grids) - 1 - i),
            linewidth=1.6 + 0.5 * (len(grids) - 1 - i),
            clip_on=False,
            label=style.drawable(name),
        )


def _grids(curves: Mapping[str, ArrayLike], n: int) -> dict[str, NDArray[np.float64]]:
    if not curves:
        raise ValueError("expected one curve or more, came none.")
    grids = {name: np.atleast_2d(np.asarray(curve, dtype=float)) for name, curve in curves.items()}
    for name, grid in grids.items():
        if grid.ndim != 2 or grid.shape[1] != n:
            raise ValueError(
                f"{name}: expected one row per seed and {n} numbers in each, came shape "
                f"{grid.shape}."
            )
    return grids
