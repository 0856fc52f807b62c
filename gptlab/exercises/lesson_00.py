"""Exercises of lesson 0, about the model that the learner has trained in it."""

from collections.abc import Callable

from gptlab.catalogue import text as _
from gptlab.exercises.choosing import Choice, choice
from gptlab.exercises.exercise import Exercise

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


EXERCISES: tuple[Callable[..., Exercise], ...] = (shuffled_tokens, longer_sentence)
