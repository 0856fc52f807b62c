"""The still picture of a `ChatBox`: the same numbers, for GitHub and for paper."""

from __future__ import annotations

import textwrap
from typing import Any

import numpy as np
import torch
from matplotlib.axes import Axes

from gptlab import style
from gptlab.catalogue import text as _
from gptlab.decoding import Sampling
from gptlab.decoding import draw as drawn_token
from gptlab.hashing import uniform
from gptlab.style import Picture
from gptlab.tokenizers.spelling import visible
from gptlab.widgets.backends import GPTBackend
from gptlab.widgets.grouping import characters, quoted, shape
from gptlab.widgets.predicting import ranked, softmax
from gptlab.widgets.spellings import spelling, spellings

N_SHOWN = 8
WIDTH, MOST_LINES = 62, 16  # letters of a line of the prompt, and its newest lines
Answer = dict[str, Any]


@style.styled
def draw(answer: Answer, backend: GPTBackend, sampling: Sampling, seed: int) -> Picture:
    """Draw the raw prompt, and the likeliest next tokens of the tuned and the untuned model.

    Args:
        answer: What `chat_box_answers.answered` returns.
        backend: The tuned model.
        sampling: The decoding rule.
        seed: Chooses the random number.
    """
    words = in_words(answer, backend, sampling, seed)
    picture = Picture(figsize=(style.FIGURE_WIDTH, 4.4), description=words)
    left, right = picture.subplots(1, 2, width_ratios=(3, 2))
    _draw_prompt(left, answer)
    _draw_expected(right, answer, backend)
    return picture


def raw(answer: Answer) -> str:
    """Return the prompt and the reply so far as one text, in a form that can be seen."""
    return "".join(map(shape, characters(bytes.fromhex(answer["bytes"]))))


def next_token(answer: Answer, sampling: Sampling, seed: int) -> int:
    """Return the token that is drawn next."""
    logits = torch.tensor(np.frombuffer(answer["logits"], dtype="<f4"), dtype=torch.float64)
    u = 0.0 if sampling.is_greedy else uniform(seed, len(answer["written"]))
    return drawn_token(sampling.distribution(logits), u)


def _draw_prompt(axes: Axes, answer: Answer) -> None:
    axes.set_title(
        _("the raw prompt: {n} of {total} tokens", n=len(answer["ids"]), total=answer["n_ctx"]),
        fontsize=12,
    )
    axes.set_axis_off()
    lines = [
        line
        for part in _parts(answer)
        for line in textwrap.wrap(style.drawable(part), WIDTH, break_on_hyphens=False)
    ]
    shown = lines[-MOST_LINES:]
    text = "\n".join(["…", *shown] if len(lines) > len(shown) else shown)
    axes.text(0, 0.97, text, va="top", fontsize=9.5, transform=axes.transAxes)


def _parts(answer: Answer) -> list[str]:
    """Cut the prompt before each of the chat's own tokens, so that each begins a line."""
    found = spellings(answer)
    starts = [place for place in answer["special"] if place]
    pairs = zip([0, *starts], [*starts, len(found)], strict=True)
    parts = [b"".join(found[start:end]) for start, end in pairs]
    return ["".join(map(shape, characters(part))) for part in parts]


def _draw_expected(axes: Axes, answer: Answer, backend: GPTBackend) -> None:
    own, control = (
        softmax(np.frombuffer(answer[name], dtype="<f4")) for name in ("logits", "control")
    )
    best = ranked(own)[:N_SHOWN].tolist()
    places = np.arange(len(best))
    axes.set_title(_("what comes next?"), fontsize=12)
    axes.barh(places - 0.2, 100 * own[best], 0.38, color=style.BLUE, label=_("after fine-tuning"))
    axes.barh(places + 0.2, 100 * control[best], 0.38, color=style.ORANGE, label=_("before"))
    axes.set_yticks(places, [style.drawable(visible(spelling(backend, token))) for token in best])
    axes.invert_yaxis()
    axes.grid(axis="y", visible=False)
    axes.set_xlabel(_("probability, %"))
    axes.legend(fontsize=10)


def in_words(answer: Answer, backend: GPTBackend, sampling: Sampling, seed: int) -> str:
    """Say what the picture shows."""
    said = [
        _("ChatBox: {message}", message=quoted(answer["said"] or answer["text"])),
        *(
            _("You: {message} Model: {reply}", message=quoted(t["said"]), reply=quoted(t["reply"]))
            for t in answer["turns"]
        ),
        _(
            "The raw prompt has {n} of {total} tokens: {raw}",
            n=answer["n_prompt"],
            total=answer["n_ctx"],
            raw=quoted(raw(answer), 400),
        ),
        _(
            "Turns that fell out of the window: {fallen}. Forgotten by hand: {forgotten}.",
            fallen=answer["n_fell_out"],
            forgotten=sum(turn["forgotten"] for turn in answer["turns"]),
        ),
    ]
    token = next_token(answer, sampling, seed)
    own = softmax(np.frombuffer(answer["logits"], dtype="<f4"))
    control = softmax(np.frombuffer(answer["control"], dtype="<f4"))
    said.append(
        _(
            "Drawn next: {token}, with a probability of {share:.1%}; before fine-tuning it had "
            "{before:.1%}.",
            token=visible(spelling(backend, token)),
            share=own[token],
            before=control[token],
        )
    )
    return "\n".join(said)
