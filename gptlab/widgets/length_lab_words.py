"""Words of `LengthLab`, in the language in use."""

from __future__ import annotations

from typing import Any

from gptlab.catalogue import text as _
from gptlab.experiments import length
from gptlab.widgets.words import PLACES, shared_words

_NOT_NEEDED = {"your_text", "no_answer", "surrogate"}  # of a text field, which it has not got


def length_words() -> dict[str, Any]:
    """Return the words of `js/length.js` and its parts."""
    shared = {name: word for name, word in shared_words().items() if name not in _NOT_NEEDED}
    return shared | {
        "patterns": pattern_words(),
        "ways": way_words(),
        "pattern": _("pattern"),
        "tokens_of_map": _("tokens"),
        "window": _("window or chunk"),
        "every": _("stride"),
        "step_of_chunks": _("next chunk after"),
        "draws": _("drawn tokens"),
        "layers": _("layers"),
        "who_sees": _("Who can know of whom"),
        "map_help": _("Go through the map with the arrow keys. Rows are queries, columns keys."),
        "map_name": _("Layers needed, query by key"),
        "at_once": _("Token {query} knows of token {key} after one layer.", **PLACES),
        "after": _("Token {query} knows of token {key} after {n} layers.", **PLACES),
        "itself": _("Token {query} knows itself.", **PLACES),
        "never": _("Token {query} never knows of token {key}.", **PLACES),
        "later": _("Token {key} comes later than token {query}.", **PLACES),
        "known": _("The last token knows of {n} of {total} tokens, up to {steps} back.", **PLACES),
        "known_table": _("What the last token knows, layer by layer"),
        "known_tokens": _("tokens known"),
        "legend": _("Lighter cells need more layers, empty ones are never reached."),
        "proof_future": _("No token knows of a later one: {n} such cells.", **PLACES),
        "proof_pairs": _("Pairs counted in the map: {n}; by formula: {total}.", **PLACES),
        "proof_apart": _("Chunks are read apart: pairs that two chunks share are computed twice."),
        "costs": _("Cost of a longer text"),
        "model": _("model"),
        "length": _("length"),
        "n_tokens": _("{n} tokens", **PLACES),
        "quantity": _("quantity"),
        "of_full": _("full"),
        "of_pattern": _("this pattern"),
        "pair_operations": _("operations for pairs"),
        "rest_operations": _("operations for the rest of the blocks"),
        "score_memory": _("scores of one head, MB"),
        "cache_memory": _("keys and values, MB"),
        "weight_memory": _("weights, MB"),
        "exponent": _("exponent of the pairs, from half the length"),
        "cost_note": _("By formula, in numbers of two bytes; the pattern's pairs alone computed."),
        "recall": _("What it recalls (recorded)"),
        "recall_note": _(
            "Recorded, not computed here: texts of {n} tokens, about {count} seen by each, mean of "
            "{total} seeds with their range. The sliders do not change it.",
            **PLACES,
        ),
        "recall_axis": _("distance in tokens, from {first} to {end}", **PLACES),
        "guessing": _("guessing"),
        "recall_table": _("Recall in numbers"),
        "distance": _("distance"),
    }  # fmt: skip


def pattern_words() -> dict[str, str]:
    """Name the patterns."""
    return {
        "full": _("full"),
        "truncated": _("truncated"),
        "chunks": _("chunks"),
        "band": _("band (sliding window)"),
        "strided": _("strided"),
        "random": _("random"),
        "two-level": _("two-level"),
    }


def way_words() -> dict[str, str]:
    """Name the ways of reading that the experiment recorded."""
    names = (
        _("full"),
        _("truncated"),
        _("chunks"),
        _("overlapping chunks"),
        _("band, 1 layer"),
        _("band, 2 layers"),
        _("band, 4 layers"),
        _("strided"),
        _("random"),
        _("two-level"),
    )
    return dict(zip(length.WAYS, names, strict=True))
