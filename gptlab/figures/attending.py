"""How far attention's weights explain."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from gptlab import style
from gptlab.catalogue import text as _
from gptlab.style import Picture


@style.styled
def weight_against_effect(
    weights: ArrayLike, effects: ArrayLike, labels: Sequence[str], correlation: float
) -> Picture:
    """Draw a token's weight against what happens without it, one dot per token.

    Args:
        weights: Share that each token gets, from 0 to 1.
        effects: Change of the logit when the token is deleted.
        labels: Spelling of each token.
        correlation: Rank correlation of the two.
    """
    x, y = np.asarray(weights, dtype=float), np.asarray(effects, dtype=float)
    top_x, top_y = labels[int(x.argmax())], labels[int(y.argmax())]
    picture = Picture(
        figsize=(style.FIGURE_WIDTH, 4.2),
        description=_(
            "Weight against effect for {n} tokens, rank correlation {r:.2f}: the largest weight is "
            "that of {heavy} ({share:.0%}), the largest effect that of {strong} ({change:.2f}).",
            n=len(x),
            r=correlation,
            heavy=top_x,
            share=float(x.max()),
            strong=top_y,
            change=float(y.max()),
        ),
    )
    axes = picture.subplots()
    axes.plot(x, y, "o", color=style.BLUE)
    for i in {*np.argsort(x)[-4:].tolist(), *np.argsort(y)[-4:].tolist()}:
        said = style.drawable(labels[i])
        axes.annotate(said, (x[i], y[i]), xytext=(5, 4), textcoords="offset points", fontsize=11)
    axes.set_xlim(left=0)
    axes.set_ylim(bottom=0)
    axes.set_xlabel(_("weight: share of the last row, mean over heads"))
    axes.set_ylabel(_("effect: change of the logit"))
    return picture
