"""The still picture of a `SentenceProbability`: the same numbers, for GitHub and for paper."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from gptlab import style
from gptlab.catalogue import text as _
from gptlab.style import Picture
from gptlab.widgets.attention_picture import names
from gptlab.widgets.grouping import drawn, quoted
from gptlab.widgets.spellings import spellings

MOST_ROWS = 30
ROW, AROUND = 0.3, 1.5  # inches
Answer = dict[str, Any]


@style.styled
def draw(sentence: Answer, order: Answer) -> Picture:
    """Draw the surprise of each token, and how probable the other orders are.

    Args:
        sentence: What `sentence_probability_answers.scored` returns.
        order: What `sentence_probability_answers.in_other_orders` returns.
    """
    n = min(len(sentence["ids"]), MOST_ROWS)
    height = max(AROUND + ROW * max(n, len(order["orders"])), 1.2)
    picture = Picture(figsize=(style.FIGURE_WIDTH, height), description=in_words(sentence, order))
    if sentence["error"]:
        picture.text(0.02, 0.5, style.drawable(sentence["error"]), va="center", wrap=True)
        return picture
    left, right = picture.subplots(1, 2, width_ratios=(3, 2))
    _draw_surprises(left, sentence)
    _draw_orders(right, order)
    return picture


def bits(nats: bytes | None) -> NDArray[np.float64]:
    """Read −ln p from a buffer, as bits; none from no buffer."""
    return np.frombuffer(nats or b"", dtype="<f4").astype(np.float64) / math.log(2)


def product(n_bits: float) -> str:
    r"""Write 2^−bits as a power of ten, `1.0 · 10^-3`.

    Example:
        >>> product(10.0), product(1.0)
        ('9.8 · 10^-4', '0.5')
    """
    if n_bits < 3:
        return f"{2**-n_bits:.2g}"
    exponent = math.floor(-n_bits * math.log10(2))
    mantissa = 10 ** (-n_bits * math.log10(2) - exponent)
    return f"{mantissa:.1f} · 10^{exponent}"


def _draw_surprises(axes: Axes, sentence: Answer) -> None:
    most = drawn(spellings(sentence), MOST_ROWS)
    own, control = bits(sentence["nats"])[:most], bits(sentence["untrained"])[:most]
    places = range(len(own))
    axes.barh(places, own, color=style.BLUE, label=_("this model"))
    if len(control):
        name = _("untrained (control)")
        axes.scatter(control, places, color=style.VERMILION, marker="|", s=200, label=name)
    axes.set_yticks(places, [style.drawable(name) for name in names(sentence)[:most]])
    axes.invert_yaxis()
    axes.grid(axis="y", visible=False)
    axes.set_xlabel(_("surprise, bits"))
    axes.set_title(_("{n} bits in all", n=f"{bits(sentence['nats']).sum():.1f}"), fontsize=12)
    axes.legend(fontsize=10, loc="upper center", bbox_to_anchor=(0.5, -0.14), ncols=2)


def _draw_orders(axes: Axes, order: Answer) -> None:
    axes.set_title(_("other orders"), fontsize=12)
    if order["error"]:
        axes.text(0, 0.5, style.drawable(order["error"]), wrap=True, fontsize=10)
        axes.set_axis_off()
        return
    totals = bits(order["totals"])
    colours = [style.BLUE, *[style.SKY] * (len(totals) - 1)]
    axes.barh(range(len(totals)), totals, color=colours)
    axes.set_yticks(range(len(totals)), order_names(len(totals)))
    axes.invert_yaxis()
    axes.grid(axis="y", visible=False)
    axes.set_xlabel(_("bits of the whole text"))


def order_names(n: int) -> list[str]:
    """Name the orders: the typed one, backwards, and the shuffles."""
    shuffles = [_("shuffled {number}", number=i + 1) for i in range(n - 2)]
    return [_("as typed"), _("backwards"), *shuffles]


def in_words(sentence: Answer, order: Answer) -> str:
    """Say what the picture shows."""
    said = [f"SentenceProbability: {quoted(sentence['text'])}"]
    if sentence["error"]:
        return "\n".join([*said, sentence["error"]])
    own = bits(sentence["nats"])
    n_bytes = sum(sentence["lengths"])
    said.append(
        _(
            "After a line break the text has probability {p}: {bits} bits, {rate} bits per byte. "
            "Its last token alone has {last}.",
            p=product(own.sum()),
            bits=f"{own.sum():.1f}",
            rate=f"{own.sum() / n_bytes:.2f}",
            last=product(own[-1]),
        )
    )
    if sentence["untrained"] is not None:
        control = bits(sentence["untrained"]).sum()
        said.append(_("The untrained control needs {bits} bits.", bits=f"{control:.1f}"))
    tokens, worst = names(sentence), int(own.argmax())
    said.append(
        _(
            "The most surprising token is “{token}”, with {bits} bits.",
            token=tokens[worst],
            bits=f"{own[worst]:.1f}",
        )
    )
    if order["error"]:
        return "\n".join([*said, order["error"]])
    totals = bits(order["totals"])
    said.append(
        _(
            "Orders that are as likely or likelier: {rank} of {n} others.",
            rank=int((totals[1:] <= totals[0]).sum()),
            n=len(totals) - 1,
        )
    )
    return "\n".join(said)
