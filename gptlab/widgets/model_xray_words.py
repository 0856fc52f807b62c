"""Every word that the view through a model shows, in the language in use."""

from __future__ import annotations

from gptlab.catalogue import text as _
from gptlab.widgets.attending import empty_text
from gptlab.widgets.next_token_words import lens_words
from gptlab.widgets.predicting import not_causal
from gptlab.widgets.words import PLACES

_PLACES = {name: f"{{{name}}}" for name in ("block", "part", "shape", "most", "trained", "control")}


def xray_words() -> dict[str, str]:
    """Return the words of `js/xray.js` and its parts, without those that all widgets share."""
    return {
        "no_tokens": empty_text(),
        "not_causal": not_causal(),
        "newest_only": _(
            "The text is longer than what is read here: these are its newest {shown} tokens, and "
            "{left} before them were left out.",
            **PLACES,
        ),
        "positions": _("At which token"),
        **_part_words(),
        **_vector_words(),
        **_off_words(),
        **lens_words(),
        **_count_words(),
        **_proof_words(),
    }


def _part_words() -> dict[str, str]:
    return {
        "drawing": _("The model"),
        "drawing_note": _(
            "From top to bottom, as a token meets the parts. The arrow keys go from part to part; "
            "each says how long the vector is that it hands on at the chosen token."
        ),
        "embed": _("embedding W_E"),
        "pos_embed": _("+ positions"),
        "a_block": _("block {n}", **PLACES),
        "ln1": _("LayerNorm"),
        "ln2": _("LayerNorm"),
        "attn": _("attention"),
        "a_head": _("head {head}", **PLACES),
        "mlp": _("MLP"),
        "resid_mid": _("+ added: stream"),
        "resid_post": _("+ added: stream"),
        "ln_f": _("last LayerNorm"),
        "unembed": _("unembedding W_U, softmax"),
        "length": _("length {number}", **PLACES),
        "is_off": _("off"),
        "in_block": _("{part} of block {block}", **_PLACES),
    }


def _vector_words() -> dict[str, str]:
    return {
        "chosen_part": _("{part} at “{token}”", **PLACES, **_PLACES),
        "has_parameters": _("Parameters: {count}. What it hands on: {shape}.", **PLACES, **_PLACES),
        "no_parameters": _("No parameters. What it hands on: {shape}.", **_PLACES),
        "tied": _("No parameters of its own: W_U is W_E turned over. What it hands on: {shape}.",
                  **_PLACES),
        "shape": _("{tokens} tokens × {n}", **PLACES),
        "numbers": _("{n} numbers, the largest {most}", **PLACES, **_PLACES),
        "vectors_note": _(
            "Bars go up for positive and down for negative numbers, each row on a scale of its own."
        ),
        "vector_table": _("These bars as a table"),
        "channel": _("channel"),
        "hidden": _("hidden number"),
        "token": _("token"),
        "position": _("looks at"),
        "vector_embed": _("token vector"),
        "vector_pos_embed": _("position vector"),
        "vector_ln1": _("normed"),
        "vector_ln2": _("normed"),
        "vector_resid_pre": _("stream before"),
        "vector_attn_out": _("added by attention"),
        "vector_resid_mid": _("stream"),
        "vector_mlp_pre": _("before the bend"),
        "vector_mlp_post": _("after the bend"),
        "vector_mlp_out": _("added by the MLP"),
        "vector_resid_post": _("stream after"),
        "vector_ln_final": _("normed"),
        "vector_logits": _("logits"),
        "vector_q": _("query"),
        "vector_k": _("key"),
        "vector_v": _("value"),
        "vector_z": _("mix of values z"),
        "vector_pattern": _("pattern"),
    }  # fmt: skip


def _off_words() -> dict[str, str]:
    return {
        "switch_off": _("Switch off: {part}", **_PLACES),
        "switch_on": _("Switch on again: {part}", **_PLACES),
        "all_on": _("Switch everything on"),
        "cannot": _("This part cannot be switched off here."),
        "effect": _("What changes"),
        "nothing_off": _(
            "Nothing is switched off. Choose a part of the drawing, and switch it off."
        ),
        "off_now": _("Switched off: {list}. What these parts add is 0 for all tokens.", **PLACES),
        "moved": _(
            "Probability that goes to other tokens: {trained} in the model, {control} in an "
            "untrained copy of it, the control.",
            **_PLACES,
        ),
        "effect_table": _("Likeliest after “{token}”", **PLACES),
        "next_token": _("next token"),
        "whole_model": _("whole model"),
        "without": _("without"),
        "untrained_whole": _("untrained copy"),
        "untrained_without": _("untrained, without"),
        "caution": _(
            "Parts were trained together, so one that is missing may make the rest worse than it "
            "would be if it had never been there. One text is one example."
        ),
    }


def _count_words() -> dict[str, str]:
    return {
        "less": _("< {share}", **PLACES),
        "count_table": _("Where the parameters are"),
        "part_column": _("part"),
        "parameters": _("parameters"),
        "share_column": _("share"),
        "together": _("all parts together"),
    }


def _proof_words() -> dict[str, str]:
    return {
        "checked": _("Checked on these very numbers"),
        "proof_lens": _(
            "The last stage of the lens is the model’s output: its probabilities sum to 1 "
            "(deviation {deviation}).",
            **PLACES,
        ),
        "proof_count": _("The parts’ parameters sum to {total}, the model’s number.", **PLACES),
        "proof_recorded": _(
            "This page's logits and those that Python recorded: largest deviation {deviation}.",
            **PLACES,
        ),
    }
