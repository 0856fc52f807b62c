"""Exercises of lesson 2, whose answers the vectors compute."""

from collections.abc import Callable

from gptlab import vectors
from gptlab.catalogue import text as _
from gptlab.exercises.choosing import Choice, Order, choice, order
from gptlab.exercises.coding import Case, Code, code
from gptlab.exercises.exercise import Exercise

PAIRS = {
    "a": ("hot", "cold"),
    "b": ("football", "basketball"),
    "c": ("machine", "learning"),
    "d": ("football", "banana"),
}


def rotated_axes() -> Choice:
    """Ask which measure changes when the axes are turned."""
    cat, dog = (vectors.EXAMPLE[word] for word in ("cat", "dog"))
    turn = vectors.rotation(len(cat), 30)
    names = dict(zip("abcd", vectors.MEASURES.values(), strict=True))
    changed = {
        label: abs(measure(turn @ cat, turn @ dog) - measure(cat, dog)) > 1e-9
        for label, measure in names.items()
    }
    same = _("It is computed from lengths and angles, and a rotation keeps both.")
    return choice(
        "02-rotated-axes",
        _("You turn all axes by 30°. Which of these measures of `cat` and `dog` changes?"),
        options={
            "a": _("the dot product"),
            "b": _("the cosine"),
            "c": _("the straight distance"),
            "d": _("the distance along the axes (L1)"),
        },
        answer=next(label for label, differs in changed.items() if differs),
        reasons=dict.fromkeys("abcd", same),
        hint=_("Which of the four is the way of a taxi that may drive along the axes only?"),
        solution=_(
            "It was {before:.3f} and becomes {after:.3f}. It is the one measure that depends on "
            "where the axes are.",
            before=vectors.manhattan(cat, dog),
            after=vectors.manhattan(turn @ cat, turn @ dog),
        ),
    )


def order_pairs() -> Order:
    """Ask which of four pairs GloVe finds most alike."""
    glove = vectors.glove(20_000)
    return order(
        "02-order-pairs",
        _("Which pair has the lowest cosine in GloVe, which the highest? Put the lowest first."),
        items={label: f"`{a}` – `{b}`" for label, (a, b) in PAIRS.items()},
        values={label: round(glove.cosine(*pair), 3) for label, pair in PAIRS.items()},
        hint=_("Ask which words stand in the same sentences, not which ones mean the same."),
        solution=_(
            "Opposites share their contexts, and two ball sports share nearly all of them. The "
            "words of one phrase share fewer."
        ),
    )


def cosine_by_hand() -> Code:
    """Ask for the cosine, without a library."""
    pairs = {
        _("one direction"): ([1.0, 0.0], [2.0, 0.0]),
        _("a right angle"): ([1.0, 0.0], [0.0, 3.0]),
        _("opposite directions"): ([1.0, 2.0], [-2.0, -4.0]),
        _("cat and dog of the lesson"): ([*vectors.EXAMPLE["cat"]], [*vectors.EXAMPLE["dog"]]),
    }
    return code(
        "02-cosine-by-hand",
        _(
            "Write `cosine(a, b)` for two lists of numbers of one length: their dot product, "
            "divided by both lengths. Use no library but `math`."
        ),
        cases=[Case(name, pair, vectors.cosine(*pair)) for name, pair in pairs.items()],
        stub="def cosine(a, b):\n    ...\n",
        solution=(
            "def cosine(a, b):\n"
            "    dot = sum(x * y for x, y in zip(a, b))\n"
            "    lengths = [sum(x * x for x in v) ** 0.5 for v in (a, b)]\n"
            "    return dot / (lengths[0] * lengths[1])\n"
        ),
        hint=_("The length of a vector is the root of its dot product with itself."),
    )


EXERCISES: tuple[Callable[..., Exercise], ...] = (
    rotated_axes,
    order_pairs,
    cosine_by_hand,
)
