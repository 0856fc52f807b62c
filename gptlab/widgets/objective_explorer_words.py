"""Every word that the objective explorer shows, in the language in use."""

from __future__ import annotations

from gptlab.catalogue import text as _
from gptlab.widgets.attending import empty_text
from gptlab.widgets.objective_explorer_answers import no_left_side
from gptlab.widgets.words import PLACES


def objective_words() -> dict[str, str]:
    """Return the words of `js/objectives.js` and its parts, without those that all share."""
    return {
        "no_tokens": empty_text(),
        "no_left_side": no_left_side(),
        "newest_only": _(
            "The text is longer than what is read here: these are its newest {shown} tokens, and "
            "{left} before them were left out.",
            **PLACES,
        ),
        "checked": _("Checked on these very numbers"),
        "token": _("token"),
        **_gap_words(),
        **_training_words(),
        **_leak_words(),
    }


def _gap_words() -> dict[str, str]:
    return {
        "gaps_title": _("What stands in the gap?"),
        "gaps_help": _(
            "Write [MASK] for a gap. Without one, both are asked for what comes next: the masked "
            "model then gets a gap at the end."
        ),
        "insert_gap": _("Put [MASK] at the cursor"),
        "gap_number": _("Gap {number}, at token {position}", **PLACES),
        "gap_after": _("After the text"),
        "causal": _("causal model: reads the left side"),
        "masked": _("masked model: reads both sides"),
        "share": _("probability"),
        "guessed": _(
            "The causal model knows no gaps: in earlier ones it reads its own likeliest token."
        ),
    }


def _training_words() -> dict[str, str]:
    return {
        "training_title": _("What each is trained on"),
        "training_help": _(
            "One switch flips both: who may look at whom, and what is asked where. A row is a "
            "position that looks, a column is one that is looked at."
        ),
        "objective": _("Objective"),
        "next": _("next token (GPT)"),
        "hidden": _("hidden tokens (BERT)"),
        "asked_for": _("asked for"),
        "not_asked": _("nothing"),
        "the_hidden": _("the hidden token"),
        "matrix": _("Who may look at whom"),
        "sees_said": _(
            "{count} of {total} pairs are open. Targets in this text: {number}.", **PLACES
        ),
    }


def _leak_words() -> dict[str, str]:
    return {
        "leak_title": _("Leak test: which predictions move?"),
        "leak_help": _(
            "Choose a token. It is replaced, and both models read the text again. A causal model "
            "must not notice before that place."
        ),
        "replaced": _("Replaced token"),
        "moved_causal": _("causal model moved by"),
        "moved_masked": _("masked model moved by"),
        "unmoved": _("0, not at all"),
        "leak_table": _("Largest change of a logit at each token"),
        "leak_said": _(
            "Before the replaced token the causal model moved at {first} of {n} places, the masked "
            "one at {second}.",
            **PLACES,
        ),
        "proof_causal": _(
            "Before the replaced token every logit of the causal model is the same, bit for bit. "
            "Places checked: {count}.",
            **PLACES,
        ),
        "proof_recorded": _(
            "This page's logits and those that Python recorded: largest deviation {deviation}.",
            **PLACES,
        ),
    }
