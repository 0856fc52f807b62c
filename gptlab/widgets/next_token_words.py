"""Every word of the next-token view, in the language in use."""

from __future__ import annotations

from gptlab.catalogue import text as _
from gptlab.widgets.predicting import no_token, not_causal
from gptlab.widgets.words import PLACES


def next_token_words() -> dict[str, str]:
    """Return the words that `js/nexttoken.js`, its parts and its page answer show."""
    return {
        "no_token": no_token(),
        "not_causal": not_causal(),
        **_token_words(),
        **_rule_words(),
        **_draw_words(),
        **lens_words(),
        **_proof_words(),
    }


def _token_words() -> dict[str, str]:
    return {
        "expects": _("What the model expects next"),
        "tokens_read": _(
            "Tokens that the model reads. From your text: {n}. Written: {count}.", **PLACES
        ),
        "left_out": _(
            "The model reads the newest {n} tokens. Left out at the beginning: {count}.", **PLACES
        ),
        "chip": _("id {id}", **PLACES),
        "ghost": _("{token}?", **PLACES),
        "choose": _(
            "Press a token to write it, or go there with Tab and read on with the arrow keys."
        ),
        "bar": _(
            "Place {rank}: {token}, id {id}, bytes {bytes}. The model: {probability}, after your "
            "settings: {share}.",
            **PLACES,
        ),
        "bars_caption": _("Each bar is a share of its frame, which stands for 100 %."),
        "token_column": _("token"),
        "id": _("id"),
        "bytes": _("bytes"),
        "rank": _("place"),
        "logit": _("logit"),
        "own": _("model"),
        "made": _("settings"),
        "legend_own": _("the model’s own probability"),
        "legend_made": _("after your settings"),
        "rest": _("everything else: {n} tokens", **PLACES),
        "all_together": _("all {n} tokens", **PLACES),
        "cut": _("cut"),
        "less": _("< {share}", **PLACES),
        "amount": _("tokens shown one by one"),
        "table": _("The likeliest {n} tokens as a table", **PLACES),
    }


def _rule_words() -> dict[str, str]:
    return {
        "rules": _("How the next token is chosen"),
        "temperature": _("Temperature"),
        "greedy_value": _("0: always the likeliest"),
        "top_k": _("Top-k"),
        "top_p": _("Top-p"),
        "all_tokens": _("all tokens"),
        "likeliest": _("the likeliest {n}", **PLACES),
        "reach": _("{share} together", **PLACES),
        "reset_rule": _("Back to the model’s own probabilities"),
        "picture_title": _("What comes after “{text}”? ({name})", **PLACES),
        "settings": _(
            "temperature {temperature} · top-k {top_k} · top-p {top_p} · seed {seed}", **PLACES
        ),
    }


def _draw_words() -> dict[str, str]:
    return {
        "draw": _("The draw"),
        "strip": _("All probabilities end to end, from 0 to 1. A random number u falls on one."),
        "drawn": _(
            "u = {u} falls on {token} (place {rank}), whose stretch goes from {start} to {end}.",
            **PLACES,
        ),
        "greedy": _(
            "Temperature 0: the likeliest token, {token}, is always taken. Nothing is left to "
            "chance.",
            **PLACES,
        ),
        "close_up": _("Around u, {n} times as wide:", **PLACES),
        "take": _("Write {token}", **PLACES),
        "again": _("Draw again"),
        "back": _("Step back"),
        "write_many": _("Write {n}", **PLACES),
        "stop": _("Stop ({n})", **PLACES),
        "seed": _("Seed"),
        "same_seed": _(
            "The same seed and settings draw the same tokens again. The model’s weights never "
            "change."
        ),
        "running": _("The text so far"),
        "held_back": _(
            "{bytes}: the beginning of a character, held back until the rest of it is written.",
            **PLACES,
        ),
    }


def lens_words() -> dict[str, str]:
    """Return the words of the logit lens, which the view through a model shows too."""
    return {
        "lens": _("Layer by layer"),
        "lens_caption": _("What each stage would say if it were the last (logit lens)."),
        "stage": _("after"),
        "embedding": _("embedding"),
        "block": _("block {n}", **PLACES),
        "stage_best": _("likeliest"),
        "stage_probability": _("its share"),
        "final_probability": _("share of {token}", **PLACES),
        "final_rank": _("its place"),
        "lens_note": _(
            "○ the stage’s likeliest token, ● {token}, likeliest in the end; each mark is ten "
            "times the one to its left. Dashed: 1/{n} = {share}, what a model that knows nothing "
            "gives every token (a surprise of ln {n} = {number} nats).",
            **PLACES,
        ),
        "no_lens": _("This model does not show what its layers hold, so there is no logit lens."),
    }


def _proof_words() -> dict[str, str]:
    return {
        "sums_to_one": _(
            "Checked: the probabilities of all {n} tokens sum to 1 (deviation {deviation}).",
            **PLACES,
        ),
        "bars_sum": _(
            "Bars and everything else after your settings sum to 1 (deviation {deviation}).",
            **PLACES,
        ),
        "lens_ends": _(
            "The last stage equals the model’s logits (largest deviation {deviation}).", **PLACES
        ),
        "as_recorded": _(
            "The {n} largest logits of this page differ from Python’s recorded ones by at most "
            "{deviation}.",
            **PLACES,
        ),
    }
