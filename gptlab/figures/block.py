"""A block looked at from outside: what reaches what, what each stage would say, who reads whom."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike

from gptlab import style
from gptlab.catalogue import text as _
from gptlab.style import Picture


@style.styled
def reach(maps: Mapping[str, ArrayLike], tokens: Sequence[str]) -> Picture:
    """Draw how strongly each position's output depends on each position's input.

    Args:
        maps: Part of the model to output position × input position: sizes of derivatives, 0 where
            nothing passes.
        tokens: Spelling of the token at every position.

    Raises:
        ValueError: If a map has not one row and one column per token.
    """
    grids = {name: _square(name, grid, len(tokens)) for name, grid in maps.items()}
    picture = Picture(
        figsize=(style.FIGURE_WIDTH, 4.2),
        description=" ".join(_reach_in_words(name, grid) for name, grid in grids.items()),
    )
    row = picture.subplots(1, len(grids), squeeze=False, sharey=True)[0]
    names = [style.drawable(token) for token in tokens]
    for axes, (name, grid) in zip(row, grids.items(), strict=True):
        shown = np.ma.masked_equal(grid / (grid.max() or 1.0), 0)
        image = axes.imshow(shown, style.patterns(), vmin=0, vmax=1, interpolation="nearest")
        axes.set_title(name)
        axes.set_xlabel(_("input"))
        axes.set_xticks(range(len(names)), names, rotation=60, ha="right")
        axes.grid(False)
    row[0].set_yticks(range(len(names)), names)
    row[0].set_ylabel(_("output"))
    scale = picture.colorbar(image, ax=row, shrink=0.7)
    scale.set_label(_("strength, of the picture's strongest"))
    return picture


def _square(name: str, grid: ArrayLike, n: int) -> np.ndarray:
    found = np.asarray(grid, dtype=float)
    if found.shape != (n, n):
        raise ValueError(
            f"{name}: expected {n} × {n} numbers, one row and one column per token, got shape "
            f"{found.shape}."
        )
    return found


def _reach_in_words(name: str, grid: np.ndarray) -> str:
    links = int((grid > 0).sum())
    own = int((np.diag(grid) > 0).sum())
    later = int((np.triu(grid, 1) > 0).sum())
    return _(
        "{name}: {links} links between positions, {own} of them from a position to itself, "
        "{later} from a later position.",
        name=name,
        links=links,
        own=own,
        later=later,
    )


@style.styled
def lens_grid(
    best: Sequence[Sequence[str]],
    shares: ArrayLike,
    tokens: Sequence[str],
    stages: Sequence[str],
) -> Picture:
    """Draw the likeliest next token at every stage and position, with its probability.

    Args:
        best: Stage by stage the spelling of the likeliest token at each position.
        shares: Stage × position: its probability.
        tokens: Spelling of the token that was read at each position.
        stages: Names of the stages, the first at the bottom.

    Raises:
        ValueError: If there is not one share per stage and token.
    """
    grid = np.asarray(shares, dtype=float)
    if grid.shape != (len(stages), len(tokens)):
        raise ValueError(
            f"expected {len(stages)} stages × {len(tokens)} tokens, got shape {grid.shape}. Leave "
            "out the batch axis."
        )
    picture = Picture(
        figsize=(style.FIGURE_WIDTH, 1.7 + 0.52 * len(stages)),
        description=_lens_in_words(best, grid, tokens, stages),
    )
    axes = picture.subplots()
    image = axes.imshow(
        grid, style.patterns(), vmin=0, vmax=1, aspect="auto", origin="lower",
        interpolation="nearest",
    )  # fmt: skip
    for (stage, position), share in np.ndenumerate(grid):
        ink = style.ink_on(style.patterns()(float(share)))
        said = style.drawable(best[stage][position])
        axes.text(position, stage, said, ha="center", va="center", color=ink, fontsize=12)
    axes.set_xticks(range(len(tokens)), [style.drawable(token) for token in tokens])
    axes.set_yticks(range(len(stages)), list(stages))
    axes.set_xlabel(_("token that was read; in the cells, the one that is expected next"))
    axes.grid(False)
    axes.tick_params(length=0)
    picture.colorbar(image, ax=axes).set_label(_("its probability"))
    return picture


def _lens_in_words(
    best: Sequence[Sequence[str]],
    shares: np.ndarray,
    tokens: Sequence[str],
    stages: Sequence[str],
) -> str:
    lines = [
        f"{stage}: "
        + ", ".join(
            f"{read} → {said} ({share:.0%})" for read, said, share in zip(*row, strict=True)
        )
        for stage, row in ((stage, (tokens, best[i], shares[i])) for i, stage in enumerate(stages))
    ]
    return _("Likeliest next token at each stage. {stages}.", stages="; ".join(lines))


@style.styled
def alignment(pattern: ArrayLike, source: Sequence[str], target: Sequence[str]) -> Picture:
    """Draw where each written word looked in the text that is translated.

    Args:
        pattern: Target × source; each row sums to 1.
        source: Words that are read.
        target: What is written at each row.

    Raises:
        ValueError: If there is not one row per target word and one column per source word.
    """
    grid = np.asarray(pattern, dtype=float)
    if grid.shape != (len(target), len(source)):
        raise ValueError(
            f"expected {len(target)} × {len(source)} weights, a row per target word and a column "
            f"per source word, got shape {grid.shape}. Choose one head, or take a mean over heads."
        )
    listed = ", ".join(
        f"{t} ← {source[int(row.argmax())]}" for t, row in zip(target, grid, strict=True)
    )
    picture = Picture(
        figsize=(style.FIGURE_WIDTH * 0.8, 1.9 + 0.36 * len(target)),
        description=_(
            "Cross-attention: each written word and where it looks most: {listed}.", listed=listed
        ),
    )
    axes = picture.subplots()
    image = axes.imshow(
        grid, style.patterns(), vmin=0, vmax=1, aspect="auto", interpolation="nearest"
    )
    for (row, column), share in np.ndenumerate(grid):
        if share >= 0.01:
            ink = style.ink_on(style.patterns()(float(share)))
            axes.text(
                column, row, f"{100 * share:.0f}", ha="center", va="center", color=ink, fontsize=11
            )
    axes.set_xticks(range(len(source)), list(source))
    axes.set_yticks(range(len(target)), list(target))
    axes.set_xlabel(_("English, read by the encoder"))
    axes.set_ylabel(_("French, to be written next"))
    axes.grid(False)
    axes.tick_params(length=0)
    picture.colorbar(image, ax=axes).set_label(_("share of the row, in cells in %"))
    return picture
