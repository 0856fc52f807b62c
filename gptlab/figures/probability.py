"""Whether probabilities come true, and how far orders of the same words lie apart."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike

from gptlab import style
from gptlab.catalogue import text as _
from gptlab.style import Picture

MARKS = "osD^vPX"  # colour alone shall not tell curves apart
FEWEST = 20  # predictions; a bin with fewer says nothing and is left out


@style.styled
def reliability_diagram(
    curves: Mapping[str, tuple[ArrayLike, ArrayLike, ArrayLike]], errors: Mapping[str, float]
) -> Picture:
    """Draw what was promised against what came; on the diagonal, both are the same.

    Args:
        curves: Name to predictions in each bin, mean probability, and share that came true.
        errors: Name to expected calibration error, 0 to 1.

    Raises:
        ValueError: If a curve has no error, or its parts are not equally long.
    """
    if curves.keys() != errors.keys():
        raise ValueError(
            f"expected an error for each of {', '.join(curves)}, came some for {', '.join(errors)}."
        )
    said = [_("{name}: calibration error {error:.1%}.", name=n, error=e) for n, e in errors.items()]
    picture = Picture(figsize=(6.4, 5.2), description=" ".join(said))
    axes = picture.subplots()
    axes.plot([0, 1], [0, 1], color=style.QUIET, linestyle=":", label=_("as promised"))
    for i, (name, parts) in enumerate(curves.items()):
        n, promised, came = (np.asarray(part, dtype=float) for part in parts)
        if not n.shape == promised.shape == came.shape:
            raise ValueError(f"{name}: expected one number per bin in each part.")
        kept = n >= FEWEST
        axes.plot(
            promised[kept],
            came[kept],
            color=style.PALETTE[i % len(style.PALETTE)],
            marker=MARKS[i % len(MARKS)],
            label=f"{style.drawable(name)} ({errors[name]:.1%})",
        )
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    axes.xaxis.set_major_formatter("{x:.0%}")
    axes.yaxis.set_major_formatter("{x:.0%}")
    axes.set_xlabel(_("promised: mean probability of the likeliest token"))
    axes.set_ylabel(_("came: how often it was right"))
    axes.legend(fontsize=11)
    return picture


@style.styled
def order_scores(scores: Mapping[str, Sequence[float]]) -> Picture:
    """Draw how log-probabilities of all orders of some tokens are spread, model by model.

    Args:
        scores: Name to the log-probability of each order, in nats; the first is the real one.
    """
    said = []
    for name, each in scores.items():
        better = sum(score >= each[0] for score in each[1:])
        said.append(
            _(
                "{name}: {n} orders from {low:.1f} to {high:.1f} nats; the real one has "
                "{real:.1f}, and {better} others are as likely or likelier.",
                name=name,
                n=len(each),
                low=min(each),
                high=max(each),
                real=each[0],
                better=better,
            )
        )
    picture = Picture(
        figsize=(style.FIGURE_WIDTH, 1.1 + 1.3 * len(scores)), description=" ".join(said)
    )
    panels = picture.subplots(len(scores), 1, sharex=True, squeeze=False)[:, 0]
    every = np.concatenate([np.asarray(each, dtype=float) for each in scores.values()])
    bins = np.linspace(every.min() - 1, every.max() + 1, 61)
    for axes, (name, each) in zip(panels, scores.items(), strict=True):
        axes.hist(each, bins=[*bins], color=style.SKY)
        axes.axvline(each[0], color=style.VERMILION, linewidth=2.5, label=_("the real order"))
        axes.set_title(style.drawable(name), fontsize=12)
        axes.set_ylabel(_("orders"))
    panels[0].legend(fontsize=11, loc="upper left")
    panels[-1].set_xlabel(_("log-probability of the text, nats"))
    return picture
