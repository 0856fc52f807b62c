"""Tokens as a page gets them: ids, lengths in bytes, and all bytes in hexadecimal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate, pairwise
from typing import Any

from gptlab.widgets.backends import Backend


def spelling(backend: Backend, token: int) -> bytes:
    """Return the bytes of a token; none where a padded vocabulary has an id and no token."""
    tokenizer = backend.tokenizer
    return tokenizer.token_bytes(token) if token < tokenizer.vocab_size else b""


def spelled(backend: Backend, ids: Sequence[int]) -> dict[str, Any]:
    """Return tokens as the page takes them: `ids`, `lengths` and `bytes`."""
    found = [spelling(backend, token) for token in ids]
    return {"ids": list(ids), "lengths": list(map(len, found)), "bytes": b"".join(found).hex()}


def spellings(answer: Mapping[str, Any]) -> list[bytes]:
    """Return the bytes of each token of an answer that holds `lengths` and `bytes`.

    Example:
        >>> spellings({"lengths": [1, 2], "bytes": "616263"})
        [b'a', b'bc']
    """
    raw, ends = bytes.fromhex(answer["bytes"]), accumulate(answer["lengths"], initial=0)
    return [raw[start:end] for start, end in pairwise(ends)]
