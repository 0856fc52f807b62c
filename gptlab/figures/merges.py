"""Merges: how they make tokens, and how texts get shorter with every one of them."""

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from gptlab import style
from gptlab.catalogue import text as _
from gptlab.style import Picture
from gptlab.tokenizers import ByteBPE, MergeStep, spelled

MOST_BYTES = 40  # a merge replay with more has no room for its letters
WIDE = 2.6  # a byte such as <E7>, in widths of a letter
SPACE_BETWEEN_WORDS = 0.5  # widths of a letter; no merge crosses it

Span = tuple[int, int]


@style.styled
def merge_replay(bpe: ByteBPE, text: str) -> Picture:
    """Draw how merges make the tokens of a text: one row per merge, new pieces in colour.

    Args:
        bpe: The merges.
        text: A word or two, 40 bytes at most.

    Raises:
        ValueError: If the text is empty or too long to be read.
    """
    n_bytes = len(text.encode())
    if not 0 < n_bytes <= MOST_BYTES:
        raise ValueError(
            f"expected a text of 1 to {MOST_BYTES} bytes, got {n_bytes}. Replay a word or two; "
            "TokenExplorer replays longer texts."
        )
    steps = bpe.replay(text)
    edges = _edges(bpe, steps[0])
    size = (style.FIGURE_WIDTH, 0.4 + 0.42 * len(steps))
    picture = Picture(figsize=size, description=_replay_in_words(bpe, text, steps))
    axes = picture.subplots()
    before = _spans(steps[0])
    for row, step in enumerate(steps):
        spans = _spans(step)
        for span, piece in spans.items():
            _draw_piece(axes, edges, row, span, _spelling(bpe, piece), new=span not in before)
        before = spans
    axes.set_yticks(range(len(steps)), [style.drawable(_merge(bpe, step)) for step in steps])
    axes.set_ylim(len(steps) - 0.5, -0.5)
    axes.set_xlim(-0.1, max(24.0, edges[-1][1] + 0.1))
    axes.set_xticks([])
    axes.grid(False)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    return picture


def _edges(bpe: ByteBPE, start: MergeStep) -> list[tuple[float, float]]:
    """Place every byte: a column stays where it is while the walls beside it fall."""
    edges, left = [], 0.0
    for word in start.pieces:
        for byte in word:
            width = WIDE if len(_spelling(bpe, byte)) > 1 else 1.0
            edges.append((left, left + width))
            left += width
        left += SPACE_BETWEEN_WORDS
    return edges


def _spans(step: MergeStep) -> dict[Span, bytes]:
    spans, first = {}, 0
    for word in step.pieces:
        for piece in word:
            spans[first, first + len(piece)] = piece
            first += len(piece)
    return spans


def _spelling(bpe: ByteBPE, piece: bytes) -> str:
    return spelled(bpe, [bpe.table.ranks[piece]])[0]


def _merge(bpe: ByteBPE, step: MergeStep) -> str:
    if step.index is None or step.pair is None:
        return _("single bytes")
    left, right = (_spelling(bpe, piece) for piece in step.pair)
    return _("merge {n:,}: {left} + {right}", n=step.index + 1, left=left, right=right)


def _draw_piece(
    axes: Axes,
    edges: Sequence[tuple[float, float]],
    row: int,
    span: Span,
    label: str,
    *,
    new: bool,
) -> None:
    left, right = edges[span[0]][0], edges[span[1] - 1][1]
    face, ink = (style.BLUE, "white") if new else (style.EMPTY, style.INK)
    corner = (left + 0.04, row - 0.4)
    box = Rectangle(corner, right - left - 0.08, 0.8, facecolor=face, edgecolor=style.QUIET, lw=0.8)
    axes.add_patch(box)
    size = 13 if edges[-1][1] <= 26 else 9
    middle = (left + right) / 2
    axes.text(
        middle, row, style.drawable(label), color=ink, ha="center", va="center", fontsize=size
    )


def _replay_in_words(bpe: ByteBPE, text: str, steps: Sequence[MergeStep]) -> str:
    words = [_("{name} on {text}.", name=bpe.name, text=repr(text))]
    for step in steps:
        pieces = " | ".join(_spelling(bpe, piece) for _span, piece in sorted(_spans(step).items()))
        words.append(f"{_merge(bpe, step)}: {pieces}.")
    return " ".join(words)


@style.styled
def tokens_against_merges(n_merges: Sequence[int], costs: Mapping[str, Sequence[float]]) -> Picture:
    """Draw how texts get shorter with every merge that is learned.

    Args:
        n_merges: How many merges there are, rising.
        costs: Name of a text to its tokens per byte, one for each of `n_merges`.
    """
    ends = [
        _(
            "{name}: {first:.2f} tokens per byte, {last:.2f} after {n:,} merges.",
            name=name,
            first=values[0],
            last=values[-1],
            n=n_merges[-1],
        )
        for name, values in costs.items()
    ]
    picture = Picture(description=" ".join(ends))
    axes = picture.subplots()
    for name, values in costs.items():
        (line,) = axes.plot(n_merges, values, marker="o", label=name)
        axes.text(
            n_merges[-1], values[-1], f"  {values[-1]:.2f}", va="center", color=line.get_color()
        )
    axes.set_xlabel(_("merges learned from the plays"))
    axes.set_ylabel(_("tokens per byte of text"))
    axes.set_ylim(0, 1.08)
    axes.margins(x=0.07)
    axes.xaxis.set_major_formatter("{x:,.0f}")
    axes.legend(loc="lower left")
    return picture
