"""Pictures from numbers: no function here runs a model, each returns a `style.Picture`."""

from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import ParamSpec

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import FancyBboxPatch
from matplotlib.transforms import blended_transform_factory
from numpy.typing import ArrayLike, NDArray

from gptlab import style
from gptlab.catalogue import plural
from gptlab.catalogue import text as _
from gptlab.style import Picture

P = ParamSpec("P")
MEAN_OVER = 25  # steps that the bold line of a loss curve averages
MOST_NUMBERS = 10  # a heat map with more tokens has no room for a number in each cell
MOST_LABELS = 48


def _styled(draw: Callable[P, Picture]) -> Callable[P, Picture]:
    @wraps(draw)
    def in_style(*args: P.args, **options: P.kwargs) -> Picture:
        with style.applied():
            return draw(*args, **options)

    return in_style


@_styled
def loss_curve(
    steps: Sequence[int],
    losses: Sequence[float],
    validation: Mapping[int, float] | None = None,
    *,
    baselines: Mapping[str, float] | None = None,
    n_steps: int = 0,
) -> Picture:
    """Draw the loss of a run, step by step, beside what predictors without a network reach.

    Args:
        steps: Optimizer steps, rising.
        losses: Loss on each step's batch, in nats per token.
        validation: Step to the loss on the validation split, in nats per token.
        baselines: Name to a loss in nats per token, each a dashed line.
        n_steps: Where the axis ends, so that a run that goes on grows into the empty part.
    """
    validation, baselines = validation or {}, baselines or {}
    picture = Picture(description=_loss_in_words(steps, losses, validation, baselines))
    axes = picture.subplots()
    axes.plot(steps, losses, color=style.SKY, linewidth=0.8, label=_("each batch"))
    if len(losses) >= MEAN_OVER:
        means = np.convolve(losses, np.full(MEAN_OVER, 1 / MEAN_OVER), mode="valid")
        label = _("mean of {n} batches", n=MEAN_OVER)
        axes.plot(steps[MEAN_OVER - 1 :], means, color=style.BLUE, label=label)
    if validation:
        label = _("validation: plays it never trained on")
        axes.plot([*validation], [*validation.values()], "o", color=style.VERMILION, label=label)
    for name, loss in baselines.items():
        _dashed_line(axes, loss, f"{name} {loss:.2f}")
    axes.set_xlabel(_("optimizer steps"))
    axes.set_ylabel(_("loss, nats per token"))
    axes.set_xlim(0, max(n_steps, *steps, 1) if steps else max(n_steps, 1))
    axes.set_ylim(bottom=0)
    if steps:
        axes.legend(loc="lower left", ncols=3, fontsize=11)
    return picture


def _dashed_line(axes: Axes, height: float, label: str) -> None:
    axes.axhline(height, color=style.QUIET, linestyle="--", linewidth=1.2)
    at_right = blended_transform_factory(axes.transAxes, axes.transData)
    axes.text(1, height, label, transform=at_right, ha="right", va="bottom", color=style.INK)


def _loss_in_words(
    steps: Sequence[int],
    losses: Sequence[float],
    validation: Mapping[int, float],
    baselines: Mapping[str, float],
) -> str:
    if not steps:
        return _("Loss curve before the first step.")
    words = [
        _(
            "Loss curve: from {first:.2f} nats per token at step {start} to {last:.2f} at step "
            "{end} (mean of the last {n} batches).",
            first=losses[0],
            start=steps[0],
            last=float(np.mean(losses[-MEAN_OVER:])),
            end=steps[-1],
            n=min(MEAN_OVER, len(losses)),
        )
    ]
    for step, loss in validation.items():
        words.append(_("Validation at step {step}: {loss:.2f}.", step=step, loss=loss))
    words += [f"{name}: {loss:.2f}." for name, loss in baselines.items()]
    return " ".join(words)


@_styled
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


