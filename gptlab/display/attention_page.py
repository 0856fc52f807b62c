"""One of bertviz's views as a piece of HTML that needs nothing outside itself.

bertviz's script runs as it was published. It asks for d3 and jQuery: the modules of d3 that it
uses travel with it, and `js/draw.js` stands in for the rest.
"""

import base64
import gzip
import html
import io
import json
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
from PIL import Image

from gptlab.catalogue import text as _

LIBRARIES = {
    "head": ("d3-selection", "d3-color"),
    "model": ("d3-selection",),
    "neuron": ("d3-selection", "d3-path", "d3-shape"),
}
"""View to what its script uses of d3, each after what it builds on."""


def view_html(view: str, params: dict[str, Any], png: bytes, alt: str, words: str) -> str:
    """Return a view that draws itself in any page that runs scripts.

    Args:
        view: `head`, `model` or `neuron`.
        params: What bertviz's script reads; an array in it stays an array of float32.
        png: The picture that stands there where no script runs.
        alt: What it shows, in words.
        words: HTML that says what there is to see.
    """
    title, hint = _words(view)
    packed = base64.b64encode(gzip.compress(_program(view, params).encode(), mtime=0)).decode()
    # MathJax would take what is between two dollar signs for a formula.
    return (
        '<div class="gptlab-bertviz tex2jax_ignore mathjax_ignore" '
        f'role="group" aria-label="{html.escape(title)}">'
        f"<style>{_own('css/bertviz.css')}</style>"
        f'<div class="title" role="heading" aria-level="4">{html.escape(title)}</div>'
        f"{_still_html(png, alt)}{_stage_html(view, hint)}{words}"
        f'<script type="text/plain" class="packed">{packed}</script>'
        f"<script>{_own('js/unpack.js')}</script></div>"
    )


def _words(view: str) -> tuple[str, str]:
    if view == "head":
        return _("Attention, head view of bertviz"), _(
            "A line joins a token on the left, which looks, with one on the right, which is looked "
            "at; the darker the line, the larger the share. Point at a token to see its lines "
            "alone. A colour is a head: click its square to hide it or show it, double-click to "
            "see it alone."
        )
    if view == "model":
        return _("Attention, model view of bertviz"), _(
            "One small picture per head. Click one to see its tokens; click again to close it."
        )
    return _("Attention, neuron view of bertviz"), _(
        "Point at a token on the left, and click the plus sign beside it: its query, the keys, "
        "their products element by element, the sum of those over √d_head, and the softmax. Blue "
        "is positive, orange negative."
    )


def _still_html(png: bytes, alt: str) -> str:
    image = Image.open(io.BytesIO(png))
    webp = io.BytesIO()
    image.save(webp, "WEBP", lossless=True)  # the same pixels in a third of the bytes
    source = f"data:image/webp;base64,{base64.b64encode(webp.getvalue()).decode()}"
    note = _("This is a still picture. Where scripts run, such as in JupyterLab, it can be moved.")
    return (
        f'<div class="still"><img src="{source}" width="{image.width}" height="{image.height}" '
        f'alt="{html.escape(alt)}"><p>{html.escape(note)}</p></div>'
    )


def _stage_html(view: str, hint: str) -> str:
    """Where the script draws; it finds its places by their ids, inside this stage only."""
    fields = {
        "head": {"layer": _("Layer")},
        "model": {},
        "neuron": {"layer": _("Layer"), "att_head": _("Head")},
    }[view]
    chosen = "".join(
        f'<label>{html.escape(label)} <select id="{name}"></select></label> '
        for name, label in fields.items()
    )
    return (
        f'<div class="stage" id="bertviz" hidden><p>{html.escape(hint)}</p><div>{chosen}</div>'
        '<div id="vis"></div></div>'
    )


def _program(view: str, params: dict[str, Any]) -> str:
    parts = {
        "view": view,
        "libraries": "\n".join(_own(f"vendor/{name}.min.js") for name in LIBRARIES[view]),
        "script": _bertviz_script(view),
        "params": params | {"root_div_id": "bertviz"},
        "label": _("A drawing to be used with a pointer; its words and a table follow"),
    }
    written = json.dumps(parts, default=_float32, allow_nan=False, ensure_ascii=False)
    return f"{_own('js/draw.js')}\ndraw(root, {written});"


def _float32(array: np.ndarray) -> dict[str, Any]:
    return {
        "float32": base64.b64encode(array.astype("<f4").tobytes()).decode(),
        "shape": array.shape,
    }


@cache
def _own(name: str) -> str:
    return (resources.files("gptlab.display") / name).read_text(encoding="utf-8")


@cache
def _bertviz_script(view: str) -> str:
    return (resources.files("bertviz") / f"{view}_view.js").read_text(encoding="utf-8")
