"""Exercises of lesson 2, whose answers the vectors compute."""

from collections.abc import Callable

from gptlab import vectors
from gptlab.catalogue import text as _
from gptlab.exercises.choosing import Choice, Order, choice, order
from gptlab.exercises.coding import Case, Code, code
from gptlab.exercises.exercise import Exercise
from gptlab.exercises.predicting import Number, number
from gptlab.sizes import PUBLISHED

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


def rows_in_the_table() -> Number:
    """Ask how many numbers GPT-2's embedding table holds."""
    small = PUBLISHED["GPT-2 small"]
    return number(
        "02-rows-in-the-table",
        _(
            "GPT-2 small has {n:,} tokens and vectors of {d} numbers. How many numbers are in its "
            "table of word vectors?",
            n=small.d_vocab,
            d=small.d_model,
        ),
        answer=small.d_vocab * small.d_model,
        unit=_("numbers"),
        hint=_("A row for each token."),
        solution=_(
            "{n:,} · {d} = {all:,}, about a third of the whole model.",
            n=small.d_vocab,
            d=small.d_model,
            all=small.d_vocab * small.d_model,
        ),
    )


def one_hot_product() -> Choice:
    """Ask what a one-hot vector times the table gives."""
    return choice(
        "02-one-hot-product",
        _("A vector has a 1 at place 7 and 0 everywhere else. You multiply it by the table. What "
          "comes out?"),
        options={
            "a": _("The sum of all rows."),
            "b": _("Row 7 of the table."),
            "c": _("Column 7 of the table."),
        },
        answer="b",
        reasons={
            "a": _("All rows but one are multiplied by 0."),
            "c": _("The vector chooses among rows: it has a place for each token."),
        },
        hint=_("Write the product as a sum of rows, each with its factor."),
        solution=_(
            "Looking a row up and this product are the same. So the embedding is an ordinary "
            "linear layer whose input is a choice, and it gets its gradient as one."
        ),
    )  # fmt: skip


def nearest() -> Code:
    """Ask for the nearest of several vectors, by cosine."""
    table = {"dog": [1.0, 1.0], "cat": [2.0, 1.0], "fish": [-1.0, 3.0]}
    return code(
        "02-nearest",
        _(
            "Write `nearest(vector, table)`: `table` has a list of numbers for each word. Return "
            "the word whose vector has the highest cosine with `vector`."
        ),
        cases=[
            Case(_("the same direction"), ([3.0, 3.0], table), "dog"),
            Case(_("length does not count"), ([20.0, 10.0], table), "cat"),
            Case(_("a direction of its own"), ([-1.0, 2.0], table), "fish"),
        ],
        stub="def nearest(vector, table):\n    ...\n",
        solution=(
            "def nearest(vector, table):\n"
            "    def cosine(a, b):\n"
            "        dot = sum(x * y for x, y in zip(a, b))\n"
            "        return dot / (sum(x * x for x in a) * sum(y * y for y in b)) ** 0.5\n"
            "    return max(table, key=lambda word: cosine(vector, table[word]))\n"
        ),
        hint=_("`max(table, key=...)` returns the word for which the key is highest."),
    )


EXERCISES: tuple[Callable[..., Exercise], ...] = (
    rotated_axes,
    order_pairs,
    rows_in_the_table,
    one_hot_product,
    cosine_by_hand,
    nearest,
)
