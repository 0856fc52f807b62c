"""Where tokens stand: tables of vectors, how alike two positions are, and what lies beyond."""

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib
import numpy as np
from numpy.typing import ArrayLike, NDArray

from gptlab import style
from gptlab.catalogue import text as _
from gptlab.style import Picture

N_COLOURS = 12


@style.styled
def position_tables(tables: Mapping[str, ArrayLike]) -> Picture:
    """Draw tables of position vectors side by side, each on its own colour scale.

    The few numbers beyond the ends of a scale have the colour of that end.

    Args:
        tables: Title to a table, one row per position and one column per coordinate.

    Raises:
        ValueError: There is no table, or one has not two axes.
    """
    grids = {title: _matrix(title, table) for title, table in tables.items()}
    if not grids:
        raise ValueError("expected one table of positions or more, came none.")
    size = (style.FIGURE_WIDTH, 4.6)
    picture = Picture(figsize=size, description=_tables_in_words(grids))
    panels = picture.subplots(1, len(grids), squeeze=False)[0]
    for axes, (title, grid) in zip(panels, grids.items(), strict=True):
        most = colour_limit(grid)
        # Never smoothed: a row is one position. In steps of colour, because noise in all of them
        # would weigh half a megabyte in a notebook.
        steps = matplotlib.colormaps[style.SEQUENTIAL].resampled(N_COLOURS)
        image = axes.imshow(
            grid, steps, vmin=-most, vmax=most, aspect="auto", interpolation="nearest"
        )
        axes.set_title(title, fontsize=13)
        axes.grid(False)
        axes.set_xlabel(_("coordinate"))
        picture.colorbar(image, ax=axes, orientation="horizontal", aspect=30, extend="both")
    panels[0].set_ylabel(_("position"))
    return picture


@style.styled
def products_by_distance(
    tables: Mapping[str, ArrayLike], positions: Sequence[int], n_distances: int
) -> Picture:
    """Draw how alike the vector of a position is to those after it, one panel per table.

    Args:
        tables: Title to a table, one row per position.
        positions: Where the curves start; a table of which they lie on each other is relative.
        n_distances: How far each curve goes, in positions.

    Raises:
        ValueError: A curve would leave its table.
    """
    grids = {title: _matrix(title, table) for title, table in tables.items()}
    for title, grid in grids.items():
        if max(positions) + n_distances > len(grid):
            raise ValueError(
                f"{title}: expected positions up to {len(grid) - n_distances}, so that "
                f"{n_distances} distances fit its {len(grid)} rows, came {max(positions)}."
            )
    curves = {
        title: [grid[at : at + n_distances] @ grid[at] for at in positions]
        for title, grid in grids.items()
    }
    size = (style.FIGURE_WIDTH, 4.2)
    picture = Picture(figsize=size, description=_products_in_words(curves, positions))
    panels = picture.subplots(1, len(grids), squeeze=False)[0]
    for axes, (title, found) in zip(panels, curves.items(), strict=True):
        for at, curve, dashes in zip(positions, found, _dashes(len(found)), strict=True):
            axes.plot(curve, label=_("from position {at}", at=at), linestyle=dashes)
        axes.set_title(title, fontsize=13)
        axes.set_xlabel(_("distance, in positions"))
    panels[0].set_ylabel(_("dot product of the two rows"))
    panels[-1].legend(fontsize=11)
    return picture


