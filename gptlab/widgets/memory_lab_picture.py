"""The still picture of a `MemoryLab`: recorded curves, and the inside of one model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter
from numpy.typing import NDArray

from gptlab import style
from gptlab.catalogue import text as _
from gptlab.style import Picture
from gptlab.widgets.remembering import N_SYMBOLS, Reading, letter_of

Shares = NDArray[np.float32]
_LINES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (1, 1)))


@style.styled
def draw(
    curves: Mapping[str, Any],
    tokens: Sequence[int],
    answers: Mapping[str, Shares],
    watched: str,
    inside: Reading,
) -> Picture:
    """Draw the curves of an experiment, and below them what one model looks like inside.

    Args:
        curves: What `remembering.curves` returns, with a title and the models that are shown.
        tokens: The text that was read.
        answers: What each model gives each token as the answer.
        watched: The model that is looked into.
        inside: What was found there.
    """
    said = in_words(curves, tokens, answers, watched, inside)
    picture = Picture(figsize=(style.FIGURE_WIDTH, 7.4), description=said)
    above, below = picture.subfigures(2, 1, squeeze=False, height_ratios=[1.25, 1])[:, 0]
    _draw_curves(above.subplots(), curves, len(tokens) - 1)
    if len(inside.pattern):
        _draw_pattern(below.subplots(), inside, tokens, watched)
    else:
        _draw_states(below.subplots(), inside, watched)
    return picture


def _draw_curves(axes: Axes, curves: Mapping[str, Any], distance: int) -> None:
    places = curves["distances"]
    for i, model in enumerate(curves["models"]):
        colour, line = style.PALETTE[i % len(style.PALETTE)], _LINES[i % len(_LINES)]
        axes.fill_between(places, model["low"], model["high"], color=colour, alpha=0.18, lw=0)
        axes.plot(places, model["mean"], linestyle=line, color=colour, label=model["name"])
    axes.axhline(curves["chance"], color=style.QUIET, linestyle=":", label=_("chance"))
    axes.plot(
        places,
        curves["baseline"],
        color=style.QUIET,
        linewidth=1.2,
        label=_("counting the last 4 tokens"),
    )
    axes.axvline(distance, color=style.INK, linewidth=1.2)
    if curves["trained"]:
        axes.axvline(curves["trained"], color=style.QUIET, linestyle="--", linewidth=1.2)
    axes.set_ylim(0, 1.03)
    axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    axes.set_title(curves["title"], fontsize=13)
    axes.set_xlabel(_("distance, in tokens"))
    axes.set_ylabel(_("right answers"))
    axes.legend(loc="center left", bbox_to_anchor=(1, 0.5), fontsize=11)


def _draw_states(axes: Axes, inside: Reading, watched: str) -> None:
    axes.imshow(inside.states.T, "PuOr", vmin=-1, vmax=1, aspect="auto", interpolation="nearest")
    axes.grid(False)
    axes.set_title(_("hidden state of the {name}", name=watched), fontsize=13)
    axes.set_xlabel(_("token: the key first, the question last"))
    axes.set_ylabel(_("number of the state"))


def _draw_pattern(axes: Axes, inside: Reading, tokens: Sequence[int], watched: str) -> None:
    n = inside.pattern.shape[1]
    first = len(tokens) - n
    for head, row in enumerate(inside.pattern):
        axes.bar(np.arange(first, first + n) + 0.4 * head, row, 0.4,
                 label=_("head {head}", head=head + 1))  # fmt: skip
    axes.set_ylim(0, 1.03)
    axes.set_title(_("where the question of the {name} looks", name=watched), fontsize=13)
    axes.set_xlabel(_("token: the key is number 0"))
    axes.set_ylabel(_("weight"))
    axes.legend(fontsize=11)


def in_words(
    curves: Mapping[str, Any],
    tokens: Sequence[int],
    answers: Mapping[str, Shares],
    watched: str,
    inside: Reading,
) -> str:
    """Say what the curves show at the distance, what the models answer, and what is inside."""
    distance = len(tokens) - 1
    places = np.array(curves["distances"])
    at = int(np.abs(places - distance).argmin())
    shares = "; ".join(
        f"{each['name']} {each['mean'][at]:.0%} ({each['low'][at]:.0%}–{each['high'][at]:.0%})"
        for each in curves["models"]
    )
    key = tokens[0] - N_SYMBOLS
    given = "; ".join(
        f"{name} {letter_of(N_SYMBOLS + int(row[:N_SYMBOLS].argmax()))} ({row[key]:.0%})"
        for name, row in answers.items()
    )
    said = [
        _(
            "MemoryLab, {task}: right answers near a distance of {distance} (means of {n} "
            "trainings, lowest to highest): {shares}. Chance {chance:.1%}, counting the last 4 "
            "tokens {baseline:.1%}.",
            task=curves["title"],
            distance=distance,
            n=curves["n_seeds"],
            shares=shares,
            chance=curves["chance"],
            baseline=curves["baseline"][at],
        ),
        _(
            "One text with the key {key}, {distance} tokens before the question: the models answer "
            "(share given to the key): {given}.",
            key=letter_of(tokens[0]),
            distance=distance,
            given=given,
        ),
    ]
    if len(inside.pattern) and len(inside.pattern[0]) < len(tokens):
        said.append(_("The key lies outside the window of the {name}.", name=watched))
    elif len(inside.pattern):
        weights = ", ".join(f"{row[0]:.0%}" for row in inside.pattern)
        said.append(_("Weight on the key in each head: {weights}.", weights=weights))
    else:
        said.append(
            _(
                "The {name} keeps {n} numbers from token to token.",
                name=watched,
                n=inside.states.shape[1],
            )
        )
    return "\n".join(said)
