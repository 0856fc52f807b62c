"""The map of the course."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import FancyBboxPatch

from gptlab import style
from gptlab.catalogue import text as _
from gptlab.style import Picture

Lesson = tuple[str, str, bool]
"""Title, the question that the lesson answers, and whether it is there yet."""


def lessons() -> list[Lesson]:
    """List the course, lesson 0 first."""
    return [
        (_("Start"), _("What does a GPT do, and how is one made?"), True),
        (_("Tokens"), _("What does it read instead of letters?"), True),
        (_("Word vectors"), _("How can numbers stand for words?"), True),
        (_("Positions"), _("How does it know the order?"), True),
        (_("Attention"), _("How do tokens look at each other?"), True),
        (_("RNN or Transformer"), _("What was gained, what was lost?"), True),
        (_("Two objectives"), _("Fill a gap, or say what comes next?"), True),
        (_("Fine-tuning"), _("How does it learn to answer?"), True),
        (_("Training"), _("What happens in one step?"), True),
        (_("Decoding"), _("How is the next token chosen?"), True),
        (_("The whole block"), _("What does each part contribute?"), True),
        (_("Long texts"), _("What does length cost?"), True),
        (_("Probability"), _("What do its percentages mean?"), True),
        (_("Claims"), _("What do people say, and is it so?"), True),
    ]


@style.styled
def course_map(lessons: Sequence[Lesson]) -> Picture:
    """Draw the lessons as a map: what is there, and what is to come.

    Args:
        lessons: What `lessons` lists.
    """
    there = [title for title, _question, ready in lessons if ready]
    later = [title for title, _question, ready in lessons if not ready]
    picture = Picture(
        figsize=(style.FIGURE_WIDTH, 0.5 + 0.95 * -(-len(lessons) // 2)),
        description=_(
            "Map of the course. Ready: {there}. To come: {later}.",
            there=", ".join(there) or "–",
            later=", ".join(later) or "–",
        ),
    )
    axes = picture.subplots()
    rows = -(-len(lessons) // 2)
    for number, (title, question, ready) in enumerate(lessons):
        corner = (number // rows * 1.0, rows - 1.0 - number % rows)
        _lesson_box(axes, corner, f"{number} · {title}", question, ready)
    axes.set_xlim(-0.02, 2)
    axes.set_ylim(-0.1, rows)
    axes.set_axis_off()
    handles = [Line2D([], [], marker="s", linestyle="", markersize=12, color=style.BLUE)]
    handles.append(
        Line2D([], [], marker="s", linestyle="", markersize=12, mfc=style.EMPTY, mec=style.LINE)
    )
    names = [_("ready"), _("to come")]
    picture.legend(handles, names, loc="outside lower left", ncols=2)
    return picture


def _lesson_box(
    axes: Axes, corner: tuple[float, float], title: str, question: str, ready: bool
) -> None:
    x, y = corner
    face, ink = (style.BLUE, "white") if ready else (style.EMPTY, style.INK)
    box = FancyBboxPatch(
        (x + 0.03, y + 0.1),
        0.92,
        0.75,
        boxstyle="round,pad=0,rounding_size=0.04",
        facecolor=face,
        edgecolor=style.BLUE if ready else style.LINE,
        mutation_aspect=3,
    )
    axes.add_patch(box)
    axes.text(x + 0.06, y + 0.61, title, color=ink, fontsize=13, va="center")
    axes.text(x + 0.06, y + 0.31, question, color=ink, fontsize=10.5, va="center")