@_styled
def parameter_bars(counts: Mapping[str, int]) -> Picture:
    """Draw where a model's parameters are.

    Args:
        counts: Part of the model to its number of parameters.
    """
    total = sum(counts.values())
    shares = ", ".join(f"{name} {count:,} ({count / total:.1%})" for name, count in counts.items())
    picture = Picture(
        figsize=(style.FIGURE_WIDTH, 1.1 + 0.5 * len(counts)),
        description=_("{total:,} parameters: {shares}.", total=total, shares=shares),
    )
    axes = picture.subplots()
    bars = axes.barh(
        [style.drawable(name) for name in counts], [*counts.values()], color=style.BLUE
    )
    labels = [f"{count:,}  ({count / total:.1%})" for count in counts.values()]
    axes.bar_label(bars, labels=labels, padding=6, color=style.INK)
    axes.invert_yaxis()
    axes.margins(x=0.3)
    axes.set_xlim(left=0)
    axes.set_xlabel(_("parameters"))
    axes.xaxis.set_major_formatter("{x:,.0f}")
    axes.grid(axis="y", visible=False)
    return picture


Lesson = tuple[str, str, bool]
"""Title, the question that the lesson answers, and whether it is there yet."""


def lessons() -> list[Lesson]:
    """List the course, lesson 0 first."""
    return [
        (_("Start"), _("What does a GPT do, and how is one made?"), True),
        (_("Tokens"), _("What does it read instead of letters?"), False),
        (_("Word vectors"), _("How can numbers stand for words?"), False),
        (_("Positions"), _("How does it know the order?"), False),
        (_("Attention"), _("How do tokens look at each other?"), False),
        (_("RNN or Transformer"), _("What was gained, what was lost?"), False),
        (_("Two objectives"), _("Fill a gap, or say what comes next?"), False),
        (_("Fine-tuning"), _("How does it learn to answer?"), False),
        (_("Training"), _("What happens in one step?"), False),
        (_("Decoding"), _("How is the next token chosen?"), False),
        (_("The whole block"), _("What does each part contribute?"), False),
        (_("Long texts"), _("What does length cost?"), False),
        (_("Probability"), _("What do its percentages mean?"), False),
        (_("Claims"), _("What do people say, and is it so?"), False),
    ]


@_styled
def course_map(lessons: Sequence[Lesson]) -> Picture:
    """Draw the lessons as a map: what is there, and what is to come.

    Args:
        lessons: What `lessons` lists.
    """
    there = [title for title, _question, ready in lessons if ready]
    later = [title for title, _question, ready in lessons if not ready]
    picture = Picture(
        figsize=(style.FIGURE_WIDTH, 0.5 + 0.95 * -(-len(lessons) // 2)),
        description=_(
            "Map of the course. Ready: {there}. To come: {later}.",
            there=", ".join(there) or "–",
            later=", ".join(later) or "–",
        ),
    )
    axes = picture.subplots()
    rows = -(-len(lessons) // 2)
    for number, (title, question, ready) in enumerate(lessons):
        corner = (number // rows * 1.0, rows - 1.0 - number % rows)
        _lesson_box(axes, corner, f"{number} · {title}", question, ready)
    axes.set_xlim(-0.02, 2)
    axes.set_ylim(-0.1, rows)
    axes.set_axis_off()
    handles = [Line2D([], [], marker="s", linestyle="", markersize=12, color=style.BLUE)]
    handles.append(
        Line2D([], [], marker="s", linestyle="", markersize=12, mfc=style.EMPTY, mec=style.LINE)
    )
    names = [_("ready"), _("to come")]
    picture.legend(handles, names, loc="outside lower left", ncols=2)
    return picture


def _lesson_box(
    axes: Axes, corner: tuple[float, float], title: str, question: str, ready: bool
) -> None:
    x, y = corner
    face, ink = (style.BLUE, "white") if ready else (style.EMPTY, style.INK)
    box = FancyBboxPatch(
        (x + 0.03, y + 0.1),
        0.92,
        0.75,
        boxstyle="round,pad=0,rounding_size=0.04",
        facecolor=face,
        edgecolor=style.BLUE if ready else style.LINE,
        mutation_aspect=3,
    )
    axes.add_patch(box)
    axes.text(x + 0.06, y + 0.61, title, color=ink, fontsize=13, va="center")
    axes.text(x + 0.06, y + 0.31, question, color=ink, fontsize=10.5, va="center")
