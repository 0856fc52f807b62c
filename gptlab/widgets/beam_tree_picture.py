"""The still picture of a `BeamTree`: the same numbers, for GitHub and for paper."""

from __future__ import annotations

import math
from typing import Any

from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch, PathPatch
from matplotlib.path import Path

from gptlab import style
from gptlab.catalogue import text as _
from gptlab.style import Picture
from gptlab.tokenizers.spelling import visible
from gptlab.widgets.beam_tree_words import stop_words
from gptlab.widgets.grouping import quoted

WIDTH, HEIGHT = 0.74, 0.72  # of a token's box, in columns and rows
LETTERS = 11
Answer = dict[str, Any]


@style.styled
def draw(answer: Answer, name: str) -> Picture:
    """Draw the tree: a column per step, kept tokens above a line, dropped ones below it.

    Args:
        answer: What `beam_tree_numbers.grown` returns.
        name: What the model is called.
    """
    rows = max((len(column) for column in answer["steps"]), default=1)
    picture = Picture(
        figsize=(style.FIGURE_WIDTH, 1.3 + 0.3 * rows), description=in_words(answer, name)
    )
    if answer["error"]:
        picture.text(0.02, 0.5, style.drawable(answer["error"]), va="center", wrap=True)
        return picture
    axes = picture.subplots()
    columns = [ordered(column) for column in answer["steps"]]
    _draw_links(axes, answer["steps"], columns)
    for step, column in enumerate(columns):
        for row, place in enumerate(column):
            _draw_node(axes, answer["steps"][step][place], step, row)
        kept = sum(node["rank"] >= 0 for node in answer["steps"][step])
        if kept < len(column):
            axes.plot([step - 0.04, step + WIDTH + 0.04], [kept - 0.5] * 2, color=style.INK, lw=1.2)
    axes.text(-0.95, 0, _("your text"), va="center", fontsize=11)
    axes.set(xlim=(-1, len(columns)), ylim=(rows - 0.4, -1))
    for step in range(len(columns)):
        axes.text(step, -0.75, _("step {n}", n=step + 1), fontsize=10, color=style.QUIET)
    axes.set_axis_off()
    title = _("{text} · {name} · beams kept: {width}", **_settings(answer, name))
    axes.set_title(style.drawable(title), loc="left", fontsize=13)
    return picture


def ordered(column: list[Answer]) -> list[int]:
    """Return the places of a step's candidates from top to bottom: kept by rank, then dropped."""
    return sorted(range(len(column)), key=lambda place: _height(column[place]))


def _height(node: Answer) -> tuple[float, float]:
    return (float(node["rank"]) if node["rank"] >= 0 else math.inf, -node["score"])


def _draw_links(axes: Axes, steps: list[list[Answer]], columns: list[list[int]]) -> None:
    for step, column in enumerate(columns):
        for row, place in enumerate(column):
            node = steps[step][place]
            above = columns[step - 1].index(node["parent"]) if step else 0
            start, end = step - 1 + WIDTH if step else -0.35, step
            middle = (start + end) / 2
            line = Path(
                [(start, above), (middle, above), (middle, row), (end, row)],
                [Path.MOVETO, Path.CURVE4, Path.CURVE4, Path.CURVE4],
            )
            kept = node["rank"] >= 0
            axes.add_patch(
                PathPatch(
                    line,
                    fill=False,
                    edgecolor=style.BLUE if kept else style.QUIET,
                    linewidth=1.8 if kept else 0.8,
                    linestyle="-" if kept else (0, (4, 3)),
                )
            )


def _draw_node(axes: Axes, node: Answer, step: int, row: int) -> None:
    kept = node["rank"] >= 0
    edge = style.VERMILION if node["greedy"] else style.BLUE if kept else style.QUIET
    axes.add_patch(
        FancyBboxPatch(
            (step, row - HEIGHT / 2),
            WIDTH,
            HEIGHT,
            boxstyle="round,pad=0,rounding_size=0.06",
            facecolor="white",
            edgecolor=edge,
            linewidth=2 if node["greedy"] else 1.2,
            linestyle="-" if kept else (0, (4, 3)),
        )
    )
    spelt = visible(bytes.fromhex(node["bytes"]))
    marks = (" ◆" if node["greedy"] else "") + (" ■" if node["ended"] else "")
    label = (spelt if len(spelt) <= LETTERS else f"{spelt[: LETTERS - 1]}…") + marks
    ink = style.INK if kept else style.QUIET
    axes.text(step + 0.03, row, style.drawable(label), va="center", fontsize=10, color=ink)
    total = f"{node['log_prob']:.1f}"
    axes.text(step + WIDTH - 0.03, row, total, va="center", ha="right", fontsize=8.5, color=ink)


def in_words(answer: Answer, name: str) -> str:
    """Say what the picture shows: settings, the kept texts, and what stands beside them."""
    said = [_("BeamTree: {text} · {name} · beams kept: {width}", **_settings(answer, name))]
    if answer["error"]:
        return "\n".join([*said, answer["error"]])
    for number, column in enumerate(answer["steps"]):
        kept = sorted((node for node in column if node["rank"] >= 0), key=_height)
        said.append(
            _(
                "Step {n} keeps {kept} of {seen} shown.",
                n=number + 1,
                kept=", ".join(f"“{_spelt(node)}” {node['log_prob']:.2f}" for node in kept),
                seen=len(column),
            )
        )
    said.append(
        _(
            "Found: {best}. Greedy decoding: {greedy}. One drawn text: {drawn}. Stop: {stop}.",
            best=_text(answer["best"]),
            greedy=_text(answer["greedy"]),
            drawn=_text(answer["drawn"]),
            stop=stop_words()[answer["stop"]],
        )
    )
    return "\n".join(said)


def _settings(answer: Answer, name: str) -> dict[str, Any]:
    return {"text": quoted(answer["text"], 40), "name": name, "width": answer["width"]}


def _spelt(node: Answer) -> str:
    return visible(bytes.fromhex(node["bytes"]))


def _text(text: Answer) -> str:
    return f"“{visible(bytes.fromhex(text['bytes']))}” {text['log_prob']:.2f}"
