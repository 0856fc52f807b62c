"""Each output of a notebook as HTML: the same for a single file and for the site."""

from __future__ import annotations

import base64
import html
import io
import struct
from collections.abc import Callable, Mapping
from typing import Any

from nbconvert.filters import strip_ansi
from PIL import Image

from gptlab.catalogue import text as _
from gptlab.site.markup import script_json, scrolling
from gptlab.site.prose import Prose
from gptlab.widgets.base import MOUNT

PLOTLY = "application/vnd.plotly.v1+json"
_PICTURES = ("image/png", "image/svg+xml", "image/jpeg", "image/gif")

Data = Mapping[str, Any]


def output_html(output: Data) -> str:
    """Turn one output, as nbformat has it, into HTML."""
    kind = output["output_type"]
    if kind == "stream":
        return _lines(output["text"], f"gptlab-stream gptlab-{output['name']}")
    if kind == "error":
        return _lines("\n".join(output["traceback"]), "gptlab-stream gptlab-error")
    return data_html(output["data"], output.get("metadata", {}))


def data_html(data: Data, metadata: Data) -> str:
    """Turn the richest form of an output that a page can show into HTML."""
    kind = richest(data)
    return SHOWN[kind](data, metadata) if kind else ""


def richest(data: Data) -> str | None:
    """Name the richest form that a page can show; None if there is none."""
    return next((kind for kind in SHOWN if kind in data), None)


def _mount(data: Data, metadata: Data) -> str:
    return _drawn("gptlab-mount", MOUNT, data, metadata)


def _plotly(data: Data, metadata: Data) -> str:
    return _drawn("gptlab-plotly", PLOTLY, data, metadata)


def _drawn(name: str, kind: str, data: Data, metadata: Data) -> str:
    """What a script will draw; without a script its picture stays."""
    script = f'<script type="{kind}">{script_json(data[kind])}</script>'
    return f'<div class="{name}">{_picture(data, metadata)}{script}</div>'


def _picture(data: Data, metadata: Data) -> str:
    kind = next((kind for kind in _PICTURES if kind in data), None)
    if kind is None:
        return ""
    facts: Data = metadata.get(kind, {})
    content = data[kind]
    if kind == "image/svg+xml":
        content = base64.b64encode(content.encode()).decode()
    content = content.replace("\n", "")
    size = (facts["width"], facts["height"]) if "width" in facts else _size(kind, content)
    kind, content = _smallest(kind, content)
    alt = facts.get("alt") or _("A picture that its notebook does not describe")
    return (
        f'<img src="data:{kind};base64,{content}" alt="{html.escape(alt)}"'
        + (f' width="{int(size[0])}" height="{int(size[1])}"' if size else "")
        + ' decoding="async">'
    )


def _smallest(kind: str, content: str) -> tuple[str, str]:
    """Write a PNG as lossless WebP where that is smaller: the same pixels in fewer bytes."""
    if kind != "image/png":
        return kind, content
    png, webp = base64.b64decode(content), io.BytesIO()
    Image.open(io.BytesIO(png)).save(webp, "WEBP", lossless=True)
    if webp.tell() >= len(png):
        return kind, content
    return "image/webp", base64.b64encode(webp.getvalue()).decode()


def _size(kind: str, content: str) -> tuple[int, int] | None:
    if kind != "image/png":
        return None
    width, height = struct.unpack(">II", base64.b64decode(content[:32])[16:24])
    return width, height


def _html(data: Data, metadata: Data) -> str:
    # The project's own notebooks are trusted; what a learner typed was escaped when it was shown.
    return scrolling(data["text/html"])


def _markdown(data: Data, metadata: Data) -> str:
    return Prose().html(data["text/markdown"])


def _latex(data: Data, metadata: Data) -> str:
    return _markdown({"text/markdown": data["text/latex"]}, metadata)


def _plain(data: Data, metadata: Data) -> str:
    return _lines(data["text/plain"], "gptlab-stream")


def _lines(text: str, classes: str) -> str:
    return f'<pre class="{classes}">{html.escape(strip_ansi(text), quote=False)}</pre>'


# From the richest form to the plainest.
SHOWN: dict[str, Callable[[Data, Data], str]] = {
    MOUNT: _mount,
    PLOTLY: _plotly,
    "text/html": _html,
    "text/markdown": _markdown,
    **dict.fromkeys(_PICTURES, _picture),
    "text/latex": _latex,
    "text/plain": _plain,
}
