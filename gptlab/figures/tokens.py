"""Tokens: what a text costs in several vocabularies, and which vectors a swapped token changes."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from gptlab import style
from gptlab.catalogue import plural
from gptlab.catalogue import text as _
from gptlab.style import Picture


@style.styled
def token_costs(panels: Mapping[str, Mapping[str, Mapping[str, int | float]]]) -> Picture:
    """Draw what texts cost in several vocabularies, every bar with its number.

    Args:
        panels: What is measured, such as `tokens`, to name of a text to name of a vocabulary to
            the number.
    """
    picture = Picture(
        figsize=(style.FIGURE_WIDTH, 4.4),
        description=" ".join(_costs_in_words(unit, costs) for unit, costs in panels.items()),
    )
    row = picture.subplots(1, len(panels), squeeze=False, sharey=True)[0]
    for axes, (unit, costs) in zip(row, panels.items(), strict=True):
        _draw_costs(axes, costs)
        axes.set_xlabel(unit)
    first = next(iter(panels.values()))
    names = [style.drawable(name) for name in next(iter(first.values()))]
    row[0].set_yticks(range(len(names)), names)
    row[0].invert_yaxis()
    picture.legend(*row[0].get_legend_handles_labels(), loc="outside upper left", ncols=len(first))
    return picture


def _draw_costs(axes: Axes, costs: Mapping[str, Mapping[str, int | float]]) -> None:
    height = 0.8 / len(costs)
    for number, (name, values) in enumerate(costs.items()):
        shift = (number - (len(costs) - 1) / 2) * height
        places = [place + shift for place in range(len(values))]
        bars = axes.barh(places, [*values.values()], height * 0.92, label=style.drawable(name))
        axes.bar_label(bars, [_number(v) for v in values.values()], padding=4, color=style.INK)
    axes.margins(x=0.28)
    axes.set_xlim(left=0)
    axes.grid(axis="y", visible=False)


def _costs_in_words(unit: str, costs: Mapping[str, Mapping[str, int | float]]) -> str:
    parts = [
        f"{name}: " + ", ".join(f"{vocabulary} {_number(n)}" for vocabulary, n in values.items())
        for name, values in costs.items()
    ]
    return f"{unit} – {'; '.join(parts)}."


def _number(value: int | float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:.2f}"


@style.styled
def changed_vectors(changes: Mapping[str, ArrayLike], tokens: Sequence[str]) -> Picture:
    """Draw which numbers differ between two calls; those that are exactly equal stay empty.

    Args:
        changes: Where it was looked to the differences, position × d_model.
        tokens: Spelling of the token at every position.

    Raises:
        ValueError: If there is not one row per token.
    """
    grids = {title: np.abs(np.asarray(change, dtype=float)) for title, change in changes.items()}
    for title, grid in grids.items():
        if grid.ndim != 2 or len(grid) != len(tokens):
            raise ValueError(
                f"{title}: expected position × d_model with one row for each of {len(tokens)} "
                f"tokens, got shape {grid.shape}. Choose one text of the batch, such as x[0]."
            )
    picture = Picture(
        figsize=(style.FIGURE_WIDTH, 2.4 + 0.34 * len(tokens)),
        description=" ".join(_changes_in_words(*pair, tokens) for pair in grids.items()),
    )
    row = picture.subplots(1, len(grids), squeeze=False, sharey=True)[0]
    for axes, (title, grid) in zip(row, grids.items(), strict=True):
        shown, top = np.ma.masked_equal(grid, 0), float(grid.max(initial=0)) or 1.0
        image = axes.imshow(
            shown, cmap=style.patterns(), vmin=0, vmax=top, aspect="auto", interpolation="nearest"
        )
        axes.set_title(title)
        axes.set_xlabel(_("dimension of the vector"))
        axes.grid(False)
        axes.tick_params(length=0)
        scale = picture.colorbar(image, ax=axes, orientation="horizontal", aspect=30)
        scale.set_label(_("size of the change"))
    row[0].set_yticks(range(len(tokens)), [style.drawable(token) for token in tokens])
    return picture


def _changes_in_words(title: str, grid: np.ndarray, tokens: Sequence[str]) -> str:
    changed = [tokens[i] for i, row in enumerate(grid) if row.any()]
    return plural(
        "{title}: {n} of {total} rows differs: {names}.",
        "{title}: {n} of {total} rows differ: {names}.",
        len(changed),
        title=title,
        total=len(tokens),
        names=", ".join(changed) or "–",
    )
