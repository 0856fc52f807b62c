"""The still picture of a `ModelXRay`: the same numbers, for GitHub and for paper."""

from __future__ import annotations

from typing import Any

import numpy as np

from gptlab import style
from gptlab.catalogue import text as _
from gptlab.style import Picture
from gptlab.tokenizers.spelling import visible
from gptlab.widgets.grouping import quoted
from gptlab.widgets.model_xray_numbers import SeenThrough, moved
from gptlab.widgets.next_token_shown import percent
from gptlab.widgets.predicting import softmax
from gptlab.widgets.spellings import spelling

ROW, AROUND = 0.27, 1.3  # inches: a stage, and what surrounds them
SENTENCE = 0.8  # inches: an error

Answer = dict[str, Any]


@style.styled
def draw(asked: SeenThrough, xray: Answer, effect: Answer, name: str) -> Picture:
    """Draw how long the vector is at each stage, and what the stream would say there."""
    if error := xray["error"]:
        size = (style.FIGURE_WIDTH, SENTENCE)
        picture = Picture(figsize=size, description=in_words(asked, xray, effect, name))
        picture.text(0.02, 0.5, style.drawable(error), va="center")
        return picture
    stages = [(stage, length) for stage, length in xray["norms"] if not stage.endswith("resid_pre")]
    guesses = guesses_of(asked, xray)
    picture = Picture(
        figsize=(style.FIGURE_WIDTH, AROUND + ROW * len(stages)),
        description=in_words(asked, xray, effect, name),
    )
    axes = picture.subplots()
    colours = [_colour(stage) for stage, _length in stages]
    axes.barh(range(len(stages)), [length for _stage, length in stages], color=colours, height=0.7)
    for row, (stage, length) in enumerate(stages):
        said = f"{length:.1f}"
        if stage in guesses:
            said = _("{length:.1f}   would say {guess}", length=length, guess=guesses[stage])
        axes.text(length, row, f" {style.drawable(said)}", va="center", fontsize=11)
    axes.set_yticks(range(len(stages)), [stage_name(stage) for stage, _length in stages])
    axes.set(ylim=(len(stages) - 0.4, -0.6), xlim=(0, 1.5 * max(length for _s, length in stages)))
    axes.set_xlabel(_("length of the vector at the chosen token"))
    axes.grid(axis="y", visible=False)
    axes.set_title(style.drawable(title(asked, xray, name)), fontsize=13)
    return picture


def guesses_of(asked: SeenThrough, xray: Answer) -> dict[str, str]:
    """Return what the stream would say after the embedding and after each block."""
    lens = np.frombuffer(xray["lens"], dtype="<f4").reshape(-1, asked.backend.d_vocab)
    first = "pos_embed" if asked.adds else "embed"
    stages = [first, *(f"blocks.{i}.resid_post" for i in range(len(lens) - 1))]
    found = {}
    for stage, logits in zip(stages, lens, strict=True):
        shares = softmax(logits)
        best = int(shares.argmax())
        token = visible(spelling(asked.backend, best)) or f"<{best}>"
        found[stage] = f"{token} {percent(float(shares[best]))}"
    return found


def title(asked: SeenThrough, xray: Answer, name: str) -> str:
    """Name the text, the model, the token and what is off."""
    off = ", ".join(asked.off) or _("nothing")
    token = visible(spelling(asked.backend, asked.ids[xray["at"]]))
    return _(
        "{text} · {name} · at {token} · off: {off}",
        text=quoted(xray["text"], 40),
        name=name,
        token=token,
        off=off,
    )


def in_words(asked: SeenThrough, xray: Answer, effect: Answer, name: str) -> str:
    """Say what the picture shows."""
    if error := xray["error"]:
        return f"ModelXRay: {quoted(xray['text'])}\n{error}"
    guesses = "; ".join(
        f"{stage_name(stage)}: {guess}" for stage, guess in guesses_of(asked, xray).items()
    )
    said = [
        f"ModelXRay: {title(asked, xray, name)}",
        _("What the stream would say after each stage: {guesses}.", guesses=guesses),
        _("{n:,} parameters.", n=xray["n_parameters"]),
    ]
    if effect["shares"] is not None:
        whole, without, twin, twin_without = np.frombuffer(effect["shares"], dtype="<f4").reshape(
            4, -1
        )
        said.append(
            _(
                "Probability that goes to other tokens: {trained}; untrained copy: {control}.",
                trained=percent(moved(whole, without)),
                control=percent(moved(twin, twin_without)),
            )
        )
    return "\n".join(said)


def stage_name(stage: str) -> str:
    """Name a probe as the drawing does."""
    last = stage.rpartition(".")[2]
    named = {
        "embed": _("embedding"),
        "pos_embed": _("+ positions"),
        "ln1": _("LayerNorm"),
        "attn_out": _("attention"),
        "resid_mid": _("stream"),
        "ln2": _("LayerNorm"),
        "mlp_out": _("MLP"),
        "resid_post": _("stream"),
        "ln_final": _("last LayerNorm"),
    }[last]
    if not stage.startswith("blocks."):
        return named
    return _("block {n}: {part}", n=int(stage.split(".")[1]) + 1, part=named)


def _colour(stage: str) -> str:
    if "attn_out" in stage:
        return style.BLUE
    if "mlp_out" in stage:
        return style.GREEN
    return style.QUIET if "ln" in stage.rpartition(".")[2] else style.SKY
