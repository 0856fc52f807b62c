"""What a recurrent network's gradient does with distance."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gptlab import style
from gptlab.catalogue import text as _
from gptlab.style import Picture

MARKS = "osD^vPX"  # colour alone shall not tell curves apart
SMALLEST = 1e-30  # below it a length is drawn at the lower edge


@style.styled
def gradients_by_distance(curves: Mapping[str, ArrayLike]) -> Picture:
    """Draw how much of a gradient arrives at a distance, on a logarithmic axis.

    Args:
        curves: Name to one length for each distance, beginning with 0.

    Raises:
        ValueError: If the curves are not equally long.
    """
    lines = _equally_long(curves)
    n = len(next(iter(lines.values())))
    picture = Picture(
        description=" ".join(_ends_in_words(name, line) for name, line in lines.items())
    )
    axes = picture.subplots()
    for i, (name, line) in enumerate(lines.items()):
        axes.plot(
            range(n),
            np.maximum(line, SMALLEST),
            color=style.PALETTE[i % len(style.PALETTE)],
            marker=MARKS[i % len(MARKS)],
            markevery=max(1, n // 10),
            label=style.drawable(name),
        )
    axes.set_yscale("log")
    axes.yaxis.set_major_formatter("{x:.0e}")
    axes.set_xlabel(_("distance in tokens"))
    axes.set_ylabel(_("length of the derivative"))
    axes.legend(fontsize=11, ncols=2)
    return picture


def _equally_long(curves: Mapping[str, ArrayLike]) -> dict[str, NDArray[np.float64]]:
    lines = {name: np.asarray(curve, dtype=float) for name, curve in curves.items()}
    sizes = {line.shape for line in lines.values()}
    if len(sizes) != 1 or len(next(iter(sizes))) != 1:
        raise ValueError(
            f"expected one curve or more, each of equally many numbers, got shapes {sorted(sizes)}."
        )
    return lines


def _ends_in_words(name: str, line: NDArray[np.float64]) -> str:
    last = len(line) - 1
    return _(
        "{name}: {near:.1e} at distance 1, {middle:.1e} at {half}, {far:.1e} at {last}.",
        name=name,
        near=line[min(1, last)],
        middle=line[last // 2],
        half=last // 2,
        far=line[last],
        last=last,
    )
