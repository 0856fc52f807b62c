"""One engine for every byte-level BPE: `regex` cuts the text, tiktoken merges the bytes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import regex
import tiktoken

from gptlab.tokenizers.spelling import checked_id, checked_text

GPT2_PATTERN = r"'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s"
"""How GPT-2 cuts text before any merge: words with the space before them, digits, signs."""


@dataclass(frozen=True, kw_only=True)
class MergeTable:
    """All that a byte-level BPE knows."""

    pattern: str
    """The regular expression that cuts text into pre-tokens; no merge crosses a cut."""
    ranks: Mapping[bytes, int]
    """The id of every spelling; the merge that makes the lowest id comes first."""
    special_ids: Mapping[str, int]
    """Ids that no text produces, by name."""


class ByteLevel(ABC):
    """A tokenizer whose alphabet is the 256 bytes, so that it can spell every text.

    tiktoken merges for trained and published vocabularies alike: it takes a plain
    `{bytes: rank}` table and needs no second alphabet. The cutting is done here, once, because
    tiktoken's own cutting crashes on a million spaces in a row, and because lessons need
    the cuts.
    """

    @cached_property
    @abstractmethod
    def table(self) -> MergeTable:
        """Pattern, ranks and special tokens."""

    @cached_property
    def vocab_size(self) -> int:
        """The largest token id plus one."""
        return max([*self.table.ranks.values(), *self.table.special_ids.values()]) + 1

    @property
    def special_ids(self) -> Mapping[str, int]:
        """Ids that no text produces, by name, for example `<|endoftext|>`."""
        return self.table.special_ids

    def pre_tokens(self, text: str) -> list[str]:
        """Cut text where no merge may cross.

        Raises:
            ValueError: The text holds a lone surrogate.
        """
        cuts: list[str] = self._cutter.findall(checked_text(text))
        return cuts

    def encode(self, text: str) -> list[int]:
        """Cut text into token ids; text that spells a special token is text all the same.

        Raises:
            ValueError: The text holds a lone surrogate.
        """
        words = self.pre_tokens(text)
        merge = self._encoding.encode_ordinary
        tokens = {word: merge(word) for word in set(words)}
        return [token for word in words for token in tokens[word]]

    def decode(self, ids: Iterable[int]) -> str:
        """Join tokens into text; bytes that are not UTF-8 appear as U+FFFD.

        Raises:
            ValueError: An id is not in the vocabulary.
        """
        tokens = list(ids)
        try:
            spellings = [self._spellings[token] for token in tokens]
        except KeyError:  # an id to refuse, or one that is not a plain int
            spellings = [self.token_bytes(token) for token in tokens]
        return b"".join(spellings).decode("utf-8", errors="replace")

    def token_bytes(self, token: int) -> bytes:
        """Return the bytes that one token spells; a special token spells its name.

        Raises:
            ValueError: The id is not in the vocabulary.
        """
        number = checked_id(token, self.vocab_size)
        try:
            return self._spellings[number]
        except KeyError:
            raise ValueError(
                f"Token {number} is unknown: this vocabulary leaves that id unused, although it "
                f"lies between 0 and {self.vocab_size - 1}. Use an id that encode() returned."
            ) from None

    @cached_property
    def _cutter(self) -> regex.Pattern[str]:
        return regex.compile(self.table.pattern)

    @cached_property
    def _encoding(self) -> tiktoken.Encoding:
        # It sees one pre-token at a time, so its pattern takes all of it. No special tokens:
        # text must never produce one.
        return tiktoken.Encoding(
            "gptlab",
            pat_str="(?s:.+)",
            mergeable_ranks=dict(self.table.ranks),
            special_tokens={},
        )

    @cached_property
    def _spellings(self) -> dict[int, bytes]:
        ranks = self.table.ranks.items()
        specials = self.special_ids.items()
        spellings = {number: spelling for spelling, number in ranks}
        return spellings | {number: name.encode() for name, number in specials}


def _byte_alphabet() -> dict[int, str]:
    shown = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    hidden = [byte for byte in range(256) if byte not in shown]
    return {b: chr(b) for b in shown} | {b: chr(256 + i) for i, b in enumerate(hidden)}


LETTER_OF_BYTE = _byte_alphabet()
"""GPT-2's visible letter for every byte, in GPT-2's order: `Ġ` is the space, `Ċ` the line feed."""

BYTE_OF_LETTER = {letter: byte for byte, letter in LETTER_OF_BYTE.items()}


def to_letters(spelling: bytes) -> str:
    """Write bytes in GPT-2's visible alphabet.

    Source: Radford et al. 2019 (GPT-2), released code, `bytes_to_unicode`.

    Example:
        >>> to_letters(b" the")
        'Ġthe'
    """
    return "".join(LETTER_OF_BYTE[byte] for byte in spelling)


def from_letters(letters: str) -> bytes:
    """Read bytes written in GPT-2's visible alphabet.

    Raises:
        ValueError: A character is not one of its 256 letters.

    Example:
        >>> from_letters("Ġthe")
        b' the'
    """
    try:
        return bytes(BYTE_OF_LETTER[letter] for letter in letters)
    except KeyError as error:
        raise ValueError(
            f"Expected GPT-2's 256 visible letters for bytes, got {error.args[0]!r} in {letters!r}."
        ) from None
