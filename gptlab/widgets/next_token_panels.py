"""The three panels of a `NextToken`'s still picture: bars, the draw, and the logit lens."""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from gptlab import style
from gptlab.catalogue import text as _
from gptlab.widgets.next_token_shown import Shown, percent, stage_name

N_BARS = 10  # tokens with a bar of their own
LEAST, LEAST_LABEL = 0.004, 0.05  # stretches that are drawn, and that have room for their token
FLOOR = 0.1  # of what guessing gives; where the lens's scale begins

OWN: dict[str, Any] = {"color": style.INK, "linestyle": "none", "marker": "|", "markersize": 17}
POINTER: dict[str, Any] = {"color": style.INK, "marker": "v", "markersize": 9, "clip_on": False}
RING: dict[str, Any] = {"facecolors": "none", "edgecolors": style.INK, "linewidths": 2, "s": 120}


def draw_bars(axes: Axes, seen: Shown) -> None:
    """Draw the likeliest tokens and everything else, before and after the rule."""
    names, own, made, said, colours = zip(*_rows(seen), strict=True)
    rows = range(len(names))
    axes.barh(rows, made, color=colours, height=0.62)
    axes.barh([0], [0], color=style.BLUE, label=_("after the settings"))  # for the legend
    axes.plot(own, rows, label=_("the model’s own probability"), markeredgewidth=2, **OWN)
    for row in rows:
        end = max(made[row], own[row]) + 0.015
        axes.text(end, row, said[row], va="center", fontsize=11)
    axes.set_yticks(rows, [style.drawable(name) for name in names])
    axes.set(xlim=(0, 1.09), ylim=(len(names) - 0.4, -0.6), xticks=[0, 0.25, 0.5, 0.75, 1])
    axes.xaxis.set_major_formatter(percents())
    axes.grid(axis="y", visible=False)
    axes.legend(loc="center right", fontsize=10)


def _rows(seen: Shown) -> list[tuple[str, float, float, str, str]]:
    """List name, own and made probability, words and colour of each bar."""
    decided = seen.decided
    best, rest = decided.order[:N_BARS].tolist(), decided.order[N_BARS:]

    def row(
        name: str, own: float, made: float, token: int, colour: str
    ) -> tuple[str, float, float, str, str]:
        return name, own, made, _("cut") if decided.is_cut(token) else percent(made), colour

    rows = []
    for token in best:
        colour = style.VERMILION if token == decided.token else style.BLUE
        rows.append(row(seen.spell(token), decided.own[token], decided.made[token], token, colour))
    if len(rest):
        name = _("everything else: {n:,} tokens", n=len(rest))
        own, made = (float(shares[rest].sum()) for shares in (decided.own, decided.made))
        colour = style.VERMILION if decided.rank > N_BARS else style.QUIET
        rows.append(row(name, own, made, int(rest[0]), colour))
    return rows


def draw_strip(axes: Axes, seen: Shown) -> None:
    """Draw all probabilities end to end, and the number that falls on one of them."""
    axes.axvspan(0, 1, color=style.LINE, linewidth=0)
    _draw_stretches(axes, seen)
    if (u := seen.decided.u) is not None:
        axes.plot([u], [1.16], transform=axes.get_xaxis_transform(), **POINTER)
    axes.set(xlim=(0, 1), ylim=(0, 1), yticks=[])
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)
    axes.set_title(style.drawable(seen.drawn), fontsize=12, pad=20)


def _draw_stretches(axes: Axes, seen: Shown) -> None:
    start, count = 0.0, 0
    for token, share in enumerate(seen.decided.made.tolist()):
        is_drawn = token == seen.decided.token
        if share >= LEAST or is_drawn:
            colour = style.VERMILION if is_drawn else (style.BLUE, (0.45, 0.25)[count % 2])
            axes.axvspan(start, start + share, color=colour, linewidth=0.6 if is_drawn else 0)
            count += 1
        if share >= LEAST_LABEL:
            label, ink = style.drawable(seen.spell(token)), "white" if is_drawn else style.INK
            axes.text(start + share / 2, 0.5, label, ha="center", va="center", color=ink)
        start += share


def draw_lens(axes: Axes, seen: Shown) -> None:
    """Draw what each stage would say if it were the last, on a logarithmic scale."""
    found, rows = seen.stages, range(len(seen.stages))
    guess = 1 / seen.answer["d_vocab"]
    label = _("guessing: 1/{n:,}", n=seen.answer["d_vocab"])
    axes.axvline(guess, color=style.QUIET, linestyle="--", linewidth=1.5, label=label)
    best = [stage.share for stage in found]
    axes.scatter(best, rows, label=_("likeliest there"), clip_on=False, **RING)
    final = [max(stage.final_share, guess * FLOOR) for stage in found]
    label = style.drawable(_("{token}, likeliest in the end", token=seen.spell(found[-1].best)))
    axes.scatter(final, rows, color=style.BLUE, s=42, zorder=3, label=label, clip_on=False)
    for row, stage in enumerate(found):
        axes.text(1.5, row, style.drawable(seen.said(stage)), va="center", fontsize=11)
    axes.set(xscale="log", xlim=(guess * FLOOR, 1), ylim=(len(found) - 0.5, -0.5))
    axes.xaxis.set_major_formatter(percents())
    axes.set_yticks(rows, [stage_name(row) for row in rows])
    axes.set_title(_("What each stage would say if it were the last (logit lens)"), fontsize=13)
    axes.legend(loc="upper left", fontsize=10, ncols=3, bbox_to_anchor=(0, -0.16), borderaxespad=0)


def percents() -> FuncFormatter:
    """Return what writes shares along an axis as percentages."""
    return FuncFormatter(lambda share, _place: f"{100 * share:g}%")
