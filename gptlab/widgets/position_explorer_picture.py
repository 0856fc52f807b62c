"""The still picture of a `PositionExplorer`: the same numbers, for GitHub and for paper."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import SubFigure
from matplotlib.patches import Circle
from numpy.typing import NDArray

from gptlab import style
from gptlab.catalogue import text as _
from gptlab.figures import colour_limit
from gptlab.style import Picture
from gptlab.tokenizers.spelling import visible
from gptlab.widgets.attention_picture import names
from gptlab.widgets.grouping import quoted

MOST_ROWS = 16  # tokens whose bars fit
BASE = 10_000
Answer = dict[str, Any]
Clock = tuple[int, int, int]
"""Pair of coordinates, position of the query, position of the key."""


@style.styled
def draw(shuffled: Answer, table: Answer, first: int, second: int, clock: Clock) -> Picture:
    """Draw which outputs change, the chosen table with two of its rows compared, and the clock.

    Args:
        shuffled: What `position_explorer_answers.shuffled` returns.
        table: What `position_explorer_answers.table` returns.
        first: The position whose row is compared with all others.
        second: The position that it is compared with in numbers.
        clock: What the clock shows.
    """
    description = in_words(shuffled, table, first, second, clock)
    picture = Picture(figsize=(style.FIGURE_WIDTH, 8.2), description=description)
    above, below = picture.subfigures(2, 1, squeeze=False)[:, 0]
    _draw_bars(above, shuffled)
    map_part, curve_part, clock_part = below.subfigures(
        1, 3, squeeze=False, width_ratios=[1.1, 1.2, 0.9]
    )[0]
    if table["error"]:
        map_part.text(0.05, 0.5, style.drawable(table["error"]), wrap=True)
    else:
        _draw_table(map_part, table, first, second)
        _draw_curve(curve_part, table, first, second)
    _draw_clock(clock_part, table["d_head"], clock)
    return picture


def _draw_bars(figure: SubFigure, shuffled: Answer) -> None:
    if shuffled["error"]:
        figure.text(0.02, 0.5, style.drawable(shuffled["error"]), va="center", wrap=True)
        return
    axes = figure.subplots()
    spelt, order = names(shuffled), shuffled["places"][:MOST_ROWS]
    rows = changes(shuffled)
    titles = [_("the model"), _("without positions"), _("without positions and mask (control)")]
    colours = (style.BLUE, style.ORANGE, style.QUIET)
    for i, (title, colour) in enumerate(zip(titles, colours, strict=True)):
        at = np.arange(len(order)) + 0.27 * (i - 1)
        axes.barh(at, 100 * rows[i, order], height=0.25, color=colour, label=title)
    axes.set_yticks(range(len(order)), [style.drawable(spelt[place]) for place in order])
    axes.invert_yaxis()
    axes.set_xlim(0, max(10.0, 105 * float(rows.max())))
    axes.grid(axis="y", visible=False)
    axes.set_xlabel(_("change of the token's last vector, in % of its length"))
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3, fontsize=11)


def _draw_table(figure: SubFigure, table: Answer, first: int, second: int) -> None:
    grid = numbers(table)
    most = colour_limit(grid)
    axes = figure.subplots()
    axes.imshow(
        grid, style.SEQUENTIAL, vmin=-most, vmax=most, aspect="auto", interpolation="nearest"
    )
    for at, colour in ((first, style.VERMILION), (second, style.PURPLE)):
        axes.axhline(min(at, len(grid) - 1), color=colour, linewidth=1.5)
    axes.grid(False)
    axes.set_title(table_name(table["scheme"]), fontsize=12)
    axes.set_xlabel(_("coordinate"))
    axes.set_ylabel(_("position"))


def _draw_curve(figure: SubFigure, table: Answer, first: int, second: int) -> None:
    grid = numbers(table)
    here, there = (min(at, len(grid) - 1) for at in (first, second))
    curve = grid @ grid[here]
    axes = figure.subplots()
    axes.plot(curve, color=style.BLUE)
    axes.plot([there], [curve[there]], "o", color=style.PURPLE)
    axes.axvline(here, color=style.VERMILION, linewidth=1.2)
    axes.set_title(_("dot product with position {first}", first=here), fontsize=12)
    axes.set_xlabel(_("position"))


def _draw_clock(figure: SubFigure, d_head: int, clock: Clock) -> None:
    axes: Axes = figure.subplots()
    pair, query, key = clock
    axes.add_patch(Circle((0, 0), 1, fill=False, color=style.LINE, linewidth=1.5))
    for name, position, colour in (
        (_("query"), query, style.QUERY),
        (_("key"), key, style.KEY),
    ):
        angle = position * speed(pair, d_head)
        axes.plot([0, math.cos(angle)], [0, math.sin(angle)], color=colour, label=name)
    axes.set(xlim=(-1.2, 1.2), ylim=(-1.2, 1.2), aspect="equal", xticks=[], yticks=[])
    axes.spines[:].set_visible(False)
    axes.set_title(_("rotary, pair {pair}", pair=min(pair, d_head // 2 - 1)), fontsize=12)
    axes.legend(fontsize=11, loc="upper center", bbox_to_anchor=(0.5, 0.02), ncols=2)


def changes(shuffled: Answer) -> NDArray[np.float32]:
    """Return the changes: one row per network, one column per token as typed."""
    return np.frombuffer(shuffled["changes"], dtype="<f4").reshape(3, -1)


def numbers(table: Answer) -> NDArray[np.float32]:
    """Return a table as positions × coordinates."""
    grid = np.frombuffer(table["numbers"], dtype="<f4")
    return grid.reshape(table["rows"], table["columns"])


def speed(pair: int, d_head: int) -> float:
    """Return by how many radians a pair turns per position; the last pair if there are fewer.

    Example:
        >>> speed(0, 32), round(speed(8, 32), 6)
        (1.0, 0.01)
    """
    return float(BASE ** (-2 * min(pair, d_head // 2 - 1) / d_head))


def table_name(scheme: str) -> str:
    """Name a table as the picture does."""
    return {
        "learned": _("learned by this model"),
        "sinusoidal": _("sinusoidal"),
        "untrained": _("before training (control)"),
    }[scheme]


def in_words(shuffled: Answer, table: Answer, first: int, second: int, clock: Clock) -> str:
    """Say what the picture shows."""
    said = [f"PositionExplorer: {quoted(shuffled['text'])}"]
    if shuffled["error"]:
        said.append(shuffled["error"])
    else:
        spelt, (whole, stripped, blind) = names(shuffled), changes(shuffled)
        said.append(
            _(
                "Read in the order {order}. Largest change of a token's output: the model "
                "{whole:.0%}, without positions {stripped:.0%}, without positions and mask "
                "{blind:.0%}.",
                order=" | ".join(spelt[place] for place in shuffled["places"]),
                whole=whole.max(),
                stripped=stripped.max(),
                blind=blind.max(),
            )
        )
        if shuffled["causal"]:
            said.append(_next_in_words(shuffled))
    if table["error"]:
        said.append(table["error"])
    else:
        grid = numbers(table)
        a, b = (grid[min(at, len(grid) - 1)] for at in (first, second))
        said.append(
            _(
                "Table {name}: positions {first} and {second} have the dot product {dot:.3f}.",
                name=table_name(table["scheme"]),
                first=min(first, len(grid) - 1),
                second=min(second, len(grid) - 1),
                dot=float(a.astype(np.float64) @ b),
            )
        )
    pair, query, key = clock
    angle = (query - key) * speed(pair, table["d_head"])
    said.append(
        _(
            "Clock of pair {pair}: query at {query}, key at {key}, {angle:.2f} radians apart.",
            pair=pair,
            query=query,
            key=key,
            angle=angle,
        )
    )
    return "\n".join(said)


def _next_in_words(shuffled: Answer) -> str:
    before, after = shuffled["before"], shuffled["after"]
    return _(
        "Likeliest next token: “{one}” ({first:.1%}) as typed, “{other}” ({second:.1%}) in this "
        "order.",
        one=visible(bytes.fromhex(before["bytes"])),
        first=before["probability"],
        other=visible(bytes.fromhex(after["bytes"])),
        second=after["probability"],
    )
