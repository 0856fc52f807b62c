"""Every word that the position explorer shows, in the language in use."""

from __future__ import annotations

from gptlab.catalogue import text as _
from gptlab.widgets.attending import empty_text
from gptlab.widgets.position_explorer_answers import no_table
from gptlab.widgets.words import PLACES


def position_words() -> dict[str, str]:
    """Return the words of `js/positions.js` and its parts, without those that all widgets share."""
    return {
        "no_tokens": empty_text(),
        "no_table": no_table(),
        "newest_only": _(
            "The text is longer than what is read here: these are its newest {shown} tokens, and "
            "{left} before them were left out.",
            **PLACES,
        ),
        **_order_words(),
        **_output_words(),
        **_table_words(),
        **_clock_words(),
    }


def _order_words() -> dict[str, str]:
    return {
        "order_title": _("Put the tokens in another order"),
        "order_help": _(
            "Drag a token. With the keyboard: the arrow keys go from one to the next, Alt with an "
            "arrow key moves it, Alt with Home or End moves it to an end."
        ),
        "order_list": _("tokens in the order that is read: {n}", **PLACES),
        "token_at": _("{token}, at place {first} of {n}, typed at place {second}", **PLACES),
        "moved_to": _("“{token}” now stands at place {first} of {n}.", **PLACES),
        "put_back": _("As typed"),
        "reverse": _("Reverse"),
        "swap_ends": _("Swap the ends"),
    }


def _output_words() -> dict[str, str]:
    return {
        "outputs_title": _("Which outputs change"),
        "outputs_help": _(
            "The model reads both orders. For each token: how far its last vector moved, as a "
            "share of that vector's length. Beside it the controls, with the same weights."
        ),
        "outputs_table": _("Change of each token's output"),
        "token": _("token"),
        "typed_at": _("typed at"),
        "stands_at": _("read at"),
        "whole": _("the model"),
        "no_positions": _("without positions"),
        "blind": _("without positions and mask (control)"),
        "rounding": _("0 (rounding {deviation})", **PLACES),
        "as_typed": _("This is the order as typed, so nothing changes. Move a token."),
        "largest_change": _(
            "Largest change: the model {first}, without positions {second}, the control {share}.",
            **PLACES,
        ),
        "next_before": _("Likeliest next token, as typed: “{token}”, {probability}.", **PLACES),
        "next_after": _("In the new order: “{token}”, {probability}.", **PLACES),
        "proof_control": _(
            "The control gives every token the same output in both orders. Largest deviation: "
            "{deviation}.",
            **PLACES,
        ),
        "proof_same": _("As typed, every change is exactly 0. Numbers checked: {count}.", **PLACES),
        "proof_recorded": _(
            "This page's logits and those that Python recorded: largest deviation {deviation}.",
            **PLACES,
        ),
        "checked": _("Checked on these very numbers"),
    }


def _table_words() -> dict[str, str]:
    return {
        "table_title": _("A vector for each position"),
        "table_help": _(
            "A row is a position, a column is a coordinate. Move the first position with the up "
            "and down keys, the second one with Shift."
        ),
        "scheme": _("Table"),
        "learned": _("learned by this model"),
        "sinusoidal": _("sinusoidal"),
        "untrained": _("before training (control)"),
        "table_label": _("heat map, positions: {n}, coordinates: {count}", **PLACES),
        "table_scale": _(
            "Colours go from {first} to {second}; 1 % of the numbers lie beyond.", **PLACES
        ),
        "first_position": _("first position"),
        "second_position": _("second position"),
        "pair_said": _(
            "Positions {first} and {second}, distance {n}: dot product {total}, cosine {share}.",
            **PLACES,
        ),
        "curve_title": _("Dot product of position {first} with every position", **PLACES),
        "curve_table": _("The curve as a table"),
        "position": _("position"),
        "dot": _("dot product"),
        "cosine": _("cosine"),
        "proof_waves": _(
            "The dot product, as a sum of cosines of the distance: deviation {deviation}.", **PLACES
        ),
    }


def _clock_words() -> dict[str, str]:
    return {
        "clock_title": _("Rotary positions: a clock for each pair of coordinates"),
        "clock_help": _(
            "A query and a key that begin as the same hand, pointing right, are turned by their "
            "positions. What the score sees is the angle between them."
        ),
        "pair": _("pair of coordinates"),
        "query_position": _("position of the query"),
        "key_position": _("position of the key"),
        "both_on": _("Both one on"),
        "clock_said": _(
            "Pair {number}, {deviation} radians per position, a turn in {steps} positions. Query "
            "{first} rad, key {second} rad. Distance {n}: cos {share}.",
            **PLACES,
        ),
        "clock_label": _("clock with two hands"),
        "clock_table": _("The cosine by distance, as a table"),
        "distance": _("distance"),
        "angle": _("angle between the hands, in radians"),
        "query": _("query"),
        "key": _("key"),
    }
