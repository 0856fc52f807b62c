"""The still picture of a `LengthLab`: the map, the pairs of longer texts, and the recall."""

from __future__ import annotations

from typing import Any

import matplotlib
import numpy as np

from gptlab import style
from gptlab.catalogue import text as _
from gptlab.sizes import PUBLISHED
from gptlab.style import Picture
from gptlab.widgets import length_lab_numbers as numbers
from gptlab.widgets.length_lab_words import pattern_words, way_words

MOST = 2**12  # the picture counts pairs up to here


def draw(
    pattern: str,
    n: int,
    width: int,
    stride: int,
    n_layers: int,
    *,
    sizes: str,
    doublings: int,
    recorded: dict[str, Any],
) -> Picture:
    """Draw what the view shows.

    Args:
        pattern: One of `length_lab_numbers.PATTERNS`.
        n: Tokens of the map.
        width: Of the window or the chunk.
        stride: Of far keys, chunks, or draws.
        n_layers: Layers.
        sizes: Name of a published model.
        doublings: Length in the costs, as a power of two.
        recorded: What `length_lab_numbers.recall` returns.
    """
    needed = numbers.layers_needed(pattern, n, width, stride, n_layers).numpy()
    name = pattern_words()[pattern]
    known = int((needed[-1] >= 0).sum())
    lengths = [2**i for i in range(6, min(doublings, 12) + 1)]
    counted = [numbers.pairs(pattern, size, width, stride) for size in lengths]
    full = [size * (size + 1) // 2 for size in lengths]
    cost = numbers.text_costs(PUBLISHED[sizes], lengths[-1], counted[-1])
    words = _(
        "LengthLab: {name}. In a text of {n} tokens, after {layers} layers, the last token knows "
        "of {known}. At {size} tokens a layer computes {pairs} pairs of {full}; in {model} that is "
        "{share:.1%} of the blocks' arithmetic.",
        name=name,
        n=n,
        layers=n_layers,
        known=known,
        size=lengths[-1],
        pairs=counted[-1],
        full=full[-1],
        model=sizes,
        share=cost["pairs"] / (cost["pairs"] + cost["rest"]),
    )
    with style.applied():
        picture = Picture(figsize=(style.FIGURE_WIDTH, 3.8), description=words)
        left, middle, right = picture.subplots(1, 3)
        colours = matplotlib.colormaps[style.SEQUENTIAL].resampled(n_layers + 1)
        left.imshow(
            np.ma.masked_less(needed, 0), colours, vmin=0, vmax=n_layers, interpolation="nearest"
        )
        left.set_facecolor(style.EMPTY)
        left.grid(False)
        left.set(title=name, xlabel=_("key"), ylabel=_("query"))
        middle.plot(lengths, full, label=_("full"))
        middle.plot(lengths, counted, "--", label=name)
        middle.set_xscale("log", base=2)
        middle.set_yscale("log")
        middle.set_xticks(lengths[::2], [f"{size:,}" for size in lengths[::2]], rotation=45)
        middle.yaxis.set_major_formatter("{x:.0e}")
        middle.set(xlabel=_("tokens"), ylabel=_("pairs in a layer"))
        middle.legend(fontsize=9)
        places = recorded["edges"][:-1]
        for way in recorded["ways"][pattern]:
            curve = recorded["curves"][way]
            right.plot(places, curve["mean"], label=way_words()[way])
            right.fill_between(places, curve["low"], curve["high"], alpha=0.2, lw=0)
        right.axhline(recorded["chance"], color=style.QUIET, ls=":", lw=1.2)
        right.set(ylim=(0, 1.05), xlabel=_("distance, tokens"), ylabel=_("right (recorded)"))
        right.legend(fontsize=9)
    return picture
