"""The still picture of a `VectorExplorer`: the map, what is near, and the sum."""

from __future__ import annotations

from typing import Any

from gptlab import style
from gptlab.catalogue import text as _
from gptlab.style import Picture
from gptlab.widgets.exploring import numbers_of
from gptlab.widgets.vector_explorer_words import method_words


def draw(answer: dict[str, Any], added: dict[str, Any], title: str) -> Picture:
    """Draw what `exploring.explored` and `exploring.summed` returned.

    Args:
        answer: The words.
        added: The sum.
        title: What the description begins with.
    """
    with style.applied():
        picture = Picture(
            figsize=(style.FIGURE_WIDTH, 4.8), description=in_words(answer, added, title)
        )
        left, right = picture.subplots(1, 2, width_ratios=[1.5, 1])
        points, n_own = numbers_of(answer["points"], 2), len(answer["words"])
        for number, (word, (x, y)) in enumerate(zip(answer["mapped"], points, strict=True)):
            face = style.BLUE if number < n_own else "none"
            left.scatter([x], [y], s=30, facecolor=face, edgecolor=style.BLUE)
            left.text(x, y, f" {style.drawable(word)}", va="bottom", fontsize=10)
        left.set_title(method_words()[answer["method"]])
        left.margins(0.15)
        left.set(xticks=[], yticks=[])
        cosines = numbers_of(answer["cosines"])
        names = [style.drawable(word) for word in answer["near"]]
        bars = right.barh(range(len(names)), cosines, color=style.BLUE)
        right.bar_label(bars, [f"{cosine:.2f}" for cosine in cosines], padding=4)
        right.set_yticks(range(len(names)), names)
        right.invert_yaxis()
        right.set_xlim(0, 1.2)
        right.set_xlabel(_("cosine"))
        right.set_title(_("near {word}", word=style.drawable(answer["chosen"])))
        right.grid(axis="y", visible=False)
    return picture


def in_words(answer: dict[str, Any], added: dict[str, Any], title: str) -> str:
    """Say the chosen word's neighbours, the words that are missing, and the sum."""
    lines = [f"{title}: {', '.join(answer['words']) or '–'}."]
    if answer["missing"]:
        lines.append(_("Not in the table: {words}.", words=", ".join(answer["missing"])))
    if answer["near"]:
        pairs = zip(answer["near"], numbers_of(answer["cosines"]), strict=True)
        near = ", ".join(f"{word} {cosine:.2f}" for word, cosine in pairs)
        lines.append(_("Nearest to {word}: {near}.", word=answer["chosen"], near=near))
    if added["near"]:
        pairs = zip(added["near"], numbers_of(added["cosines"]), strict=True)
        near = ", ".join(f"{word} {cosine:.2f}" for word, cosine in pairs)
        start, minus, plus = added["asked"]
        lines.append(f"{start} − {minus} + {plus}: {near}.")
    return "\n".join(lines)
