"""Vocabularies in a form that a page reads: small when compressed, quick to open.

A table is a head and six columns. The head is its length (two bytes, little-endian) and JSON:
`name`, `pattern` (of `js/engine/pretokens.js`), `n` spellings and the `specials` by name. The rows
are the spellings in alphabetical order, where most begin like the one before: one byte says how
many bytes they share, one how many are added; three columns hold the id's low, middle and high
byte; the added bytes of all rows follow. Alphabetical order costs more for the ids, and less for
the letters: together 8 % less than spellings in the order of their ids.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from importlib import resources
from itertools import pairwise
from pathlib import Path
from typing import Any

from safetensors import safe_open

from gptlab.tokenizers import ByteBPE, CharTokenizer, PublishedBPE, Tokenizer

SHIPPED = "shakespeare"
"""The tokenizer of the model that ships with gptlab."""
PUBLISHED = ("gpt2", "cl100k", "o200k")
MOST_JSON = 100_000  # bytes of a tokenizer that travels with its widget; notebooks stay small
_SHIPPED_FILE = resources.files("gptlab") / "models" / f"{SHIPPED}.safetensors"


def table(name: str) -> bytes:
    """Write a published vocabulary for `ByteBPE.fromTable` in the page.

    Args:
        name: `gpt2`, `cl100k` or `o200k`.

    Raises:
        ValueError: No published tokenizer has that name.
        MissingDataError: Its data file is not installed.
    """
    known = PublishedBPE(name).table
    rows = sorted(known.ranks)
    ids = [known.ranks[spelling] for spelling in rows]
    shared = _shared(rows)
    added = [spelling[n:] for spelling, n in zip(rows, shared, strict=True)]
    columns = [shared, map(len, added), *_columns(ids)]
    specials = dict(known.special_ids)
    head = json.dumps({"name": name, "pattern": name, "n": len(rows), "specials": specials})
    parts = [len(head).to_bytes(2, "little"), head.encode(), *map(bytes, columns), *added]
    return b"".join(parts)


def _shared(rows: Sequence[bytes]) -> list[int]:
    """Count the bytes with which each row begins like the one before."""
    counts = []
    for before, row in pairwise([b"", *rows]):
        differing = (i for i, (a, b) in enumerate(zip(before, row, strict=False)) if a != b)
        counts.append(next(differing, min(len(before), len(row))))
    return counts


def _columns(ids: Sequence[int]) -> list[list[int]]:
    """Split ids into their low, middle and high bytes."""
    return [[number >> shift & 255 for number in ids] for shift in (0, 8, 16)]


def shipped_json() -> bytes:
    """Return what the shipped tokenizer's `to_json` gives, as compact JSON."""
    return json.dumps(shipped(), ensure_ascii=False, separators=(",", ":")).encode()


@cache
def shipped() -> dict[str, Any]:
    """Read the shipped tokenizer from its model's file, without the weights and without torch."""
    with safe_open(Path(str(_SHIPPED_FILE)), framework="numpy") as opened:
        tokenizer: dict[str, Any] = json.loads(opened.metadata()["gptlab"])["tokenizer"]
    return tokenizer


def described(tokenizers: Sequence[Tokenizer]) -> list[dict[str, Any]]:
    """Say where a page gets each tokenizer.

    Returns:
        For each, `kind` and `name` of the asset `tokenizer/NAME` (kinds `published` and `shipped`),
        or what its `to_json` returns. An empty list if one of them cannot be opened in a page: it
        is too large, or of a class that only Python knows.
    """
    found = [_described(tokenizer) for tokenizer in tokenizers]
    return [one for one in found if one] if all(found) else []


def _described(tokenizer: Tokenizer) -> dict[str, Any] | None:
    if type(tokenizer) not in (ByteBPE, CharTokenizer, PublishedBPE):
        return None
    data = tokenizer.to_json()
    if data == shipped():
        return {"kind": "shipped", "name": SHIPPED}
    return data if len(json.dumps(data)) <= MOST_JSON else None


def assets(described: Sequence[dict[str, Any]]) -> list[str]:
    """Name the assets that a page needs for these tokenizers."""
    named = [one["name"] for one in described if one["kind"] in ("published", "shipped")]
    return [f"tokenizer/{name}" for name in named]
