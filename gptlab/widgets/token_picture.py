"""The still picture of a `TokenExplorer`: the same numbers, for GitHub and for paper."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.font_manager import FontProperties
from matplotlib.patches import FancyBboxPatch
from matplotlib.textpath import text_to_path

from gptlab import style
from gptlab.catalogue import plural
from gptlab.catalogue import text as _
from gptlab.style import Picture
from gptlab.tokenizers.spelling import visible
from gptlab.widgets.grouping import Block, blocks, quoted
from gptlab.widgets.spellings import spellings

MOST_DRAWN = 60  # tokens of each tokenizer; a picture cannot be scrolled
MOST_SPELLED = 40  # in words
COLOURS = (style.BLUE, style.ORANGE, style.GREEN, style.PURPLE)
WIDTH, LINE, HEAD, NOTE, GAP, PAD = 9.0, 0.64, 0.36, 0.25, 0.07, 0.12  # inches
UNDER, FOOT, STEP = 0.27, 0.08, 0.13  # inches: a torn character, its ids' middle, their distance
TEXT, NOTES, SMALL = 13.0, 10.0, 8.0  # points


@dataclass(frozen=True)
class Row:
    """One tokenizer's tokens, or those after some merges."""

    title: str
    ids: Sequence[int]
    spellings: Sequence[bytes]
    note: str = ""


def row_of(cut: dict[str, Any]) -> Row:
    """Read one tokenizer's part of what `counted` returned."""
    title = _("{name}: {count}", name=cut["name"], count=n_tokens(cut["n_tokens"]))
    more = cut["n_tokens"] - min(len(cut["ids"]), MOST_DRAWN)
    note = cut["error"] or (_("… and {n:,} more, counted but not drawn", n=more) if more else "")
    return Row(title, cut["ids"], spellings(cut), note)


def n_tokens(n: int) -> str:
    """Say how many tokens, such as `1 token` or `1,234 tokens`."""
    return plural("{count} token", "{count} tokens", n, count=f"{n:,}")


def draw(rows: Sequence[Row], description: str) -> Picture:
    """Draw rows of tokens: characters above, ids below, bytes where a character is cut."""
    with style.applied():
        placed = [list(_lines(row)) for row in rows]
        heights = [
            HEAD + LINE * max(1, len(lines)) + bool(row.note) * 0.25
            for row, lines in zip(rows, placed, strict=True)
        ]
        height = sum(heights) + 0.2
        picture = Picture(figsize=(WIDTH, height), description=description, layout="none")
        FigureCanvasAgg(picture)
        axes = picture.add_axes((0, 0, 1, 1))
        axes.set(xlim=(0, WIDTH), ylim=(0, height))
        axes.axis("off")
        top = height - 0.1
        for row, lines, used in zip(rows, placed, heights, strict=True):
            _draw_row(axes, row, lines, top)
            top -= used
        return picture


Cell = tuple[float, Block]


def _draw_row(axes: Axes, row: Row, lines: Sequence[Sequence[Cell]], top: float) -> None:
    axes.text(0.1, top - 0.18, style.drawable(row.title), va="center", size=TEXT)
    for number, line in enumerate(lines):
        for left, block in line:
            _draw_block(axes, row, block, left, top - HEAD - LINE * number)
    if row.note:
        below = top - HEAD - LINE * len(lines) - 0.1
        axes.text(0.1, below, style.drawable(row.note), va="center", size=NOTES, color=style.QUIET)


def _draw_block(axes: Axes, row: Row, block: Block, left: float, top: float) -> None:
    width = _width(row, block)
    _write(axes, left + width / 2, top - 0.14, _drawable(block), TEXT)
    if block.is_cut:
        _box(axes, left, top, width, LINE - GAP, face="none")
    wanted = sum(_part_width(row, token) for token in block.tokens)
    for token in block.tokens:
        part = _part_width(row, token) * width / wanted
        under = top - UNDER if block.is_cut else top
        _box(axes, left, under, part, under - top + LINE - GAP, face=COLOURS[token % len(COLOURS)])
        middle, foot = left + part / 2, top - LINE + GAP + FOOT
        _write(axes, middle, foot, f"{row.ids[token]}", SMALL)
        if block.is_cut:
            _write(axes, middle, foot + STEP, _bytes(row, token), SMALL)
        left += part


def _write(axes: Axes, middle: float, height: float, words: str, size: float) -> None:
    axes.text(middle, height - size / 200, words, ha="center", va="baseline", size=size)


def _bytes(row: Row, token: int) -> str:
    return row.spellings[token].hex(" ").upper()


def _drawable(block: Block) -> str:
    # Where one code point of a sign cannot be drawn, all are spelled out, joiners too.
    whole = (c if not style.missing(c) else visible(c.encode()) for c in block.characters)
    return style.drawable("".join(whole))


def _box(axes: Axes, left: float, top: float, width: float, height: float, face: str) -> None:
    corner = (left + 0.01, top - height)
    box = FancyBboxPatch(corner, width - 0.02, height, boxstyle="round,pad=0,rounding_size=0.04")
    box.set(facecolor="none" if face == "none" else (face, 0.22), edgecolor=style.QUIET, lw=0.6)
    axes.add_patch(box)


def _lines(row: Row) -> Iterator[list[Cell]]:
    line: list[Cell] = []
    left = 0.1
    for block in blocks(row.spellings):
        if block.tokens.stop > MOST_DRAWN and line:
            break
        width = _width(row, block)
        if line and left + width > WIDTH - 0.1:
            yield line
            line, left = [], 0.1
        line.append((left, block))
        left += width + 0.02
    if line:
        yield line


def _width(row: Row, block: Block) -> float:
    parts = sum(_part_width(row, token) for token in block.tokens)
    return max(parts, _measured(_drawable(block), TEXT) + PAD)


def _part_width(row: Row, token: int) -> float:
    raw, number = _bytes(row, token), f"{row.ids[token]}"
    return max(_measured(raw, SMALL), _measured(number, SMALL)) + PAD


def in_words(counts: dict[str, Any], name: str) -> str:
    """Say what the picture shows: the text, the counts and the first tokens."""
    lines = [
        _(
            "{name}: {text} ({bytes:,} bytes, {characters:,} characters)",
            name=name,
            text=quoted(counts["text"]),
            bytes=counts["n_bytes"],
            characters=counts["n_characters"],
        )
    ]
    for cut in counts["tokenizers"]:
        row = row_of(cut)
        spelled = " | ".join(map(visible, row.spellings[:MOST_SPELLED]))
        more = " | …" if cut["n_tokens"] > MOST_SPELLED else ""
        lines.append(f"{row.title}: {cut['error'] or spelled + more}")
    return "\n".join(lines)


@cache
def _measured(words: str, size: float) -> float:
    """Measure a line, in inches; called in gptlab's style only, so that the font is the same."""
    width, _height, _descent = text_to_path.get_text_width_height_descent(
        words, FontProperties(size=size), ismath=False
    )
    return float(width) / 72
