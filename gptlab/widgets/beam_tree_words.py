"""Every word that the beam tree shows, in the language in use."""

from __future__ import annotations

from typing import Any

from gptlab.catalogue import text as _
from gptlab.widgets.predicting import no_token, not_causal
from gptlab.widgets.words import PLACES


def stop_words() -> dict[str, str]:
    """Name what may end a text."""
    return {
        "never": _("never"),
        "sentence": _("at the end of a sentence"),
        "line": _("at the end of a line"),
    }


def beam_words() -> dict[str, Any]:
    """Return the words of `js/beams.js` and its parts, without those that all share."""
    return {
        "no_token": no_token(),
        "not_causal": not_causal(),
        "newest_only": _(
            "The text is longer than what is read here: these are its newest {shown} tokens, and "
            "{left} before them were left out.",
            **PLACES,
        ),
        "checked": _("Checked on these very numbers"),
        **_setting_words(),
        **_tree_words(),
        **_text_words(),
        **_proof_words(),
    }


def _setting_words() -> dict[str, Any]:
    return {
        "width": _("Beams kept"),
        "steps": _("Tokens to add"),
        "length": _("Length normalisation"),
        "stop": _("Stop"),
        "stops": stop_words(),
        "length_idle": _("Without an end all texts are equally long, so this changes nothing."),
        "length_said": _("log-probability / tokens to the power of {n}", **PLACES),
    }


def _tree_words() -> dict[str, Any]:
    return {
        "tree_title": _("What is kept, and what is dropped"),
        "tree_help": _(
            "Each column adds a token. Above the line is what is kept, best first; below it the "
            "likeliest of what is dropped. Choose a token to follow its path; arrow keys move."
        ),
        "prompt": _("your text"),
        "step": _("step {n}", **PLACES),
        "kept": _("kept"),
        "dropped": _("dropped"),
        "ended": _("ended"),
        "greedy_mark": _("greedy path"),
        "chosen_path": _("chosen path"),
        "node_said": _(
            "Step {step}: {token}, probability {probability} here; the text has log-probability "
            "{total}, score {number}. {name}: {text}",
            **PLACES,
        ),
        "node_kept": _("Kept, place {rank}", **PLACES),
        "node_dropped": _("Dropped"),
        "counted": _(
            "In the last step {count} open beams had {total} extensions, and {n} were kept. "
            "Without dropping, {steps} steps would have made {number} branches.",
            **PLACES,
        ),
        "table": _("Every candidate as a table"),
        "columns": {
            "step": _("step"),
            "text": _("text so far"),
            "own": _("token’s probability"),
            "log_prob": _("log-probability, nats"),
            "score": _("score"),
            "state": _("kept or dropped"),
        },
    }


def _text_words() -> dict[str, str]:
    return {
        "texts_title": _("Likely, greedy, typical"),
        "texts_help": _(
            "Beside what the search found: greedy decoding, and one text drawn at temperature 1. A "
            "drawn text is as a rule far less likely, and so are the plays."
        ),
        "way": _("found by"),
        "by_beam": _("beam search"),
        "by_greedy": _("greedy decoding"),
        "by_draw": _("drawing (seed {seed})", **PLACES),
        "continuation": _("continuation"),
        "total": _("log-probability, nats"),
        "per_token": _("per token"),
        "same_text": _("The search found what greedy decoding writes."),
        "other_text": _(
            "The search found a text that is {n} times as likely as the greedy one.", **PLACES
        ),
        "less_text": _(
            "Greedy decoding wrote a likelier text than the search: a beam of {n} dropped it.",
            **PLACES,
        ),
        "lengths_differ": _("The two texts differ in length, so their totals do not compare."),
    }


def _proof_words() -> dict[str, str]:
    return {
        "proof_sums": _(
            "Probabilities after every open beam sum to 1: largest deviation {deviation}.", **PLACES
        ),
        "proof_lead": _(
            "No extension by any of the {n} tokens that was dropped beats one that was kept: the "
            "closest lies {deviation} below.",
            **PLACES,
        ),
        "proof_reread": _(
            "The best text, read once as a whole, has the same log-probability: deviation "
            "{deviation}.",
            **PLACES,
        ),
        "proof_recorded": _(
            "This page's logits and those that Python recorded: largest deviation {deviation}.",
            **PLACES,
        ),
    }
