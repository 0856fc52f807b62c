"""What every tokenizer can do."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol, runtime_checkable


@runtime_checkable
class Tokenizer(Protocol):
    """A two-way map between text and token ids 0 … vocab_size - 1."""

    @property
    def name(self) -> str:
        """What learners see, for example `shakespeare-bpe-1024`, `chars` or `gpt2`."""
        ...

    @property
    def vocab_size(self) -> int:
        """The largest token id plus one."""
        ...

    def encode(self, text: str) -> list[int]:
        """Cut text into token ids."""
        ...

    def decode(self, ids: Iterable[int]) -> str:
        """Join tokens into text; bytes that are not UTF-8 appear as U+FFFD."""
        ...

    def token_bytes(self, token: int) -> bytes:
        """Return the bytes that one token spells."""
        ...

    def to_json(self) -> dict[str, Any]:
        """Return everything that `from_json` needs to rebuild this tokenizer."""
        ...
