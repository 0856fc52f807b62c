"""The still picture of a `CosineCalculator`: arrows or bars, and a table of every pair."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np
from matplotlib.axes import Axes

from gptlab import style
from gptlab.catalogue import text as _
from gptlab.style import Picture
from gptlab.vectors import MEASURES, measured, rotation
from gptlab.widgets.cosine_calculator_words import measure_words

Vectors = Mapping[str, Sequence[int | float]]


def draw(vectors: Vectors, angle: int | float, title: str) -> Picture:
    """Draw vectors in turned axes, beside all measures of all pairs.

    Args:
        vectors: Name to numbers in axes that are not turned.
        angle: Degrees.
        title: What the description begins with.
    """
    width = len(next(iter(vectors.values())))
    turned = {name: rotation(width, angle) @ each for name, each in vectors.items()}
    rows = table(turned)
    with style.applied():
        picture = Picture(
            figsize=(style.FIGURE_WIDTH, 4.4), description=in_words(turned, rows, angle, title)
        )
        left, right = picture.subplots(1, 2, width_ratios=[1, 1.3])
        if width == 2:
            _arrows(left, vectors, angle)
        else:
            _bars(left, turned)
        right.axis("off")
        shown = right.table(
            [[style.drawable(name), *numbers] for name, *numbers in rows],
            colLabels=["", *measure_words().values()],
            loc="center",
            edges="horizontal",
        )
        shown.auto_set_font_size(False)
        shown.set_fontsize(11)
        shown.scale(1, 1.6)
    return picture


def table(turned: Mapping[str, np.ndarray]) -> list[list[str]]:
    """Return one row for each pair: both names, then the measures in the turned axes."""
    found = measured(turned, combinations(turned, 2))
    return [
        [f"{a} – {b}", *(f"{each[measure]:.3f}" for measure in MEASURES)]
        for (a, b), each in found.items()
    ]


def in_words(
    turned: Mapping[str, np.ndarray], rows: Sequence[Sequence[str]], angle: int | float, title: str
) -> str:
    """Say the vectors and the measures of every pair."""
    vectors = "; ".join(
        f"{name} {', '.join(f'{number:.3f}' for number in each)}" for name, each in turned.items()
    )
    names = [*measure_words().values()]
    pairs = "; ".join(
        f"{pair}: " + ", ".join(f"{n} {value}" for n, value in zip(names, values, strict=True))
        for pair, *values in rows
    )
    first = _("{title}: axes turned by {angle:g}°. {vectors}.", title=title, angle=angle,
              vectors=vectors)  # fmt: skip
    return f"{first}\n{pairs}."


def _arrows(axes: Axes, vectors: Vectors, angle: int | float) -> None:
    most = 1.15 * max(1.0, *(abs(number) for each in vectors.values() for number in each))
    for row in rotation(2, angle):  # an axis, as seen in the axes before
        axes.plot(*np.outer(row, [-2 * most, 2 * most]), color=style.LINE, lw=1.2, zorder=0)
    for number, (name, (x, y)) in enumerate(vectors.items()):
        colour = style.PALETTE[number % len(style.PALETTE)]
        arrow = {"arrowstyle": "->", "color": colour, "lw": 2.4}
        axes.annotate("", xy=(x, y), xytext=(0, 0), arrowprops=arrow)
        axes.text(x, y, f" {style.drawable(name)}", va="bottom")
    axes.set(xlim=(-most, most), ylim=(-most, most), aspect="equal")
    axes.grid(False)


def _bars(axes: Axes, turned: Mapping[str, np.ndarray]) -> None:
    height = 0.8 / len(turned)
    for number, (name, each) in enumerate(turned.items()):
        places = np.arange(len(each)) + number * height
        axes.bar(places, each, height, label=style.drawable(name))
    axes.axhline(0, color=style.QUIET, lw=1)
    axes.set_xticks(range(len(each)), [str(i + 1) for i in range(len(each))])
    axes.set_xlabel(_("axis"))
    axes.legend(fontsize=10)
