"""Exercises of lesson 12, whose answers counting, summing and multiplying give."""

import math
from collections.abc import Callable

import torch

from gptlab.catalogue import text as _
from gptlab.exercises.choosing import Choice, choice
from gptlab.exercises.coding import Case, Code, code
from gptlab.exercises.exercise import Exercise
from gptlab.exercises.predicting import Number, number

SHARES = (0.5, 0.25, 0.125)
PRIOR, SEEN = [0.2, 0.8], [0.9, 0.5]
PROMISED, N_RIGHT, N_ASKED = 0.9, 6, 10


def bits_of_three() -> Number:
    """Ask for the bits of a text of three tokens."""
    bits = -sum(math.log2(share) for share in SHARES)
    return number(
        "12-bits-of-three",
        _(
            "Three tokens have the probabilities {a}, {b} and {c}, each given those before. How "
            "many bits has the text?",
            a=SHARES[0],
            b=SHARES[1],
            c=SHARES[2],
        ),
        answer=bits,
        tolerance=0.01,
        unit=_("bits"),
        hint=_("How often has 1 to be halved for each of them?"),
        solution=_(
            "{bits:.0f}: 1 + 2 + 3. The product is 1/{n}, and 2 to the power of {bits:.0f} is {n}.",
            bits=bits,
            n=round(1 / math.prod(SHARES)),
        ),
    )


def a_longer_text() -> Choice:
    """Ask what happens to a text's probability when it grows."""
    rises = math.prod(SHARES) > math.prod(SHARES[:2])
    return choice(
        "12-a-longer-text",
        _("A token is added at the end of a text. What can its probability do?"),
        options={
            "a": _("Rise, if the token fits well."),
            "b": _("Fall, or stay if the token was certain."),
            "c": _("Either: it depends on the token."),
        },
        answer="a" if rises else "b",
        reasons={
            "a": _("By which factor is it multiplied?"),
            "c": _("Is there a probability above 1?"),
        },
        hint=_("The new text's probability is the old one's, times one factor."),
        solution=_(
            "It is multiplied by a number of at most 1. So long texts are improbable, all of them, "
            "and texts of different lengths are compared per token or per byte."
        ),
    )


def likelihood_or_probability() -> Choice:
    """Ask which of two sums is 1."""
    heads = torch.linspace(0, 1, 1001)
    area = torch.trapezoid(heads, heads).item()
    return choice(
        "12-likelihood-or-probability",
        _(
            "A coin falls on heads with probability θ. You saw one head. Which of these adds up "
            "to 1?"
        ),
        options={
            "a": _("p(heads | θ) + p(tails | θ), for any θ"),
            "b": _("p(heads | θ), added up over all θ from 0 to 1"),
            "c": _("both"),
        },
        answer="c" if math.isclose(area, 1, abs_tol=0.01) else "a",
        reasons={
            "b": _("The area under the line θ from 0 to 1 is a triangle's."),
            "c": _("One of them is the area of a triangle."),
        },
        hint=_("Draw p(heads | θ) = θ over θ, and look at the area."),
        solution=_(
            "Over outcomes it is a probability and sums to 1. Over θ it is a likelihood: its area "
            "is {area:.2f} here, and nothing has to make it 1.",
            area=area,
        ),
    )


def overconfident() -> Number:
    """Ask for a calibration error."""
    error = abs(PROMISED - N_RIGHT / N_ASKED)
    return number(
        "12-overconfident",
        _(
            "A model says {promised:.0%} for {n} predictions, and {right} come true. What is its "
            "expected calibration error, in percentage points?",
            promised=PROMISED,
            n=N_ASKED,
            right=N_RIGHT,
        ),
        answer=round(100 * error, 6),
        tolerance=0.5,
        unit=_("percentage points"),
        hint=_("All predictions are in one bin: promised less came."),
        solution=_(
            "{promised:.0%} was promised, {came:.0%} came: they are {error:.0f} points apart.",
            promised=PROMISED,
            came=N_RIGHT / N_ASKED,
            error=100 * error,
        ),
    )


def text_log_prob() -> Code:
    """Ask for the log-probability of a text from a table of conditionals."""
    rows = [[0.5, 0.25, 0.25], [0.1, 0.1, 0.8], [0.2, 0.4, 0.4]]
    return code(
        "12-text-log-prob",
        _(
            "Write `text_log_prob(table, ids)`: `table[i][j]` is the probability of token j after "
            "token i. Return ln p of all tokens but the first."
        ),
        cases=[
            Case(_("one step"), (rows, [0, 1]), math.log(0.25)),
            Case(_("two steps"), (rows, [0, 1, 2]), math.log(0.25) + math.log(0.8)),
            Case(_("nothing is predicted"), (rows, [2]), 0.0),
        ],
        stub="import math\n\n\ndef text_log_prob(table, ids):\n    ...\n",
        solution=(
            "import math\n\n\n"
            "def text_log_prob(table, ids):\n"
            "    return sum(math.log(table[i][j]) for i, j in zip(ids, ids[1:]))\n"
        ),
        hint=_("Go through the neighbours: zip(ids, ids[1:])."),
    )


def bayes_rule() -> Code:
    """Ask for Bayes' rule with two hypotheses."""
    return code(
        "12-bayes-rule",
        _(
            "Write `bayes(prior, likelihood)`: `prior[i]` is p(answer i), `likelihood[i]` is "
            "p(what was seen | answer i). Return the list of p(answer i | what was seen)."
        ),
        cases=[
            _posterior(_("an even prior"), [0.5, 0.5], [0.9, 0.3]),
            _posterior(_("a strong prior"), PRIOR, SEEN),
            _posterior(_("three answers"), [0.2, 0.3, 0.5], [0.5, 0.0, 0.1]),
        ],
        stub="def bayes(prior, likelihood):\n    ...\n",
        solution=(
            "def bayes(prior, likelihood):\n"
            "    terms = [p * q for p, q in zip(prior, likelihood)]\n"
            "    return [term / sum(terms) for term in terms]\n"
        ),
        hint=_("Multiply pairwise, then divide by the sum."),
    )


def _posterior(name: str, prior: list[float], seen: list[float]) -> Case:
    terms = torch.tensor(prior, dtype=torch.float64) * torch.tensor(seen, dtype=torch.float64)
    return Case(name, (prior, seen), (terms / terms.sum()).tolist())


EXERCISES: tuple[Callable[..., Exercise], ...] = (
    bits_of_three,
    a_longer_text,
    likelihood_or_probability,
    overconfident,
    text_log_prob,
    bayes_rule,
)
