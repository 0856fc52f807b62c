"""Words of `CosineCalculator`, in the language in use."""

from __future__ import annotations

from gptlab.catalogue import text as _
from gptlab.widgets.words import PLACES, shared_words

_NOT_NEEDED = {"your_text", "no_answer", "surrogate"}  # of a text field, which it has not got


def cosine_words() -> dict[str, str]:
    """Return the words of `js/cosine.js` and its parts."""
    shared = {name: word for name, word in shared_words().items() if name not in _NOT_NEEDED}
    return shared | measure_words() | {
        "vectors": _("Vectors"),
        "plane": _("Vectors as arrows"),
        "help": _("Drag an arrow's head, or go there with Tab and use the arrow keys."),
        "bars": _("One bar for each number."),
        "arrow": _("{name}: {list}", **PLACES),
        "axis": _("axis {number}", **PLACES),
        "name": _("name"),
        "length": _("length"),
        "turn": _("Turn the axes"),
        "degrees": _("{n}°", **PLACES),
        "reset": _("Turn back"),
        "number_of": _("{name}, axis {number}", **PLACES),
        "pairs": _("Every pair"),
        "pair": _("pair"),
        "pair_of": _("{first} – {second}", **PLACES),
        "closest": _("closest"),
        "nothing": _("no angle"),
        "kept": _(
            "Turning has changed dot products, cosines and distances by {deviation} at most.",
            **PLACES,
        ),
        "moved": _("It has changed the distance along the axes (L1) by up to {n}.", **PLACES),
    }  # fmt: skip


def measure_words() -> dict[str, str]:
    """Name the four measures."""
    return {
        "dot": _("dot product"),
        "cosine": _("cosine"),
        "euclidean": _("distance"),
        "manhattan": _("L1"),
    }
