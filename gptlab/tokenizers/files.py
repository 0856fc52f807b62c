"""Tokenizers as JSON files."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from gptlab.files import write_atomically
from gptlab.tokenizers.bpe import ByteBPE
from gptlab.tokenizers.chars import CharTokenizer
from gptlab.tokenizers.protocol import Tokenizer
from gptlab.tokenizers.published import PublishedBPE

_KINDS: dict[str, Callable[[Mapping[str, Any]], Tokenizer]] = {
    "byte-bpe": ByteBPE.from_json,
    "chars": CharTokenizer.from_json,
    "published": PublishedBPE.from_json,
}


def from_json(data: Mapping[str, Any]) -> Tokenizer:
    """Rebuild a tokenizer from what its `to_json` returned.

    Raises:
        ValueError: The kind is unknown, or a part is missing or of the wrong type.

    Example:
        >>> from_json({"kind": "chars", "name": "chars", "alphabet": "abc"}).encode("cab")
        [2, 0, 1]
    """
    kind = data.get("kind")
    if not isinstance(kind, str) or kind not in _KINDS:
        raise ValueError(f"Expected a tokenizer of kind {', '.join(_KINDS)}, got kind={kind!r}.")
    if not isinstance(data.get("name"), str):
        raise ValueError(f"A tokenizer of kind {kind} needs a name, got {data.get('name')!r}.")
    try:
        return _KINDS[kind](data)
    except KeyError as error:
        raise ValueError(f"A tokenizer of kind {kind} needs the field {error}.") from None
    except (TypeError, AttributeError) as error:
        raise ValueError(f"A field of this {kind} tokenizer has the wrong type: {error}.") from None


def save(tokenizer: Tokenizer, path: str | os.PathLike[str]) -> None:
    """Write a tokenizer as JSON, one merge a line.

    Raises:
        OSError: The file cannot be written; an earlier one is unharmed.
    """
    text = json.dumps(tokenizer.to_json(), ensure_ascii=False, indent=0) + "\n"
    write_atomically(Path(path), text.encode())


def load(path: str | os.PathLike[str]) -> Tokenizer:
    """Read a tokenizer that `save` wrote.

    Raises:
        FileNotFoundError: No file has that name.
        ValueError: The file is not JSON, not UTF-8, or not a tokenizer.
    """
    try:
        data = json.loads(Path(path).read_text(encoding="utf-8"))
        if not isinstance(data, dict):
            raise ValueError(f"Expected a JSON object with a kind, got {type(data).__name__}.")
        return from_json(data)
    except ValueError as error:  # JSONDecodeError and UnicodeDecodeError are ValueErrors
        raise ValueError(
            f"{path} is not a gptlab tokenizer: {error} Save it again with gptlab.tokenizers.save."
        ) from None
