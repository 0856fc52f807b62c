"""The still picture of an `AttentionExplorer`: the same numbers, for GitHub and for paper."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import FigureBase, SubFigure
from numpy.typing import NDArray

from gptlab import style
from gptlab.catalogue import text as _
from gptlab.style import Picture
from gptlab.tokenizers.spelling import visible
from gptlab.widgets.grouping import blocks, quoted
from gptlab.widgets.spellings import spellings

MOST_LABELS = 26  # along a side of the large map
MOST_LETTERS = 9  # of a label
MOST_NUMBERS = 10  # tokens whose cells have room for a number
MAPS, BARS = 5.3, 2.2  # inches: height of the maps, of the bars below them
LEAST = 0.2  # percentage points along the bars' axis
SMALL = 3.9  # inches: width of all small maps together
Answer = dict[str, Any]


@style.styled
def draw(attention: Answer, effect: Answer) -> Picture:
    """Draw all heads, one of them large, and what it does to the next token.

    Args:
        attention: What `attending.attention` returns.
        effect: What `attending.effect` returns.
    """
    description = in_words(attention, effect)
    if attention["error"]:
        return _said(attention["error"], description)
    picture = Picture(figsize=(style.FIGURE_WIDTH, MAPS + BARS), description=description)
    draw_into(picture, attention, effect)
    return picture


def draw_into(figure: FigureBase, attention: Answer, effect: Answer) -> None:
    """Draw into a figure, or into a part of one; it must be drawn in gptlab's style."""
    maps, bars = _side_by_side(figure, 2, 1, height_ratios=[MAPS, BARS])
    small, large = _side_by_side(maps, 1, 2, width_ratios=[9, 10])
    used = min(0.9, (0.6 + attention["n_layers"] * (0.15 + SMALL / attention["n_heads"])) / MAPS)
    grid, note = _side_by_side(small, 2, 1, height_ratios=[used, 1 - used])
    _draw_small(grid, attention)
    note.text(0.03, 0.95, _note(attention), va="top", fontsize=12, color=style.QUIET)
    _draw_large(large, attention)
    if effect["error"]:
        bars.text(0.02, 0.8, style.drawable(effect["error"]), va="top", wrap=True)
    else:
        _draw_bars(bars, effect)


def _note(attention: Answer) -> str:
    if attention["n_left_out"]:
        return _(
            "A small map for each head: rows look,\ncolumns are looked at, bright is much.\n"
            "The newest {n} tokens are read;\n{left} before them were left out.",
            n=len(attention["ids"]),
            left=attention["n_left_out"],
        )
    return _("A small map for each head: rows look,\ncolumns are looked at, bright is much.")


def _side_by_side(
    figure: FigureBase, n_rows: int, n_columns: int, **ratios: Any
) -> list[SubFigure]:
    return list(np.ravel(figure.subfigures(n_rows, n_columns, squeeze=False, **ratios)))


def _said(sentence: str, description: str) -> Picture:
    picture = Picture(figsize=(style.FIGURE_WIDTH, 0.8), description=description)
    picture.text(0.02, 0.5, style.drawable(sentence), va="center")
    return picture


def _draw_small(figure: SubFigure, attention: Answer) -> None:
    n_layers, n_heads = attention["n_layers"], attention["n_heads"]
    side = attention["side"]
    levels = np.frombuffer(attention["overview"], dtype=np.uint8)
    levels = levels.reshape(n_layers, n_heads, side, side)
    panels = figure.subplots(n_layers, n_heads, squeeze=False)
    for (layer, head), axes in np.ndenumerate(panels):
        level = levels[layer, head]
        _show(axes, np.ma.masked_array((level - 1.0) / 254, level == 0))
        axes.set(xticks=[], yticks=[])
        chosen = (layer, head) == (attention["layer"], attention["head"])
        axes.spines[:].set(visible=chosen, color=style.VERMILION, linewidth=3)
        if layer == 0:
            axes.set_title(f"{head}", loc="center", fontsize=12)
        if head == 0:
            axes.set_ylabel(f"{layer}", fontsize=12, rotation=0, ha="right", va="center")
    figure.suptitle(_("head"), fontsize=12)
    figure.supylabel(_("layer"), fontsize=12)


