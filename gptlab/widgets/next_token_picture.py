"""The still picture of a `NextToken`: the same numbers, for GitHub and for paper."""

from __future__ import annotations

from matplotlib.figure import FigureBase

from gptlab import style
from gptlab.style import Picture
from gptlab.widgets.next_token_panels import N_BARS, draw_bars, draw_lens, draw_strip
from gptlab.widgets.next_token_shown import Shown, in_words

ROW, AROUND, STRIP = 0.34, 1.15, 1.45  # inches: a row, what surrounds rows, the draw
SENTENCE = 0.8  # inches: an error


@style.styled
def draw(seen: Shown) -> Picture:
    """Draw the likeliest tokens, the draw of one of them, and what each layer would say."""
    size = (style.FIGURE_WIDTH, height(seen))
    picture = Picture(figsize=size, description=in_words(seen))
    draw_into(picture, seen)
    return picture


def height(seen: Shown) -> float:
    """Return how high the picture is, in inches."""
    return SENTENCE if seen.answer["error"] else sum(_heights(seen))


def _heights(seen: Shown) -> list[float]:
    heights = [ROW * (N_BARS + 1) + AROUND, STRIP]
    return [*heights, ROW * len(seen.stages) + AROUND] if seen.stages else heights


def draw_into(figure: FigureBase, seen: Shown) -> None:
    """Draw into a figure, or into a part of one; it must be drawn in gptlab's style."""
    if error := seen.answer["error"]:
        figure.text(0.02, 0.5, style.drawable(error), va="center")
        return
    heights = _heights(seen)
    parts = figure.subfigures(len(heights), 1, height_ratios=heights, squeeze=False)[:, 0]
    parts[0].suptitle(style.drawable(seen.title), x=0.01, ha="left", fontsize=13)
    for part, panel in zip(parts, (draw_bars, draw_strip, draw_lens), strict=False):
        panel(part.subplots(), seen)
