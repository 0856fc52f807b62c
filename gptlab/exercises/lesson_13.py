"""Exercises of lesson 13, about what a verdict is worth."""

from collections.abc import Callable

from gptlab.catalogue import text as _
from gptlab.exercises.choosing import Choice, choice
from gptlab.exercises.coding import Case, Code, code
from gptlab.exercises.exercise import Exercise
from gptlab.exercises.predicting import Number, number


def what_fails() -> Choice:
    """Ask which measured value a verdict with a bound must deny."""
    low, high = 0.05, 0.2
    values = {"a": 0.05, "b": 0.125, "c": 0.21}
    (denies,) = (label for label, value in values.items() if not low <= value <= high)
    return choice(
        "13-what-fails",
        _(
            "A verdict expects {low} to {high}. Which measured value must it deny?",
            low=low,
            high=high,
        ),
        options={label: f"{value:g}" for label, value in values.items()},
        answer=denies,
        reasons={
            "a": _("Both ends belong to the range."),
            "b": _("It lies inside."),
            "c": _("It lies inside."),
        },
        hint=_("Both bounds are allowed values."),
        solution=_(
            "0.21 lies outside. The test of the verdicts tries values much nearer: the first "
            "float below 0.05 and the first above 0.2."
        ),
    )


def built_in_or_learned() -> Choice:
    """Ask which finding says something about training."""
    return choice(
        "13-built-in-or-learned",
        _("Which of these findings on a trained GPT says that it has learned something?"),
        options={
            "a": _("The rows of every pattern sum to 1."),
            "b": _("No token's share for a later token is above 0."),
            "c": _("Its loss on a new play is two nats below that of the same model untrained."),
        },
        answer="c",
        reasons={
            "a": _("A softmax does that, with any weights."),
            "b": _("The mask does that, with any weights."),
            "c": _("Which of the three would an untrained model pass as well?"),
        },
        hint=_("Run each of them on an untrained copy, in your mind."),
        solution=_(
            "The first two hold with random weights. Only a comparison with a control tells what "
            "was learned from what was built in."
        ),
    )


def open_or_false() -> Choice:
    """Ask what an open claim is."""
    return choice(
        "13-open-or-false",
        _("The ledger lists a claim as open. What do you know about it?"),
        options={
            "a": _("That it is false."),
            "b": _("That no lesson has measured it; its verdict rests on sources and argument."),
            "c": _("That it is a fact of history."),
        },
        answer="b",
        reasons={
            "a": _("A false claim has a measurement that denies it."),
            "b": _("Read how the three states are told apart."),
            "c": _("Such a claim is cited."),
        },
        hint=_("Measured, cited, open: which of them has a number?"),
        solution=_(
            "It waits for a measurement. A verdict without a number may be right, and you should "
            "trust it less."
        ),
    )


def by_guessing(*, n_claims: int, n_commonest: int) -> Number:
    """Ask how often always the same vote would be right.

    Args:
        n_claims: Claims in the ledger.
        n_commonest: Claims of the commonest verdict.
    """
    return number(
        "13-by-guessing",
        _(
            "Of {n} claims {commonest} have the commonest verdict. Somebody votes for it on all "
            "of them. How many percent are right?",
            n=n_claims,
            commonest=n_commonest,
        ),
        answer=100 * n_commonest / n_claims,
        tolerance=1,
        unit=_("percent"),
        hint=_("It is a share of all claims."),
        solution=_(
            "{share:.0%}. Your own score on the board says something only beside this baseline, "
            "which needs no knowledge of GPT.",
            share=n_commonest / n_claims,
        ),
    )


def agrees() -> Code:
    """Ask for the comparison behind a verdict."""
    values = [
        (_("exactly"), (62, 62, 0)),
        (_("off by one"), (62, 63, 0)),
        (_("within the tolerance"), (2.25, 2.5, 0.5)),
        (_("on its edge"), (2.0, 2.5, 0.5)),
        (_("not a number agrees with nothing"), (float("nan"), 2.5, 0.5)),
    ]
    return code(
        "13-agrees",
        _(
            "Write `agrees(measured, expected, tolerance)`: whether two numbers are at most "
            "`tolerance` apart. Return `True` or `False`."
        ),
        cases=[
            Case(name, (came, expected, margin), abs(came - expected) <= margin)
            for name, (came, expected, margin) in values
        ],
        stub="def agrees(measured, expected, tolerance):\n    ...\n",
        solution=(
            "def agrees(measured, expected, tolerance):\n"
            "    return abs(measured - expected) <= tolerance\n"
        ),
        hint=_("A comparison with nan is never true. Which way round does that help you?"),
    )


def nearest_denied() -> Code:
    """Ask for the values that a range of whole numbers must deny."""
    ranges = [
        (_("from 1 to 4"), 1, 4),
        (_("a single value"), 62, 62),
        (_("below zero"), -2, -1),
    ]
    return code(
        "13-nearest-denied",
        _(
            "A verdict expects a whole number from `low` to `high`. Write `nearest_denied(low, "
            "high)`: the two whole numbers nearest to the range that it must deny, as a list, the "
            "smaller one first."
        ),
        cases=[Case(name, (low, high), [low - 1, high + 1]) for name, low, high in ranges],
        stub="def nearest_denied(low, high):\n    ...\n",
        solution="def nearest_denied(low, high):\n    return [low - 1, high + 1]\n",
        hint=_("Both ends are allowed values."),
    )


EXERCISES: tuple[Callable[..., Exercise], ...] = (
    what_fails,
    built_in_or_learned,
    open_or_false,
    by_guessing,
    agrees,
    nearest_denied,
)
