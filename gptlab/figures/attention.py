"""Attention patterns as heat maps."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike, NDArray

from gptlab import style
from gptlab.catalogue import plural
from gptlab.catalogue import text as _
from gptlab.style import Picture

MOST_NUMBERS = 10  # a heat map with more tokens has no room for a number in each cell
MOST_LABELS = 48


@style.styled
def pattern_heatmap(
    patterns: Mapping[str, ArrayLike], tokens: Sequence[str], *, causal: bool = True
) -> Picture:
    """Draw attention patterns of one text side by side, on one colour scale.

    Args:
        patterns: Title to pattern, query × key, each row summing to 1: what is claimed, and the
            control beside it.
        tokens: Spelling of each token.
        causal: Whether keys after the query are masked; those cells stay empty.

    Raises:
        ValueError: If a pattern is not one row and one column per token.
    """
    grids = {title: _checked(title, pattern, tokens) for title, pattern in patterns.items()}
    hidden = np.triu(np.ones((len(tokens), len(tokens)), dtype=bool), 1) & causal
    size = (style.FIGURE_WIDTH, 1.2 + 0.85 * style.FIGURE_WIDTH / max(2, len(grids)))
    description = _patterns_in_words(grids, tokens)
    picture = Picture(figsize=size, description=description)
    panels = picture.subplots(1, len(grids), squeeze=False)[0]
    labels = [style.drawable(token) for token in tokens]
    for axes, (title, grid) in zip(panels, grids.items(), strict=True):
        image = axes.imshow(np.ma.masked_array(grid, hidden), cmap=style.patterns(), vmin=0, vmax=1)
        _label_tokens(axes, labels)
        axes.set_title(title)
        if len(tokens) <= MOST_NUMBERS:
            _number_cells(axes, grid, hidden)
    panels[0].set_ylabel(_("query: the token that looks"))
    scale = picture.colorbar(image, ax=list(panels), shrink=0.8, aspect=30)
    scale.set_label(_("share of the row (a row sums to 1)"))
    return picture


def _checked(title: str, pattern: ArrayLike, tokens: Sequence[str]) -> NDArray[np.float64]:
    grid = np.asarray(pattern, dtype=float)
    if grid.shape != (len(tokens), len(tokens)):
        raise ValueError(
            f"{title}: expected a pattern of {len(tokens)} × {len(tokens)}, one row and one column "
            f"per token, got shape {grid.shape}. Choose one sequence and one head, such as "
            "pattern[0, head]."
        )
    return grid


def _label_tokens(axes: Axes, labels: Sequence[str]) -> None:
    every = range(0, len(labels), -(-len(labels) // MOST_LABELS) if labels else 1)
    size = max(6.0, min(12.0, 150 / max(1, len(every))))
    axes.set_xticks(every, [labels[i] for i in every], rotation=90, fontsize=size)
    axes.set_yticks(every, [labels[i] for i in every], fontsize=size)
    axes.set_xlabel(_("key: the token looked at"))
    axes.grid(False)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)


def _number_cells(axes: Axes, grid: NDArray[np.float64], hidden: NDArray[np.bool_]) -> None:
    colours = style.patterns()
    size = 10 if len(grid) <= 7 else 8
    for row, column in np.argwhere(~hidden):
        share = float(grid[row, column])
        ink = style.ink_on(colours(share))
        number = f"{share:.2f}".removeprefix("0")
        axes.text(column, row, number, ha="center", va="center", color=ink, fontsize=size)


def _patterns_in_words(grids: Mapping[str, NDArray[np.float64]], tokens: Sequence[str]) -> str:
    words = [
        plural(
            "Attention pattern over {n} token.", "Attention patterns over {n} tokens.", len(tokens)
        )
    ]
    for title, grid in grids.items():
        if len(tokens):
            last = grid[-1]
            words.append(
                _(
                    "{title}: the last token, {query}, looks most at {key} ({share:.0%}).",
                    title=title,
                    query=tokens[-1],
                    key=tokens[int(last.argmax())],
                    share=last.max(),
                )
            )
    return " ".join(words)
