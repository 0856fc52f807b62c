"""Exercises of lesson 0, about the model that the learner has trained in it."""

import math
from collections.abc import Callable

from gptlab.catalogue import text as _
from gptlab.exercises.choosing import Choice, choice
from gptlab.exercises.coding import Case, Code, code
from gptlab.exercises.exercise import Exercise
from gptlab.exercises.predicting import Number, number

SAME = 1e-4  # shares in a pattern that differ by less are equal but for rounding


def shuffled_tokens(*, in_order: float, shuffled: float, frequencies: float) -> Choice:
    """Ask what happens to the loss when the tokens of a text are shuffled.

    Args:
        in_order: Loss on the text as it is, in nats per token.
        shuffled: Loss on the same tokens in random order.
        frequencies: Loss of a predictor that knows only how frequent each token is.
    """
    rises = "c" if shuffled > frequencies else "b"
    return choice(
        "00-shuffled-tokens",
        _(
            "Take the unseen play and shuffle its tokens: the frequencies stay, the order is lost. "
            "What does the trained model's loss do?"
        ),
        options={
            "a": _("It falls or stays: the same tokens are there."),
            "b": _("It rises, but stays below the line “frequencies”."),
            "c": _("It rises above the line “frequencies”."),
        },
        answer=rises if shuffled > in_order else "a",
        reasons={
            "a": _("The model predicts from what came before, and that no longer fits."),
            "b": _(
                "A model that fell back on frequencies would stay there. This one does not know "
                "that the order is gone, and goes on making confident guesses from it."
            ),
            "c": _("The loss stayed below what frequencies alone reach."),
        },
        hint=_("Is a model that relies on order better or worse than none, when order misleads?"),
        solution=_(
            "In order {in_order:.2f}, shuffled {shuffled:.2f}, frequencies alone "
            "{frequencies:.2f} nats per token: the model relies on order.",
            in_order=in_order,
            shuffled=shuffled,
            frequencies=frequencies,
        ),
    )


def longer_sentence(*, largest_change: float) -> Choice:
    """Ask whether words at the end change the pattern's earlier rows.

    Args:
        largest_change: The largest absolute change of a share in those rows.
    """
    return choice(
        "00-longer-sentence",
        _(
            "Add words to the end of your sentence. Do the rows of the tokens that were there "
            "before change?"
        ),
        options={
            "a": _("Yes, all of them: the shares spread over more tokens."),
            "b": _("Only the row of the token that used to be last."),
            "c": _("No, none of them."),
        },
        answer="c" if largest_change < SAME else "a",
        reasons={
            "a": _("A row spreads its share over the tokens so far, and those are the same."),
            "b": _("That token does not look at what follows it either."),
            "c": _("The rows changed by more than rounding."),
        },
        hint=_("Which cells of the picture are empty, and why?"),
        solution=_(
            "The largest change of any share is {change:.1e}. No token looks ahead, so nothing "
            "that comes later reaches an earlier row. This is what lets a GPT write one token "
            "after the other without starting anew.",
            change=largest_change,
        ),
    )


def loss_of_guessing() -> Number:
    """Ask for the loss of a model that holds every token for equally likely."""
    vocab_size = 1000
    return number(
        "00-loss-of-guessing",
        _(
            "A vocabulary has {n} tokens, and a model holds all of them for equally likely. What "
            "is its loss, in nats per token?",
            n=vocab_size,
        ),
        answer=math.log(vocab_size),
        tolerance=0.05,
        unit=_("nats"),
        hint=_("The loss is minus the natural logarithm of the probability of the right token."),
        solution=_(
            "−ln(1/{n}) = ln {n}. A new model begins near there: its weights know nothing yet.",
            n=vocab_size,
        ),
    )


def temperature_zero() -> Choice:
    """Ask what two texts of different seeds have in common at temperature 0."""
    return choice(
        "00-temperature-zero",
        _("You write twice from one prompt at temperature 0, with two seeds. What do you get?"),
        options={
            "a": _("Two different texts: the seeds differ."),
            "b": _("The same text twice."),
            "c": _("Random tokens, since nothing is preferred."),
        },
        answer="b",
        reasons={
            "a": _("A seed matters only where something is drawn."),
            "c": _("The lower the temperature, the more the likeliest token is preferred."),
        },
        hint=_("Which token is taken when the likeliest one has the whole line?"),
        solution=_(
            "At 0 the likeliest token is always taken, and nothing is left to chance. Lesson 9 "
            "shows what such texts look like."
        ),
    )


def shifted() -> Code:
    """Ask for inputs and targets of a text."""
    return code(
        "00-shifted",
        _(
            "Write `shifted(tokens)`: return two lists, what the model reads and what it is asked "
            "for, the next token at every place."
        ),
        cases=[
            Case(_("three tokens"), ([7, 8, 9],), ([7, 8], [8, 9])),
            Case(_("two tokens"), ([1, 2],), ([1], [2])),
            Case(_("a single token has nothing after it"), ([4],), ([], [])),
        ],
        stub="def shifted(tokens):\n    ...\n",
        solution="def shifted(tokens):\n    return tokens[:-1], tokens[1:]\n",
        hint=_("One list lacks the last token, the other the first."),
    )


def drawn_token() -> Code:
    """Ask which token a random number falls on."""
    shares = [0.5, 0.25, 0.25]
    return code(
        "00-drawn-token",
        _(
            "Write `drawn_token(shares, u)`: the shares of all tokens lie end to end from 0 to 1. "
            "Return the number of the token, from 0, on whose stretch `u` falls; a stretch holds "
            "its beginning and not its end."
        ),
        cases=[
            Case(_("in the first stretch"), (shares, 0.1), 0),
            Case(_("in the last"), (shares, 0.9), 2),
            Case(_("on a border"), (shares, 0.5), 1),
            Case(_("a share of nothing is never drawn"), ([0.0, 1.0], 0.0), 1),
        ],
        stub="def drawn_token(shares, u):\n    ...\n",
        solution=(
            "def drawn_token(shares, u):\n"
            "    end = 0.0\n"
            "    for number, share in enumerate(shares):\n"
            "        end += share\n"
            "        if u < end:\n"
            "            return number\n"
        ),
        hint=_("Add shares up, and stop as soon as the sum is above `u`."),
    )


EXERCISES: tuple[Callable[..., Exercise], ...] = (
    shuffled_tokens,
    longer_sentence,
    loss_of_guessing,
    temperature_zero,
    shifted,
    drawn_token,
)
