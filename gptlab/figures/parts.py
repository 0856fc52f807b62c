"""What a model is made of."""

from collections.abc import Mapping

from gptlab import style
from gptlab.catalogue import text as _
from gptlab.style import Picture


@style.styled
def parameter_bars(counts: Mapping[str, int]) -> Picture:
    """Draw where a model's parameters are.

    Args:
        counts: Part of the model to its number of parameters.
    """
    total = sum(counts.values())
    shares = ", ".join(f"{name} {count:,} ({count / total:.1%})" for name, count in counts.items())
    picture = Picture(
        figsize=(style.FIGURE_WIDTH, 1.1 + 0.5 * len(counts)),
        description=_("{total:,} parameters: {shares}.", total=total, shares=shares),
    )
    axes = picture.subplots()
    bars = axes.barh(
        [style.drawable(name) for name in counts], [*counts.values()], color=style.BLUE
    )
    labels = [f"{count:,}  ({count / total:.1%})" for count in counts.values()]
    axes.bar_label(bars, labels=labels, padding=6, color=style.INK)
    axes.invert_yaxis()
    axes.margins(x=0.3)
    axes.set_xlim(left=0)
    axes.set_xlabel(_("parameters"))
    axes.xaxis.set_major_formatter("{x:,.0f}")
    axes.grid(axis="y", visible=False)
    return picture
