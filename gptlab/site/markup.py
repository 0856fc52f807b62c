"""JSON and text inside HTML, where a learner's own text must stay text."""

from __future__ import annotations

import html
import json
from typing import Any

from gptlab.catalogue import text as _


def script_json(value: Any) -> str:
    r"""Write JSON that can stand in a `<script>`: no `<` in it, so nothing in it ends the script.

    Example:
        >>> script_json({"text": "</script>"})
        '{"text":"\\u003c/script>"}'
    """
    # ASCII only, so that half a surrogate pair, which no UTF-8 can spell, travels too.
    return json.dumps(value, separators=(",", ":"), allow_nan=False).replace("<", r"\u003c")


def scrolling(markup: str) -> str:
    """Let what is wider than the page move sideways; the page's script makes it a region then."""
    label = html.escape(_("Wide content: scroll sideways"))
    return f'<div class="gptlab-scroll" data-label="{label}">{markup}</div>'