@style.styled
def beyond_trained_length(
    curves: Mapping[str, ArrayLike],
    positions: Sequence[int],
    n_trained: int,
    *,
    unit: str,
    spreads: Mapping[str, ArrayLike] | None = None,
    baselines: Mapping[str, float] | None = None,
) -> Picture:
    """Draw a measure position by position, before and after the length that was trained.

    Args:
        curves: Name to one number per position.
        positions: The positions.
        n_trained: The trained length; what lies beyond is shaded.
        unit: What the numbers are.
        spreads: Name to a standard deviation over seeds per position, drawn as a band.
        baselines: Name to a number, each a dashed line.

    Raises:
        ValueError: A curve has not one number per position.
    """
    lines = {name: np.asarray(curve, dtype=float) for name, curve in curves.items()}
    for name, line in lines.items():
        if line.shape != (len(positions),):
            raise ValueError(
                f"{name}: expected {len(positions)} numbers, one per position, got shape "
                f"{line.shape}."
            )
    words = _beyond_in_words(lines, positions, n_trained, unit)
    picture = Picture(description=words)
    axes = picture.subplots()
    axes.axvspan(n_trained, max(positions), color=style.EMPTY, zorder=0)
    colours = style.PALETTE[: len(lines)]
    for (name, line), colour, dashes in zip(
        lines.items(), colours, _dashes(len(lines)), strict=True
    ):
        axes.plot(positions, line, color=colour, linestyle=dashes, label=name)
        if spreads and name in spreads:
            off = np.asarray(spreads[name], dtype=float)
            axes.fill_between(positions, line - off, line + off, color=colour, alpha=0.18, lw=0)
    for name, height in (baselines or {}).items():
        axes.axhline(height, color=style.QUIET, linestyle=":", linewidth=1.4, label=name)
    axes.set_xlabel(_("position in the text; grey: longer than any text in training"))
    axes.set_ylabel(unit)
    axes.set_xlim(min(positions), max(positions))
    axes.legend(ncols=3, fontsize=11, loc="upper center", bbox_to_anchor=(0.5, 1.2))
    return picture


def colour_limit(grid: ArrayLike) -> float:
    """Return the size that 99 of 100 numbers stay within, where a colour scale may end.

    A learned table has a first row that is several times as long as the others.

    Example:
        >>> colour_limit([[-3.0, 1.0, 2.0]])
        2.0
    """
    sizes = np.sort(np.abs(np.asarray(grid, dtype=float)).ravel())
    return float(sizes[int(0.99 * (len(sizes) - 1))]) or 1.0


def _matrix(title: str, table: ArrayLike) -> NDArray[np.float64]:
    grid = np.asarray(table, dtype=float)
    if grid.ndim != 2 or 0 in grid.shape:
        raise ValueError(
            f"{title}: expected a table of positions × coordinates, got shape {grid.shape}."
        )
    return grid


def _dashes(n: int) -> list[Any]:
    """Return line styles, since colour alone shall not tell curves apart."""
    return [("-", "--", "-.", (0, (1, 1)), (0, (5, 1, 1, 1, 1, 1)))[i % 5] for i in range(n)]


def _tables_in_words(grids: Mapping[str, NDArray[np.float64]]) -> str:
    said = [
        _(
            "{title}: {rows} positions × {columns} coordinates, from {low:.2f} to {high:.2f}.",
            title=title,
            rows=grid.shape[0],
            columns=grid.shape[1],
            low=grid.min(),
            high=grid.max(),
        )
        for title, grid in grids.items()
    ]
    return " ".join([_("Heat maps of position vectors."), *said])


def _products_in_words(
    curves: Mapping[str, list[NDArray[np.float64]]], positions: Sequence[int]
) -> str:
    said = [_("Dot products of a position's row with the rows after it.")]
    for title, found in curves.items():
        for at, curve in zip(positions, found, strict=True):
            said.append(
                _(
                    "{title}, from position {at}: {first:.2f} with itself, {last:.2f} at distance "
                    "{n}.",
                    title=title,
                    at=at,
                    first=curve[0],
                    last=curve[-1],
                    n=len(curve) - 1,
                )
            )
    return " ".join(said)


def _beyond_in_words(
    lines: Mapping[str, NDArray[np.float64]], positions: Sequence[int], n: int, unit: str
) -> str:
    inside = np.asarray(positions) < n
    said = [_("{unit}, before and after the trained length of {n} positions.", unit=unit, n=n)]
    for name, line in lines.items():
        before = float(np.nanmean(line[inside]))
        after = float(np.nanmean(line[~inside])) if (~inside).any() else float("nan")
        said.append(
            _("{name}: {before:.2f}, then {after:.2f}.", name=name, before=before, after=after)
        )
    return " ".join(said)
