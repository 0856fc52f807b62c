"""What a page without a kernel computes with: weights and tokenizers, by name.

The weights are the very files that Python reads, so page and kernel hold the same numbers.
"""

from __future__ import annotations

import base64
import gzip
import json
import re
from pathlib import Path

from gptlab import checkpoints
from gptlab.experiments import keeping, taught
from gptlab.finetuning.dialogue import FILE as CHAT
from gptlab.widgets.backends.opening import LESSON
from gptlab.widgets.claim_board_numbers import board_bytes
from gptlab.widgets.exploring import table_bytes
from gptlab.widgets.page_tokenizers import PUBLISHED, shipped_json, table

WHOLE_MODELS = ("model/shakespeare", "model/twin_next", "model/twin_masked")
_SNAPSHOT = re.compile(r"model/(\w+)@(\d+)")


def asset(name: str) -> bytes:
    """Return the bytes of an asset.

    Args:
        name: `model/shakespeare`, `model/lesson@500`, `tokenizer/gpt2`, …

    Raises:
        ValueError: There is none of that name.
    """
    kind, _slash, what = name.partition("/")
    if kind == "tokenizer" and what in PUBLISHED:
        return table(what)
    if name == "tokenizer/shakespeare":
        return shipped_json()
    if name == "vectors/glove":
        return table_bytes()
    if name == "kept/recall":
        return keeping.FILE.read_bytes()
    if name == "claims/board":
        return board_bytes()
    if file := _model_file(name) or _adapter_file(name):
        return file.read_bytes()
    raise ValueError(
        f"there is no asset {name!r} for pages. There are {', '.join(WHOLE_MODELS)}, "
        f"model/{LESSON}@STEP, "
        "adapter/chat, adapter/ with a run of gptlab.experiments.taught, "
        "vectors/glove, kept/recall, claims/board, tokenizer/shakespeare and tokenizer/ with "
        f"{', '.join(PUBLISHED)}."
    )


def packed(content: bytes) -> str:
    """Write bytes as letters for a page: gzip, then base 85; the same bytes give the same letters.

    `js/page/packing.js` undoes it.
    """
    return letters(gzip.compress(content, compresslevel=9, mtime=0))


def letters(content: bytes) -> str:
    """Write bytes in base 85: five letters for four bytes, 6 % fewer than in base 64.

    Of the 85 letters of RFC 1924, `<` would begin markup and becomes a dot.

    Example:
        >>> letters(b"page")
        'aA9X.'
    """
    return base64.b85encode(content).decode().replace("<", ".")


def file_name(name: str) -> str:
    """Name the script that brings an asset into a page.

    Example:
        >>> file_name("model/lesson@500")
        'model-lesson-500.js'
    """
    return f"{re.sub(r'[/@]', '-', name)}.js"


def bringing(name: str, content: bytes) -> str:
    """Return the classic script that brings an asset into a page of the site."""
    text = json.dumps(packed(content))
    return f"(globalThis.gptlabAssets ??= {{}})[{json.dumps(name)}]={text};\n"


def _model_file(name: str) -> Path | None:
    if name in WHOLE_MODELS:
        return checkpoints.locate(name.removeprefix("model/"))
    found = _SNAPSHOT.fullmatch(name)
    if found and found[1] == LESSON:
        return checkpoints.snapshots(found[1]).get(int(found[2]))
    return None


def _adapter_file(name: str) -> Path | None:
    kind, _slash, what = name.partition("/")
    if kind != "adapter":
        return None
    file = CHAT if what == "chat" else taught.file_of(name)
    return file if file.is_file() else None
