"""Words that several widgets show, in the language in use."""

from __future__ import annotations

from gptlab import catalogue
from gptlab.catalogue import text as _

_NAMES = (
    "bytes",
    "characters",
    "code",
    "code_points",
    "count",
    "deviation",
    "end",
    "first",
    "head",
    "heads",
    "id",
    "joined",
    "key",
    "layer",
    "left",
    "list",
    "model",
    "n",
    "name",
    "number",
    "position",
    "probability",
    "query",
    "rank",
    "right",
    "second",
    "seed",
    "share",
    "shown",
    "start",
    "step",
    "steps",
    "temperature",
    "text",
    "token",
    "tokens",
    "top_k",
    "top_p",
    "total",
    "u",
)
PLACES = {name: f"{{{name}}}" for name in _NAMES}
"""Places that a message keeps for the page to fill: `_("token {number}", **PLACES)`."""


def shared_words() -> dict[str, str]:
    """Return the words that `parts/textfield.js`, `parts/saving.js` and the page's host show."""
    return {
        "language": catalogue.language().replace("_", "-"),
        "your_text": _("Your text"),
        "working": _("computing…"),
        "no_answer": _("No answer yet. Python computes this: is its kernel running?"),
        "no_answer_in_page": _("No answer yet. This page computes it by itself and is still busy."),
        "failed_in_page": _("This page could not compute the answer: {text}", **PLACES),
        "no_page": _(
            "This is a recorded picture: the model behind it is not part of this page. Open the "
            "notebook in JupyterLab to type a text of your own."
        ),
        "slow_page": _(
            "This browser has no WebAssembly SIMD, so the page computes several times slower."
        ),
        "surrogate": _(
            "Character {number} is half of a surrogate pair (U+{code}), which no UTF-8 can spell. "
            "Delete it. What is shown belongs to the text before.",
            **PLACES,
        ),
        "save_svg": _("Save as SVG"),
        "save_png": _("Save as PNG"),
        "save_failed": _("The browser could not make this picture; save it as SVG."),
    }
