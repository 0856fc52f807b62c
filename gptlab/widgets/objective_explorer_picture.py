"""The still picture of an `ObjectiveExplorer`: the same numbers, for GitHub and for paper."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from gptlab import style
from gptlab.catalogue import text as _
from gptlab.style import Picture
from gptlab.tokenizers.spelling import visible
from gptlab.widgets.attention_picture import names
from gptlab.widgets.grouping import quoted
from gptlab.widgets.objective_explorer_answers import no_left_side

Answer = dict[str, Any]


@style.styled
def draw(answer: Answer, objective: str) -> Picture:
    """Draw the first gap's likeliest tokens of both models, and which predictions moved.

    Args:
        answer: What `objective_explorer_answers.answered` returns.
        objective: `next` or `masked`: whose matrix of who sees whom is drawn.
    """
    picture = Picture(figsize=(style.FIGURE_WIDTH, 4.6), description=in_words(answer, objective))
    if answer["error"]:
        picture.text(0.02, 0.5, style.drawable(answer["error"]), va="center", wrap=True)
        return picture
    left, middle, right = picture.subplots(1, 3, squeeze=False)[0]
    _draw_likeliest(left, answer["causal"][0], _("causal: left side"), style.BLUE)
    _draw_likeliest(middle, answer["masked"][0], _("masked: both sides"), style.ORANGE)
    _draw_matrix(right, len(answer["ids"]), objective)
    return picture


def moved(answer: Answer) -> NDArray[np.float32]:
    """Return by how much logits moved: causal and masked model, one column per token."""
    return np.frombuffer(answer["moved"], dtype="<f4").reshape(2, -1)


def _draw_likeliest(axes: Axes, likeliest: list[Answer], title: str, colour: str) -> None:
    axes.set_title(title, fontsize=12)
    if not likeliest:
        axes.text(0.5, 0.5, style.drawable(no_left_side()), ha="center", wrap=True, fontsize=11)
        axes.set_axis_off()
        return
    spelt = [style.drawable(visible(bytes.fromhex(one["bytes"]))) for one in likeliest]
    axes.barh(range(len(spelt)), [100 * one["probability"] for one in likeliest], color=colour)
    axes.set_yticks(range(len(spelt)), spelt)
    axes.invert_yaxis()
    axes.grid(axis="y", visible=False)
    axes.set_xlabel(_("probability, %"))


def _draw_matrix(axes: Axes, n: int, objective: str) -> None:
    grid = np.ones((n, n)) if objective == "masked" else np.tril(np.ones((n, n)))
    axes.imshow(grid, style.patterns(), vmin=0, vmax=1.4, interpolation="nearest")
    axes.grid(False)
    axes.set_title(_("who may look at whom"), fontsize=12)
    axes.set_xlabel(_("looked at"))
    axes.set_ylabel(_("looks"))


def in_words(answer: Answer, objective: str) -> str:
    """Say what the picture shows."""
    said = [f"ObjectiveExplorer: {quoted(answer['text'])}"]
    if answer["error"]:
        return "\n".join([*said, answer["error"]])
    for number, (causal, masked) in enumerate(zip(answer["causal"], answer["masked"], strict=True)):
        said.append(
            _(
                "Gap {number}: the causal model expects {causal}; the masked model {masked}.",
                number=number + 1,
                causal=_best(causal),
                masked=_best(masked),
            )
        )
    before = moved(answer)[:, : answer["changed"]]
    spelt = names(answer)
    said.append(
        _(
            "With token {place} ({token}) replaced, the causal model moved at {first} of {n} "
            "places before it, the masked one at {second}.",
            place=answer["changed"] + 1,
            token=spelt[answer["changed"]],
            first=int((before[0] > 0).sum()),
            second=int((before[1] > 0).sum()),
            n=before.shape[1],
        )
    )
    n = len(answer["ids"])
    is_open = n * n if objective == "masked" else n * (n + 1) // 2
    said.append(_("Of {all} pairs, {open} are open.", all=n * n, open=is_open))
    return "\n".join(said)


def _best(likeliest: list[Answer]) -> str:
    if not likeliest:
        return "–"
    best = likeliest[0]
    return f"“{visible(bytes.fromhex(best['bytes']))}” ({best['probability']:.1%})"
