"""Ways of decoding: how likely their texts are, and how much they repeat themselves."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes

from gptlab import style
from gptlab.catalogue import text as _
from gptlab.style import Picture

FAMILIES = ("greedy", "beam", "temperature", "top")
MARKS = "sDo^"
LETTER, LINE, AROUND = 5.8, 12.0, 6.0  # points: a letter, a line of text, half of a mark
PLACES = (
    *((9, -4, "left"), (9, 6, "left"), (9, -15, "left")),
    *((-9, -4, "right"), (-9, 6, "right"), (-9, -15, "right")),
    *((0, 10, "center"), (0, -20, "center"), (4, -20, "right"), (-4, -20, "left")),
)
"""Where a name may stand beside its mark: x and y in points, and how it is aligned."""
Box = tuple[float, float, float, float]


@style.styled
def likely_against_varied(
    likely: Mapping[str, Sequence[float]], varied: Mapping[str, Sequence[float]], real: str
) -> Picture:
    """Draw each way of decoding as a point, and the text that people wrote as a cross.

    Args:
        likely: Name to one number per seed, the log-probability per token under the model, in nats.
        varied: Name to one number per seed, the share of different pairs of tokens.
        real: The name of what people wrote.
    """
    means = {name: (float(np.mean(likely[name])), float(np.mean(varied[name]))) for name in likely}
    listed = "; ".join(f"{name}: {x:.2f}, {y:.2f}" for name, (x, y) in means.items())
    picture = Picture(
        figsize=(style.FIGURE_WIDTH, 5.4),
        description=_(
            "Log-probability per token in nats, and share of different pairs of tokens, of texts "
            "by each way of decoding: {listed}.",
            listed=listed,
        ),
    )
    axes = picture.subplots()
    for name, (x, y) in means.items():
        kind = next((i for i, family in enumerate(FAMILIES) if name.startswith(family)), 0)
        colour = style.INK if name == real else style.PALETTE[kind]
        mark = "X" if name == real else MARKS[kind]
        axes.plot(likely[name], varied[name], "|", color=colour, alpha=0.6, markersize=7)
        axes.plot(x, y, mark, color=colour, markersize=13 if name == real else 9)
    axes.margins(0.14, 0.1)
    axes.autoscale_view()
    axes.set_xlabel(_("log-probability per token, nats (likelier to the right)"))
    axes.set_ylabel(_("share of different pairs of tokens"))
    _name_points(axes, means, 72 / picture.dpi)
    return picture


def _name_points(axes: Axes, points: Mapping[str, tuple[float, float]], scale: float) -> None:
    """Write each name beside its point, in the first place that is free."""
    spots = {name: axes.transData.transform(point) * scale for name, point in points.items()}
    taken = [(x - AROUND, y - AROUND, x + AROUND, y + AROUND) for x, y in spots.values()]
    for name, (x, y) in spots.items():
        boxes = [_box(x + dx, y + dy, len(name) * LETTER, align) for dx, dy, align in PLACES]
        free = [i for i, box in enumerate(boxes) if not any(_meet(box, other) for other in taken)]
        chosen = free[0] if free else 0
        taken.append(boxes[chosen])
        dx, dy, align = PLACES[chosen]
        axes.annotate(
            style.drawable(name),
            points[name],
            (dx, dy),
            textcoords="offset points",
            fontsize=10.5,
            ha=align,
        )


def _box(x: float, y: float, width: float, align: str) -> Box:
    left = {"left": x, "right": x - width, "center": x - width / 2}[align]
    return (left, y, left + width, y + LINE)


def _meet(a: Box, b: Box) -> bool:
    return bool(a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3])
