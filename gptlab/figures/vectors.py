"""Word vectors: maps, cosines, arrows that are added, and what a measure does over layers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from gptlab import style
from gptlab.catalogue import plural
from gptlab.catalogue import text as _
from gptlab.style import Picture

MARKERS = "osD^vP*"  # groups are told apart by shape too


@style.styled
def word_map(
    maps: Mapping[str, ArrayLike], words: Sequence[str], groups: Sequence[str] | None = None
) -> Picture:
    """Draw words as points, in one panel for each map.

    Args:
        maps: Title to points, word × 2.
        words: The words.
        groups: What each word belongs to; it gives colour and shape.

    Raises:
        ValueError: A map has not one point of two numbers for each word.
    """
    groups = groups or [""] * len(words)
    points = {title: np.asarray(each, dtype=float) for title, each in maps.items()}
    for title, each in points.items():
        if each.shape != (len(words), 2):
            raise ValueError(
                f"{title}: expected {len(words)} points of two numbers, got shape {each.shape}. "
                "Make them with flattened(table.rows(words))."
            )
    picture = Picture(
        figsize=(style.FIGURE_WIDTH, 4.6 if len(maps) > 1 else 6),
        description=" ".join(_map_in_words(t, each, words) for t, each in points.items()),
    )
    row = picture.subplots(1, len(maps), squeeze=False)[0]
    for axes, (title, each) in zip(row, points.items(), strict=True):
        _scatter(axes, each, words, groups)
        axes.set_title(title)
    handles, labels = picture.axes[0].get_legend_handles_labels()
    if any(groups):
        picture.legend(handles, labels, loc="outside upper left", ncols=len(labels))
    return picture


def _scatter(axes: Axes, points: np.ndarray, words: Sequence[str], groups: Sequence[str]) -> None:
    for number, group in enumerate(dict.fromkeys(groups)):
        mine = [i for i, each in enumerate(groups) if each == group]
        colour, marker = style.PALETTE[number % 7], MARKERS[number % 7]
        x, y = points[mine].T
        axes.scatter(x, y, color=colour, marker=marker, s=28, label=group)
    for word, (x, y) in zip(words, points, strict=True):
        axes.text(x, y, f" {style.drawable(word)}", va="bottom", fontsize=9)
    axes.margins(0.14)
    axes.set_xticks([])
    axes.set_yticks([])


def _map_in_words(title: str, points: np.ndarray, words: Sequence[str]) -> str:
    apart = np.linalg.norm(points[:, None] - points[None], axis=2)
    np.fill_diagonal(apart, np.inf)
    nearest = apart.argmin(axis=1)
    pairs = [f"{word} – {words[near]}" for word, near in zip(words, nearest, strict=True)]
    return _("{title}: each word and the nearest on the map: {p}.", title=title, p="; ".join(pairs))


def word_space(points: ArrayLike, words: Sequence[str], groups: Sequence[str]) -> Any:
    """Return words as points in space, as a plotly figure to turn and to hover over.

    Args:
        points: word × 3.
        words: The words.
        groups: What each word belongs to.
    """
    from plotly import graph_objects

    places = np.round(np.asarray(points, dtype=float), 4)
    figure = graph_objects.Figure()
    for number, group in enumerate(dict.fromkeys(groups)):
        mine = [i for i, each in enumerate(groups) if each == group]
        x, y, z = places[mine].T.tolist()
        figure.add_scatter3d(
            x=x,
            y=y,
            z=z,
            mode="markers+text",
            name=group,
            text=[words[i] for i in mine],
            marker={"size": 4, "color": style.PALETTE[number % 7]},
        )
    figure.update_layout(height=520, margin={"l": 0, "r": 0, "t": 0, "b": 0}, template="none")
    return figure


@style.styled
def cosine_histogram(
    distributions: Mapping[str, ArrayLike], marks: Mapping[str, int | float] | None = None
) -> Picture:
    """Draw how cosines are spread, and where some pairs stand.

    Args:
        distributions: Name to many cosines.
        marks: Name of a pair to its cosine, each a line.
    """
    marks = marks or {}
    values = {name: np.asarray(each, dtype=float) for name, each in distributions.items()}
    said = [
        _("{name}: mean {m:.2f}, spread {s:.2f}.", name=name, m=each.mean(), s=each.std())
        for name, each in values.items()
    ]
    said += [f"{name} {value:.2f}." for name, value in marks.items()]
    picture = Picture(description=" ".join(said))
    axes = picture.subplots()
    edges = np.linspace(-1, 1, 81).tolist()
    for number, (name, each) in enumerate(values.items()):
        colour = style.PALETTE[number % 7]
        weights = np.full(len(each), 1 / len(each))
        axes.hist(each, edges, weights=weights, histtype="step", color=colour, lw=2.2, label=name)
    top = axes.get_ylim()[1]
    for number, (name, value) in enumerate(marks.items()):
        axes.axvline(value, color=style.QUIET, ls="--", lw=1.2)
        height = top * (0.95 - 0.09 * (number % 6))
        axes.text(value, height, f" {name}", color=style.INK, fontsize=11)
    axes.set_xlabel(_("cosine of two words"))
    axes.set_ylabel(_("share of pairs"))
    axes.legend(loc="upper left")
    return picture


@style.styled
def arrow_sum(points: ArrayLike, words: Sequence[str], found: ArrayLike) -> Picture:
    """Draw start − minus + plus as arrows in the plane that shows the four points best.

    Args:
        points: The points of start, minus, plus and the answer, 4 × 2.
        words: Their words.
        found: The point that the sum arrives at.
    """
    places = [(float(x), float(y)) for x, y in np.vstack([points, found])]
    start, minus, plus, answer, end = places
    picture = Picture(
        figsize=(style.FIGURE_WIDTH, 4.8),
        description=_(
            "The arrow from {minus} to {plus}, drawn again from {start}, ends near {answer}.",
            minus=words[1],
            plus=words[2],
            start=words[0],
            answer=words[3],
        ),
    )
    axes = picture.subplots()
    for begin, stop, colour in ((minus, plus, style.BLUE), (start, end, style.VERMILION)):
        arrow = {"arrowstyle": "->", "color": colour, "lw": 2.2}
        axes.annotate("", xy=stop, xytext=begin, arrowprops=arrow)
    axes.scatter([x for x, _y in places[:4]], [y for _x, y in places[:4]], color=style.INK)
    axes.scatter(end[0], end[1], color=style.VERMILION, marker="x", s=80, zorder=3)
    for word, point in zip(words, (start, minus, plus, answer), strict=True):
        axes.text(point[0], point[1], f" {style.drawable(word)}", va="bottom")
    axes.set_aspect("equal", adjustable="datalim")
    axes.margins(0.2)
    axes.set_xlabel(_("first direction of the plane"))
    axes.set_ylabel(_("second direction"))
    return picture


@style.styled
def measured_curves(
    places: Sequence[object],
    curves: Mapping[str, ArrayLike],
    *,
    across: str,
    up: str,
    baseline: tuple[str, int | float] | None = None,
) -> Picture:
    """Draw a measure at several places, such as layers; with several rows, mean and spread.

    Args:
        places: Names along the axis, at equal distances.
        curves: Name to one number per place, or to run × place.
        across: What the places are.
        up: What is measured, with its unit.
        baseline: A name and a number to compare with.
    """
    grids = {name: np.atleast_2d(np.asarray(each, dtype=float)) for name, each in curves.items()}
    picture = Picture(description=_curves_in_words(places, grids, up))
    axes = picture.subplots()
    for number, (name, grid) in enumerate(grids.items()):
        colour, marker = style.PALETTE[number % 7], MARKERS[number % 7]
        mean, spread = grid.mean(axis=0), grid.std(axis=0)
        axes.plot(range(len(places)), mean, color=colour, marker=marker, label=name)
        if len(grid) > 1:
            low, high = mean - spread, mean + spread
            axes.fill_between(range(len(places)), low, high, color=colour, alpha=0.18, lw=0)
    if baseline:
        axes.axhline(baseline[1], color=style.QUIET, ls="--", lw=1.2, label=baseline[0])
    axes.set_xticks(range(len(places)), [str(place) for place in places])
    axes.set_xlabel(across)
    axes.set_ylabel(up)
    axes.legend(fontsize=11)
    return picture


def _curves_in_words(places: Sequence[object], grids: Mapping[str, np.ndarray], up: str) -> str:
    parts = []
    for name, grid in grids.items():
        means = "; ".join(
            f"{place}: {mean:.2f}" for place, mean in zip(places, grid.mean(axis=0), strict=True)
        )
        runs = plural("{n} run", "mean of {n} runs", len(grid)) if len(grid) > 1 else ""
        parts.append(f"{name}{' (' + runs + ')' if runs else ''} – {means}.")
    return f"{up}. {' '.join(parts)}"
