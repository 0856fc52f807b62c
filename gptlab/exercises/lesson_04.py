"""Exercises of lesson 4, whose answers attention computes."""

import math
from collections.abc import Callable

import torch
from torch.nn import functional as F

from gptlab.catalogue import text as _
from gptlab.exercises.choosing import Choice, Order, choice, order
from gptlab.exercises.coding import Case, Code, code
from gptlab.exercises.exercise import Exercise
from gptlab.exercises.predicting import Number, number
from gptlab.masks import Causal

Rows = list[list[float]]

SCORES = (math.log(6), math.log(3), 0.0)
WIDTHS = {"a": 8, "b": 64, "c": 512}
N_KEYS = 32


def share_of_a_score() -> Number:
    """Ask for a softmax that can be done in the head."""
    shares = F.softmax(torch.tensor(SCORES, dtype=torch.float64), dim=0)
    return number(
        "04-share-of-a-score",
        _(
            "Three keys have the scores ln 6, ln 3 and 0. Which share does the first one get, in "
            "percent?"
        ),
        answer=round(100 * shares[0].item(), 6),
        tolerance=0.5,
        unit="%",
        hint=_("The softmax takes e to the power of each score and divides by the sum."),
        solution=_(
            "e to the power of the scores is 6, 3 and 1, together 10. The first gets 6 of 10, and "
            "the last, whose score is 0, still gets 1 of 10."
        ),
    )


def first_row() -> Choice:
    """Ask what the first row of a causal pattern is."""
    n = 4
    here = torch.arange(n)
    allowed = Causal()(here[:, None], here[None])
    row = torch.randn(n, generator=torch.Generator().manual_seed(0))
    first = row.masked_fill(~allowed[0], -math.inf).softmax(0)
    alone = first.tolist() == [1.0, 0.0, 0.0, 0.0]
    return choice(
        "04-first-row",
        _("A causal head reads four tokens. What is the first row of its pattern?"),
        options={
            "a": _("A quarter each: it has no reason to prefer any."),
            "b": _("1, 0, 0, 0, whatever the weights are."),
            "c": _("It depends on query and keys, as in every row."),
        },
        answer="b" if alone else "c",
        reasons={
            "a": _("Three of the four come later, and a row spreads over visible tokens alone."),
            "b": _("The row is not 1, 0, 0, 0."),
            "c": _(
                "Query and key make a score, but there is one visible key, and a row sums to 1."
            ),
        },
        hint=_("How many keys does the first token see?"),
        solution=_(
            "The first token sees itself only, so its share is 1. Nothing can be learned in this "
            "row, and a head that has nothing to say often parks its weight on the first token."
        ),
    )


def sharper_with_width() -> Order:
    """Ask how the width of a head acts on the weights if nothing divides by its root."""
    generator = torch.Generator().manual_seed(0)
    largest = {}
    for label, width in WIDTHS.items():
        q = torch.randn(200, width, generator=generator)
        k = torch.randn(N_KEYS, width, generator=generator)
        largest[label] = round((q @ k.T).softmax(-1).amax(-1).mean().item(), 3)
    return order(
        "04-sharper-with-width",
        _(
            "Random queries and {n} random keys, scores not divided by anything. Order the widths "
            "by the mean largest share, the smallest share first.",
            n=N_KEYS,
        ),
        items={label: _("{width} numbers", width=width) for label, width in WIDTHS.items()},
        values=largest,
        unit=_("of the row"),
        hint=_("A dot product is a sum. What does the spread of a sum do when it gets longer?"),
        solution=_(
            "The spread of q · k grows with the root of the width, so wide heads would look at one "
            "key almost alone. Dividing by the root makes all widths start alike."
        ),
    )


def other_keys() -> Choice:
    """Ask whether the output can tell two sets of keys with the same scores apart."""
    generator = torch.Generator().manual_seed(0)
    q, k, v = (torch.randn(n, 4, generator=generator).double() for n in (1, 3, 3))
    aside = torch.randn(3, 4, generator=generator).double()
    aside -= (aside @ q.T) * q / (q @ q.T)  # at right angles to the query
    before, after = ((q @ keys.T).softmax(-1) @ v for keys in (k, k + 5 * aside))
    same = torch.allclose(before, after)
    return choice(
        "04-other-keys",
        _(
            "You replace all keys by other vectors that have the same dot products with the query. "
            "What happens to the output?"
        ),
        options={
            "a": _("Nothing."),
            "b": _("It moves towards the new keys."),
            "c": _("Its length changes, its direction does not."),
        },
        answer="a" if same else "b",
        reasons={
            "a": _("The outputs differ."),
            "b": _("No key is part of the output: follow what happens after the softmax."),
            "c": _("The shares are the same, so the same mix of values comes out."),
        },
        hint=_("Where do keys occur in softmax(q kᵀ / √d) v?"),
        solution=_("Keys make scores, scores make shares, and shares mix values. That is all."),
    )


