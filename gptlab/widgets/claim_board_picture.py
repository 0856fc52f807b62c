"""The still picture of a `ClaimBoard`: the chosen claims of each lesson, by verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gptlab import style
from gptlab.catalogue import text as _
from gptlab.claims.ledger import VERDICTS
from gptlab.style import Picture
from gptlab.widgets.claim_board_numbers import counted
from gptlab.widgets.claim_board_words import state_words, verdict_words

HATCHES = ("", "//", "..", "xx")  # so that no verdict is told by colour alone


@style.styled
def draw(entries: Sequence[Mapping[str, Any]], lessons: Mapping[str, str]) -> Picture:
    """Draw one bar for each lesson.

    Args:
        entries: The chosen claims.
        lessons: Title by number, of all lessons that have claims.
    """
    colours = (style.GREEN, style.SKY, style.ORANGE, style.VERMILION)
    words = verdict_words()
    picture = Picture(figsize=(style.FIGURE_WIDTH, 4.6), description=_in_words(entries))
    axes = picture.subplots()
    names = [f"{int(number)} · {title}" for number, title in lessons.items()]
    before = [0] * len(lessons)
    for verdict, colour, hatch in zip(VERDICTS, colours, HATCHES, strict=True):
        numbers = [
            sum(e["verdict"] == verdict and e["lesson"] == lesson for e in entries)
            for lesson in lessons
        ]
        axes.barh(
            names, numbers, left=before, color=colour, hatch=hatch, edgecolor="white",
            label=words[verdict],
        )  # fmt: skip
        before = [sum(pair) for pair in zip(before, numbers, strict=True)]
    axes.invert_yaxis()
    axes.set_xlabel(_("claims"))
    picture.legend(loc="outside lower left", ncols=len(VERDICTS))
    return picture


def _in_words(entries: Sequence[Mapping[str, Any]]) -> str:
    verdicts, states = counted(entries, "verdict"), counted(entries, "state")
    names, kinds = verdict_words(), state_words()
    return _(
        "ClaimBoard: {n} claims. {verdicts}. {states}.",
        n=len(entries),
        verdicts=", ".join(f"{names[name]}: {number}" for name, number in verdicts.items()),
        states=", ".join(f"{kinds[name]}: {number}" for name, number in states.items()),
    )
