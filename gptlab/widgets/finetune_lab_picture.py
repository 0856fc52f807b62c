"""The still picture of a `FinetuneLab`: the same numbers, for GitHub and for paper."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes

from gptlab import style
from gptlab.catalogue import text as _
from gptlab.experiments.taught import LABELS, METHODS, Lab
from gptlab.style import Picture
from gptlab.tokenizers.spelling import visible
from gptlab.widgets.finetune_lab_words import method_words
from gptlab.widgets.grouping import quoted

COLOURS = {
    "lora": style.BLUE,
    "last-layer": style.GREEN,
    "full": style.VERMILION,
    "scratch": style.PURPLE,
}
DASHES = {"lora": "-", "last-layer": "--", "full": "-.", "scratch": ":"}
Answer = dict[str, Any]


@style.styled
def draw(lab: Lab, answer: Answer) -> Picture:
    """Draw the probability of each label, and the accuracy by number of labels.

    Args:
        lab: The models, and what was measured about them.
        answer: What `finetune_lab_answers.answered` returns.
    """
    picture = Picture(figsize=(style.FIGURE_WIDTH, 4.2), description=in_words(lab, answer))
    left, right = picture.subplots(1, 2)
    if answer["error"]:
        left.text(0.02, 0.5, style.drawable(answer["error"]), va="center", wrap=True)
        left.set_axis_off()
    else:
        _draw_shares(left, lab, answer)
    _draw_measured(right, lab, answer)
    return picture


def name_of(method: str) -> str:
    """Return what a method is called."""
    return method_words()[method.replace("-", "_")]


def _draw_shares(axes: Axes, lab: Lab, answer: Answer) -> None:
    shares = answer["shares"]
    places = np.arange(len(lab.classes))
    shown = [
        (_("before"), shares["before"], style.QUIET),
        (_("after fine-tuning"), shares["after"], COLOURS[answer["method"]]),
        (_("control: random weights"), shares["control"], style.ORANGE),
    ]
    for number, (name, values, colour) in enumerate(shown):
        if values:
            heights = [100 * value for value in values]
            axes.barh(places + 0.26 * (number - 1), heights, 0.24, color=colour, label=name)
    axes.set_yticks(places, lab.classes)
    axes.invert_yaxis()
    axes.grid(axis="y", visible=False)
    axes.set(title=_("your text"), xlabel=_("probability, %"), xlim=(0, 100))
    axes.legend(fontsize=9)


def _draw_measured(axes: Axes, lab: Lab, answer: Answer) -> None:
    for method in METHODS:
        own = [lab.run(method, answer["rank"], n) for n in LABELS]
        axes.plot(
            LABELS,
            [100 * run.accuracy for run in own],
            DASHES[method],
            color=COLOURS[method],
            marker="o",
            label=method,
        )
    counts = lab.baselines["tfidf"]
    axes.plot(
        [one["n_labels"] for one in counts],
        [100 * one["accuracy"] for one in counts],
        color=style.BLACK,
        lw=1.2,
        marker="x",
        label=_("TF-IDF"),
    )
    axes.axhline(100 * lab.baselines["majority"], color=style.QUIET, ls=":", lw=1.2)
    chosen = lab.run(answer["method"], answer["rank"], answer["n_labels"])
    low, high = (100 * abs(chosen.accuracy - edge) for edge in (chosen.low, chosen.high))
    axes.errorbar(
        [chosen.n_labels], [100 * chosen.accuracy], [[low], [high]], color=style.INK, capsize=4
    )
    axes.set_xscale("log")
    axes.set_xticks(LABELS, [str(n) for n in LABELS])
    axes.minorticks_off()
    axes.set(
        xlabel=_("labelled speeches"), ylabel=_("macro-accuracy, %"), title=_("held-out plays")
    )
    axes.legend(fontsize=9)


def in_words(lab: Lab, answer: Answer) -> str:
    """Say what the picture shows."""
    run = lab.run(answer["method"], answer["rank"], answer["n_labels"])
    said = [f"FinetuneLab: {quoted(answer['text'])}", answer["error"]]
    named = zip(lab.classes, answer["shares"]["after"], strict=False)
    shares = ", ".join(f"{name} {share:.1%}" for name, share in named)
    if shares:
        said.append(_("After fine-tuning: {shares}.", shares=shares))
    for side, likeliest in answer["next"].items():
        if likeliest:
            best = likeliest[0]
            said.append(
                _(
                    "Next token, {side}: “{token}” ({share:.1%}).",
                    side=_("before") if side == "before" else _("after fine-tuning"),
                    token=visible(bytes.fromhex(best["bytes"])),
                    share=best["probability"],
                )
            )
    said.append(
        _(
            "{name}, {n} labels: {accuracy:.1%} right on held-out plays ({low:.1%} to {high:.1%}); "
            "always the same genre gets {majority:.1%}.",
            name=name_of(run.method),
            n=run.n_labels,
            accuracy=run.accuracy,
            low=run.low,
            high=run.high,
            majority=lab.baselines["majority"],
        )
    )
    said.append(
        _(
            "Loss on old text: {after:.3f} nats per token; of the model that ships, {before:.3f}.",
            before=lab.loss_before,
            after=run.loss,
        )
    )
    return "\n".join(filter(None, said))
