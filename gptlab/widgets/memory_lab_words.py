"""Words of `MemoryLab`, in the language in use."""

from __future__ import annotations

from gptlab.catalogue import text as _
from gptlab.widgets.words import PLACES, shared_words

_NOT_NEEDED = {"your_text", "no_answer", "surrogate"}  # of a text field, which it has not got


def memory_words() -> dict[str, str]:
    """Return the words of `js/memory.js` and its parts."""
    shared = {name: word for name, word in shared_words().items() if name not in _NOT_NEEDED}
    return shared | _curve_words() | _text_words()


def experiment_names() -> dict[str, str]:
    """Name the experiments, by what they are called in the registry."""
    return {
        "recall-distance": _("recall a key, trained for each distance"),
        "recall-beyond": _("recall a key, trained on short texts"),
        "parity": _("odd or even number of ones"),
    }


def _curve_words() -> dict[str, str]:
    return {
        "curves_title": _("Who still answers rightly, and how far back"),
        "curves_help": _(
            "Recorded, not computed here: several trainings each, lines are their means, bands go "
            "from the lowest to the highest. All models have the same number of parameters and "
            "training steps. Drag over the picture, or move the slider."
        ),
        "experiment": _("task"),
        "asks": _("It asks: {text} Trainings of each model: {count}.", **PLACES),
        "models": _("models"),
        "distance": _("distance, in tokens"),
        "trained": _("trained up to {n}", **PLACES),
        "chance": _("chance"),
        "baseline": _("counting the last 4 tokens"),
        "curve_label": _("share of right answers by distance"),
        "curve_table": _("The curves as a table"),
        "here_table": _(
            "At distance {n}, where the nearest measured point is {position}", **PLACES
        ),
        "model_column": _("model"),
        "mean": _("mean"),
        "span": _("lowest to highest"),
        "from_to": _("{first} to {second}", **PLACES),
        "known": _("counted or guessed"),
    }


def _text_words() -> dict[str, str]:
    return {
        "text_title": _("One text, read before your eyes"),
        "text_help": _(
            "A capital letter is the key, small ones are noise, and at the question mark the "
            "answer is the key. These are trained models, one of each kind; they are asked here. "
            "They were trained on texts of 64 tokens with questions at many distances, near ones "
            "too; those of the first task's curves were asked at one distance alone."
        ),
        "key_letter": _("key"),
        "other_noise": _("Other noise"),
        "watched": _("look inside"),
        "answers_table": _("What each model answers"),
        "answer": _("answer"),
        "share_right": _("share given to the key"),
        "numbers_kept": _("numbers kept"),
        "is_right": _("{text} ✓", **PLACES),
        "is_wrong": _("{text} ✗", **PLACES),
        "state_title": _("The hidden state of the {name}, token by token", **PLACES),
        "state_help": _(
            "A row for each number of the state, a column for each token. Orange is −1, white 0, "
            "violet 1. Move with the arrow keys."
        ),
        "state_cell": _(
            "After token {position}, “{text}”: asked now, it would give the key {share}. Number "
            "{number} of the state is {n}.",
            **PLACES,
        ),
        "at_question": _(
            "The question, token {position}: it gives the key {share}. Number {number} of the "
            "state is {n}.",
            **PLACES,
        ),
        "asked_curve": _("share given to the key, if it were asked after each token"),
        "row_title": _("Where the question looks, in each head of the {name}", **PLACES),
        "row_help": _(
            "A row for each head, a column for each token of the window; the key is framed. Move "
            "with the arrow keys."
        ),
        "row_cell": _("Head {head}, token {position}, “{text}”: weight {share}.", **PLACES),
        "outside": _(
            "The window holds {n} tokens; the key lies {left} before it and is not read at all.",
            **PLACES,
        ),
        "inside_table": _("The picture as a table"),
        "token_column": _("token"),
        "head_of": _("head {head}", **PLACES),
        "if_asked": _("share, if asked now"),
        "state_length": _("length of the state"),
        "proof_keys": _(
            "Control: of the {total} keys before this same noise, the {name} answers {count} "
            "rightly.",
            **PLACES,
        ),
        "proof_shares": _(
            "This page's answers and those that torch recorded: deviation {deviation}.", **PLACES
        ),
        "checked": _("Checked on these very numbers"),
    }