def causal_pattern() -> Code:
    """Ask for mask and softmax."""
    return code(
        "04-causal-pattern",
        _(
            "Write `causal_pattern(scores)`: `scores` is a list of rows, query × key. Return the "
            "pattern: in row `i` the softmax over keys 0 to `i`, and 0.0 for later keys."
        ),
        cases=[
            _patterned(_("one token"), [[3.0]]),
            _patterned(_("equal scores"), [[0.0, 0.0], [0.0, 0.0]]),
            _patterned(_("a high score for a later key"), [[0.0, 50.0], [1.0, 0.0]]),
            _patterned(_("three tokens"), [[1.0, 2.0, 3.0], [0.5, 0.0, 9.0], [2.0, 0.0, 1.0]]),
        ],
        stub="def causal_pattern(scores):\n    pattern = []\n    ...\n",
        solution=(
            "def causal_pattern(scores):\n"
            "    import math\n"
            "    pattern = []\n"
            "    for i, row in enumerate(scores):\n"
            "        powers = [math.exp(score) for score in row[: i + 1]]\n"
            "        total = sum(powers)\n"
            "        pattern.append([p / total for p in powers] + [0.0] * (len(row) - i - 1))\n"
            "    return pattern\n"
        ),
        hint=_(
            "Cut the row after key `i`, take the softmax of what is left, and fill up with 0.0."
        ),
    )


def attend() -> Code:
    """Ask for one query's whole way through attention."""
    return code(
        "04-attend",
        _(
            "Write `attend(query, keys, values)` with lists of numbers: scores, divided by the "
            "root of the width; softmax; the mix of the values."
        ),
        cases=[
            _attended(_("one key"), [1.0, 2.0], [[3.0, 4.0]], [[5.0, 6.0]]),
            _attended(
                _("two keys with equal scores"),
                [1.0, 0.0],
                [[2.0, 0.0], [2.0, 7.0]],
                [[1.0, 0.0], [3.0, 4.0]],
            ),
            _attended(
                _("four numbers wide"),
                [1.0, 1.0, 1.0, 1.0],
                [[1.0, 1.0, 1.0, 1.0], [0.0, 0.0, 0.0, 0.0]],
                [[1.0], [0.0]],
            ),
        ],
        stub="def attend(query, keys, values):\n    ...\n",
        solution=(
            "def attend(query, keys, values):\n"
            "    import math\n"
            "    scores = [sum(a * b for a, b in zip(query, key)) / math.sqrt(len(query))\n"
            "              for key in keys]\n"
            "    powers = [math.exp(score) for score in scores]\n"
            "    shares = [power / sum(powers) for power in powers]\n"
            "    return [sum(share * value[i] for share, value in zip(shares, values))\n"
            "            for i in range(len(values[0]))]\n"
        ),
        hint=_("Do the three steps one after the other, each into a list of its own."),
    )


def _patterned(name: str, scores: Rows) -> Case:
    table = torch.tensor(scores, dtype=torch.float64)
    here = torch.arange(len(scores))
    allowed = Causal()(here[:, None], here[None])
    return Case(name, (scores,), table.masked_fill(~allowed, -math.inf).softmax(-1).tolist())


def _attended(name: str, query: list[float], keys: Rows, values: Rows) -> Case:
    q, k, v = (torch.tensor(x, dtype=torch.float64) for x in ([query], keys, values))
    out = F.scaled_dot_product_attention(q[None], k[None], v[None])[0, 0]
    return Case(name, (query, keys, values), out.tolist())


EXERCISES: tuple[Callable[..., Exercise], ...] = (
    share_of_a_score,
    first_row,
    sharper_with_width,
    other_keys,
    causal_pattern,
    attend,
)
