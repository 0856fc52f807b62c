"""Every word that the view of a text's probability shows, in the language in use."""

from __future__ import annotations

from gptlab.catalogue import text as _
from gptlab.widgets.attending import empty_text
from gptlab.widgets.predicting import not_causal
from gptlab.widgets.sentence_probability_answers import one_piece, too_long
from gptlab.widgets.words import PLACES


def sentence_words() -> dict[str, str]:
    """Return the words of `js/sentence.js` and its parts, without those that all share."""
    return {
        "no_tokens": empty_text(),
        "not_causal": not_causal(),
        "one_piece": one_piece(),
        "too_long": too_long(),
        "newest_only": _(
            "The text is longer than what is read here: these are its newest {shown} tokens, and "
            "{left} before them were left out.",
            **PLACES,
        ),
        "checked": _("Checked on these very numbers"),
        **_product_words(),
        **_table_words(),
        **_order_words(),
        **_proof_words(),
    }


def _product_words() -> dict[str, str]:
    return {
        "product_title": _("The whole text"),
        "product_help": _(
            "The probability of a text is the product of its tokens' probabilities, each given "
            "all tokens before it; the first one is given a line break. Bits add where "
            "probabilities multiply: a bit is a factor of one half."
        ),
        "whole": _("probability of the text"),
        "last_only": _("of its last token alone"),
        "bits": _("bits"),
        "per_byte": _("bits per byte of text"),
        "trained": _("this model"),
        "untrained": _("untrained (control)"),
    }


def _table_words() -> dict[str, str]:
    return {
        "tokens_title": _("Token by token"),
        "tokens_help": _(
            "Go through the tokens with the arrow keys. A bar is a surprise, −log₂ p; the line is "
            "that of the untrained model."
        ),
        "token": _("token"),
        "probability": _("probability"),
        "surprise": _("surprise, bits"),
        "so_far": _("product so far"),
        "bits_so_far": _("bits so far"),
        "expected_title": _("Expected at token {number} instead", **PLACES),
        "rank_said": _(
            "Token {number}, “{token}”, has probability {probability}, a surprise of {n} bits. "
            "Tokens that were likelier: {rank}.",
            **PLACES,
        ),
        "is_it": _("this is it"),
    }


def _order_words() -> dict[str, str]:
    return {
        "orders_title": _("The same pieces in other orders"),
        "orders_help": _(
            "Words change places, or characters if there are fewer than three words. A bag of "
            "words gives every order the same probability."
        ),
        "order": _("order"),
        "as_typed": _("as typed"),
        "backwards": _("backwards"),
        "shuffled": _("shuffled {number}", **PLACES),
        "orders_said": _(
            "Orders that are as likely as yours or likelier: {rank} of {n}. From the likeliest to "
            "the least likely: {count} bits.",
            **PLACES,
        ),
        "shuffle": _("Shuffle again"),
    }


def _proof_words() -> dict[str, str]:
    return {
        "proof_sums": _(
            "At every place the probabilities of all {n} tokens sum to 1; largest deviation "
            "{deviation}.",
            **PLACES,
        ),
        "proof_again": _(
            "Read without its last token, the text's other tokens have the same probabilities; "
            "largest deviation {deviation} nats.",
            **PLACES,
        ),
        "proof_recorded": _(
            "This page's logits and those that Python recorded: largest deviation {deviation}.",
            **PLACES,
        ),
    }
