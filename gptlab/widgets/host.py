"""The script that makes the widgets of a page work without a kernel and without a network."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from gptlab.widgets.assets import letters
from gptlab.widgets.esm import script, stylesheet

HERE = Path(__file__).parent
STYLES = (
    "lab",
    "tokens",
    "attention",
    "nexttoken",
    "checkpoints",
    "positions",
    "objectives",
    "beams",
    "xray",
    "cosine",
    "vectors",
    "bptt",
    "memory",
    "length",
    "finetune",
    "chat",
    "claims",
    "sentence",
    "player",
    "page",
)


@cache
def host_script() -> str:
    """Return one classic script: views, engine, tokenizers, styles and the matrix product."""
    product = (HERE / "js" / "engine" / "product.wasm").read_bytes()
    constants = {"GPTLAB_CSS": stylesheet(HERE / "css", *STYLES), "GPTLAB_WASM": letters(product)}
    return script(HERE / "js" / "page" / "host.js", constants)