def _draw_large(figure: SubFigure, attention: Answer) -> None:
    axes = figure.subplots()
    grid = pattern(attention)
    image = _show(axes, grid)
    labels = [_short(style.drawable(whole)) + part for whole, part in _whole_and_part(attention)]
    every = range(0, len(labels), -(-len(labels) // MOST_LABELS))
    size = max(7.0, min(12.0, 190 / len(every)))
    axes.set_xticks(every, [labels[i] for i in every], rotation=90, fontsize=size)
    axes.set_yticks(every, [labels[i] for i in every], fontsize=size)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    axes.set_title(_heading(attention))
    axes.set_xlabel(_("key: the token looked at"), color=style.KEY)
    axes.set_ylabel(_("query: the token that looks"), color=style.QUERY)
    if len(labels) <= MOST_NUMBERS:
        _number_cells(axes, grid)
    scale = figure.colorbar(image, ax=axes, orientation="horizontal", shrink=0.8, aspect=30)
    scale.set_label(_("share of the row, in %"), fontsize=12)
    scale.set_ticks([0, 0.25, 0.5, 0.75, 1], labels=["0", "25", "50", "75", "100"])


def _show(axes: Axes, grid: np.ma.MaskedArray[Any, Any]) -> Any:
    axes.grid(False)
    return axes.imshow(grid, cmap=style.patterns(), vmin=0, vmax=1, interpolation="nearest")


def _number_cells(axes: Axes, grid: np.ma.MaskedArray[Any, Any]) -> None:
    colours = style.patterns()
    for row, column in np.argwhere(~np.ma.getmaskarray(grid)):
        share = float(grid[row, column])
        ink = style.ink_on(colours(share))
        number = f"{100 * share:.0f}"
        axes.text(column, row, number, ha="center", va="center", color=ink, fontsize=10)


def _draw_bars(figure: SubFigure, effect: Answer) -> None:
    names, changes = zip(*changed(effect), strict=True)
    axes = figure.subplots()
    colours = [style.PURPLE if i % 2 == 0 else style.QUIET for i in range(len(names))]
    bars = axes.barh(names, changes, color=colours)
    axes.bar_label(bars, labels=[points(change) for change in changes], padding=5)
    axes.axvline(0, color=style.INK, linewidth=1)
    axes.invert_yaxis()
    axes.margins(x=0.25)
    left, right = axes.get_xlim()
    if right - left < LEAST:  # or noise would look large
        axes.set_xlim(-LEAST / 2, LEAST / 2)
    axes.set_xlabel(_("change of the probability, in percentage points"))
    axes.grid(axis="y", visible=False)
    axes.set_title(style.drawable(_guess(effect)), fontsize=13)


def pattern(attention: Answer) -> np.ma.MaskedArray[Any, Any]:
    """Return the large map; cells that the mask hides are masked here too."""
    n = len(attention["ids"])
    weights = np.frombuffer(attention["pattern"], dtype="<f4").reshape(n, n)
    if attention["scores"] is not None:
        hidden = np.isneginf(np.frombuffer(attention["scores"], dtype="<f4").reshape(n, n))
    else:
        hidden = ~np.tri(n, dtype=bool) & attention["causal"]
    return np.ma.masked_array(weights, hidden)


def changed(effect: Answer) -> list[tuple[str, float]]:
    """Return without what the next token's probability changed, and by how many percentage points.

    A model or a head that there is not is left out.
    """
    trained, untrained = probabilities(effect).reshape(2, 3)
    own = {"layer": effect["layer"], "head": effect["head"]}
    other = dict(zip(("layer", "head"), effect["random"] or (), strict=False))
    cases = [(_("without layer {layer}, head {head}", **own), trained[1] - trained[0])]
    if other:
        name = _("without a random one: layer {layer}, head {head}", **other)
        cases.append((name, trained[2] - trained[0]))
    for number, head in enumerate([own, other] if other else [own], start=1):
        name = _("untrained, without layer {layer}, head {head}", **head)
        cases.append((name, untrained[number] - untrained[0]))
    return [(name, 100 * float(change)) for name, change in cases if not np.isnan(change)]


def probabilities(effect: Answer) -> NDArray[np.float32]:
    """Return the six probabilities of an effect."""
    return np.frombuffer(effect["probabilities"], dtype="<f4")


def points(change: float) -> str:
    """Write a change in percentage points with its sign.

    Example:
        >>> points(-4.207), points(0.31), points(0.0001)
        ('−4.21', '+0.31', '0.00')
    """
    number = f"{abs(change):.2f}"
    sign = "" if number == "0.00" else "−" if change < 0 else "+"
    return sign + number


def names(attention: Answer) -> list[str]:
    """Name every token: as it is spelled, or `牡 (1/3)` for a third of a character."""
    return [whole + part for whole, part in _whole_and_part(attention)]


def _whole_and_part(attention: Answer) -> list[tuple[str, str]]:
    return [
        ("".join(block.characters), f" ({part}/{len(block.tokens)})" if block.is_cut else "")
        for block in blocks(spellings(attention))
        for part in range(1, len(block.tokens) + 1)
    ]


def in_words(attention: Answer, effect: Answer) -> str:
    """Say what the picture shows: the text, where the head looks, and whether it matters."""
    said = [f"AttentionExplorer: {quoted(attention['text'])}"]
    if attention["error"]:
        return "\n".join([*said, attention["error"]])
    tokens, last = names(attention), pattern(attention)[-1]
    said.append(
        _(
            "{head}: the last of {n} tokens, “{query}”, looks most at “{key}” ({share:.1%}).",
            head=_heading(attention),
            n=len(tokens),
            query=tokens[-1],
            key=tokens[int(last.argmax())],
            share=float(last.max()),
        )
    )
    if effect["error"]:
        return "\n".join([*said, effect["error"]])
    listed = "; ".join(f"{name}: {points(change)}" for name, change in changed(effect))
    return "\n".join([*said, _guess(effect), _("Percentage points {listed}.", listed=listed)])


def _heading(attention: Answer) -> str:
    return _("Layer {layer}, head {head}", layer=attention["layer"], head=attention["head"])


def _guess(effect: Answer) -> str:
    return _(
        "The likeliest next token is “{token}”: {probability:.2%}.",
        token=visible(bytes.fromhex(effect["token_bytes"])),
        probability=float(probabilities(effect)[0]),
    )


def _short(name: str) -> str:
    return name if len(name) <= MOST_LETTERS else f"{name[: MOST_LETTERS - 1]}…"
