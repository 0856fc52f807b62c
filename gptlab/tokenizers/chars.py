"""One token for every character of an alphabet."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from gptlab.tokenizers.spelling import checked_id, checked_text


@dataclass(frozen=True, kw_only=True)
class CharTokenizer:
    """A tokenizer whose tokens are the characters of one alphabet, in order of code point.

    Raises:
        ValueError: The alphabet is empty, repeats a character or holds a lone surrogate.

    Source: Karpathy 2015 (char-rnn), and nanoGPT's `shakespeare_char`.

    Example:
        >>> tokenizer = CharTokenizer.from_text("abracadabra")
        >>> tokenizer.encode("bad")
        [1, 0, 3]
        >>> tokenizer.decode([1, 0, 3])
        'bad'
    """

    alphabet: str
    name: str = "chars"

    def __post_init__(self) -> None:
        """Check that the alphabet gives every character one id."""
        checked_text(self.alphabet)
        if not self.alphabet:
            raise ValueError("Expected a text with at least one character, got an empty one.")
        if len(set(self.alphabet)) < len(self.alphabet):
            raise ValueError(
                "Expected an alphabet in which no character repeats. "
                "Use CharTokenizer.from_text(text) to make one from a text."
            )

    @classmethod
    def from_text(cls, text: str, *, name: str = "chars") -> CharTokenizer:
        """Take every character that occurs in a text as the alphabet."""
        return cls(alphabet="".join(sorted(set(text))), name=name)

    @property
    def vocab_size(self) -> int:
        """How many characters the alphabet has."""
        return len(self.alphabet)

    def encode(self, text: str) -> list[int]:
        """Turn every character into its id.

        Raises:
            ValueError: A character is not in the alphabet.
        """
        checked_text(text)
        try:
            return [self._ids[character] for character in text]
        except KeyError as error:
            raise ValueError(self._unknown(text, error.args[0])) from None

    def _unknown(self, text: str, character: str) -> str:
        label = unicodedata.name(character, "no name")
        return (
            f"Character {text.index(character)} is {character!a} (U+{ord(character):04X}, "
            f"{label}{_as_seen(character)}), which is not among the {self.vocab_size} characters "
            "of this tokenizer. Remove it, or use a byte-level tokenizer, which spells every text."
        )

    def decode(self, ids: Iterable[int]) -> str:
        """Join the characters of these ids.

        Raises:
            ValueError: An id is not in the vocabulary.
        """
        return "".join(self.alphabet[checked_id(token, self.vocab_size)] for token in ids)

    def token_bytes(self, token: int) -> bytes:
        """Return the UTF-8 bytes of one character.

        Raises:
            ValueError: The id is not in the vocabulary.
        """
        return self.alphabet[checked_id(token, self.vocab_size)].encode()

    @cached_property
    def _ids(self) -> dict[str, int]:
        return {character: number for number, character in enumerate(self.alphabet)}

    def to_json(self) -> dict[str, Any]:
        """Return kind, name and alphabet."""
        return {"kind": "chars", "name": self.name, "alphabet": self.alphabet}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> CharTokenizer:
        """Rebuild a tokenizer from what `to_json` returned."""
        return cls(alphabet=data["alphabet"], name=data["name"])


def _as_seen(character: str) -> str:
    return f", “{character}”" if character.isprintable() else ""
