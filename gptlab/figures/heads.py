"""Every head of a model in one picture."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from gptlab import style
from gptlab.catalogue import text as _
from gptlab.style import Picture

WIDEST_HEAD = 0.8  # inches
BESIDE, ABOVE = 1.8, 0.9  # inches that labels and the scale take


@style.styled
def heads_grid(patterns: ArrayLike, tokens: Sequence[str], *, causal: bool = True) -> Picture:
    """Draw the attention patterns of all heads over one text, on one colour scale.

    Args:
        patterns: Layer × head × query × key; each row sums to 1.
        tokens: Spelling of each token.
        causal: Whether keys after the query are masked; those cells stay empty.

    Raises:
        ValueError: If the patterns have not one row and one column per token.
    """
    grids = np.asarray(patterns, dtype=float)
    n = len(tokens)
    if grids.ndim != 4 or grids.shape[2:] != (n, n) or 0 in grids.shape:
        raise ValueError(
            f"expected patterns of layers × heads × {n} × {n}, one row and one column per token, "
            f"got shape {grids.shape}. Stack the patterns of one text."
        )
    n_layers, n_heads = grids.shape[:2]
    hidden = np.triu(np.ones((n, n), dtype=bool), 1) & causal
    side = min(WIDEST_HEAD, (style.FIGURE_WIDTH - BESIDE) / n_heads)
    size = (BESIDE + side * max(2, n_heads), ABOVE + side * max(2, n_layers))
    picture = Picture(figsize=size, description=_in_words(grids, tokens))
    panels = picture.subplots(n_layers, n_heads, squeeze=False)
    for (layer, head), axes in np.ndenumerate(panels):
        grid = np.ma.masked_array(grids[layer, head], hidden)
        # Smoothed cells would take three times as many bytes.
        image = axes.imshow(grid, style.patterns(), vmin=0, vmax=1, interpolation="nearest")
        axes.set(xticks=[], yticks=[])
        axes.grid(False)
        axes.spines[:].set_visible(False)
        if layer == 0:
            axes.set_title(str(head), fontsize=12, loc="center")
        if head == 0:
            axes.set_ylabel(str(layer), fontsize=12, rotation=0, ha="right", va="center")
    picture.suptitle(_("head"), fontsize=13)
    picture.supylabel(_("layer"), fontsize=13)
    scale = picture.colorbar(image, ax=panels, shrink=0.8, aspect=30)
    scale.set_label(_("share of the row"))
    return picture


def _in_words(grids: np.ndarray, tokens: Sequence[str]) -> str:
    """Say what the picture is, and which head looks back most from the last token."""
    layer, head = np.unravel_index(grids[:, :, -1].max(-1).argmax(), grids.shape[:2])
    last = grids[layer, head, -1]
    return _(
        "Attention patterns of {layers} layers × {heads} heads over {n} tokens: one square per "
        "head, a row for each token that looks, a column for each token looked at. The last "
        "token, {query}, looks hardest in layer {layer}, head {head}: at {key} ({share:.0%}).",
        layers=grids.shape[0],
        heads=grids.shape[1],
        n=len(tokens),
        query=tokens[-1],
        layer=layer,
        head=head,
        key=tokens[int(last.argmax())],
        share=last.max(),
    )
