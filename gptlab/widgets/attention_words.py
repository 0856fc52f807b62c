"""Every word that the attention view shows, in the language in use."""

from __future__ import annotations

from gptlab.catalogue import text as _
from gptlab.widgets.attending import empty_text, nothing_follows
from gptlab.widgets.words import PLACES


def attention_words() -> dict[str, str]:
    """Return the words of `js/attention.js` and its parts, without those that all widgets share."""
    return {
        "no_tokens": empty_text(),
        "nothing_follows": nothing_follows(),
        "newest_only": _(
            "The text is longer than what is read here: these are its newest {shown} tokens, and "
            "{left} before them were left out.",
            **PLACES,
        ),
        **_map_words(),
        **_step_words(),
        **_effect_words(),
        **_proof_words(),
    }


def _map_words() -> dict[str, str]:
    return {
        "all_heads": _("All heads at a glance"),
        "all_heads_note": _(
            "A small map for each head: rows look, columns are looked at, bright is much. Choose "
            "one to see it large; the arrow keys go from one to the next."
        ),
        "layer_name": _("layer {layer}", **PLACES),
        "head_name": _("head {head}", **PLACES),
        "layer_and_head": _("Layer {layer}, head {head}", **PLACES),
        "heat_map": _("heat map"),
        "map_label": _("{head}: who looks at whom, tokens: {count}", **PLACES),
        "map_help": _(
            "The arrow keys move, Home and End go to the ends of a row. Enter or a click holds a "
            "pair of tokens for the steps below, Escape lets it go."
        ),
        "query_axis": _("query: the token that looks"),
        "key_axis": _("key: the token looked at"),
        "share": _("share of the row, in %: a row sums to 100"),
        "looks_at": _("“{query}” looks at “{key}”: {probability}", **PLACES),
        "cannot_look": _("“{query}” cannot look at “{key}”: the mask hides it.", **PLACES),
        "place": _("token {first} looks at token {second} of {total}", **PLACES),
        "habits": _(
            "Where layer {layer}, head {head} looks, averaged over the tokens from the third on:",
            **PLACES,
        ),
        "looks_itself": _("at itself"),
        "looks_before": _("at the token before"),
        "looks_first": _("at the first token"),
        "looks_elsewhere": _("elsewhere"),
        "pair_table": _("The large map as a table"),
        "first_pairs": _("The first {shown} of {total} pairs that the mask allows:", **PLACES),
        "query": _("query"),
        "key": _("key"),
        "score": _("score"),
        "weight": _("weight"),
    }


def _step_words() -> dict[str, str]:
    return {
        "steps": _("Step by step: how “{query}” looks at “{key}”", **PLACES),
        "held": _("This pair is held while you change heads. Escape on the map lets it go."),
        "not_held": _(
            "The last token and the one it looks at most. Click a cell of the map, or press Enter "
            "on it, to take another pair apart."
        ),
        "no_vectors": _(
            "This model does not hand out its queries, keys and values, so the steps before the "
            "pattern cannot be shown. The pattern is the model's own."
        ),
        "step_product": _(
            "The query of “{query}” and the key of “{key}” are vectors of {n} numbers, drawn "
            "here as bars, each vector on a scale of its own. They are multiplied number by "
            "number, and the products are added up:",
            **PLACES,
        ),
        "q_of": _("q of “{query}”", **PLACES),
        "k_of": _("k of “{key}”", **PLACES),
        "q_times_k": _("q × k"),
        "sum_is": _("sum: {number}", **PLACES),
        "raw": _("q · k"),
        "scaled": _("× 1/√d_head"),
        "root": _("1/√{n} = {number}", **PLACES),
        "bias": _("position bias"),
        "biased": _("+ position bias"),
        "bias_is": _("{number} for the distance", **PLACES),
        "mask": _("mask"),
        "is_seen": _("may look"),
        "is_hidden": _("hidden: weight 0"),
        "exp": _("exp(score − largest)"),
        "less_largest": _("largest score of the row: {number}", **PLACES),
        "over_total": _("÷ the row's sum, {total}", **PLACES),
        "row_table": _("All keys that this query is compared with"),
        "step_mix": _(
            "The value of “{key}” goes into the mix with that weight. All keys' values, each with "
            "its own weight, add up to z: what the head hands on for “{query}”.",
            **PLACES,
        ),
        "v_of": _("v of “{key}”", **PLACES),
        "part_of": _("{probability} of it", **PLACES),
        "z_of": _("z of “{query}”", **PLACES),
        "coordinates": _("These bars as a table"),
        "coordinate": _("number"),
        "q": _("q"),
        "k": _("k"),
        "v": _("v"),
        "weight_times_v": _("weight × v"),
        "z_here": _("z, computed here"),
        "z_model": _("z, the model's"),
    }


def _effect_words() -> dict[str, str]:
    return {
        "effect": _("Does this head matter for the next token?"),
        "done": _(
            "The z of layer {layer}, head {head} was set to 0 for all tokens, so that the head "
            "adds nothing. Everything else ran as before.",
            **PLACES,
        ),
        "guess": _(
            "After this text the whole model finds “{token}” likeliest: {probability}.", **PLACES
        ),
        "effect_table": _("How likely “{token}” is", **PLACES),
        "probability": _("probability"),
        "change": _("change, in percentage points"),
        "trained": _("The model"),
        "untrained": _("Control: an untrained copy of it"),
        "whole_model": _("whole"),
        "without_head": _("without layer {layer}, head {head}", **PLACES),
        "without_random": _("without a random one: layer {layer}, head {head}", **PLACES),
        "draw_another": _("Draw another random head"),
        "caution": _(
            "A bright cell says where a head looks, not that it matters. A change counts for "
            "something if it is larger than a random head's, and if the untrained copy shows none. "
            "One text is one example: try others."
        ),
    }


def _proof_words() -> dict[str, str]:
    return {
        "checked": _("Checked on these very numbers"),
        "proof_sums": _("Rows sum to 1. Rows: {count}, largest deviation: {deviation}.", **PLACES),
        "proof_later": _(
            "Weights on later tokens are exactly 0. Cells checked: {count}.", **PLACES
        ),
        "proof_masked": _(
            "Weights on hidden tokens are exactly 0. Cells checked: {count}.", **PLACES
        ),
        "proof_masked_wrong": _(
            "Some hidden tokens have a weight, up to {deviation}. Cells checked: {count}.", **PLACES
        ),
        "proof_pattern": _(
            "The pattern, computed here again from q and k: largest deviation {deviation}.",
            **PLACES,
        ),
        "proof_pattern_biased": _(
            "The pattern, computed here again from the model's scores, because they hold a "
            "position bias: largest deviation {deviation}.",
            **PLACES,
        ),
        "proof_z": _(
            "z, computed here again from that pattern and v: largest deviation {deviation}.",
            **PLACES,
        ),
        "proof_recorded": _(
            "This page's logits and those that Python recorded: largest deviation {deviation}.",
            **PLACES,
        ),
    }
