"""Text that may be encoded, and tokens made visible."""

from __future__ import annotations

import operator
import unicodedata
from collections.abc import Iterable

from gptlab.tokenizers.protocol import Tokenizer

_VISIBLE = {" ": "␣", "\n": "↵", "\t": "⇥"}


def checked_text(text: str) -> str:
    """Return the text unchanged if it is valid Unicode.

    Raises:
        ValueError: The text holds half of a surrogate pair, which no UTF-8 can spell.

    Example:
        >>> checked_text("牡丹")
        '牡丹'
    """
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        code = ord(text[error.start])
        raise ValueError(
            f"Expected valid Unicode, but character {error.start} is the lone surrogate "
            f"U+{code:04X}. Read the text again as UTF-8, or drop that character."
        ) from None
    return text


def checked_id(token: int, vocab_size: int) -> int:
    """Return the token id as a plain int if it lies in 0 … vocab_size - 1.

    Raises:
        ValueError: The id lies outside that range.

    Example:
        >>> checked_id(3, vocab_size=10)
        3
    """
    number = operator.index(token)
    if not 0 <= number < vocab_size:
        raise ValueError(
            f"Token {number} is unknown: this tokenizer has ids 0 to {vocab_size - 1}. "
            "Use the tokenizer that made these ids."
        )
    return number


def spelled(tokenizer: Tokenizer, ids: Iterable[int]) -> list[str]:
    """Spell every token so that a reader sees all of it.

    A space becomes ␣, a line feed ↵, a tab ⇥; other characters without a shape of their own
    appear as `<U+200D>`, the bytes of an incomplete character as `<E4>`.

    Example:
        >>> from gptlab.tokenizers import ByteBPE
        >>> bytes_only = ByteBPE(name="bytes", merges=())
        >>> spelled(bytes_only, bytes_only.encode("a ä"))
        ['a', '␣', '<C3>', '<A4>']
    """
    return [visible(tokenizer.token_bytes(token)) for token in ids]


def visible(spelling: bytes) -> str:
    """Return bytes in a form that can be read: signs for white space, hex for stray bytes."""
    # surrogateescape keeps each stray byte b as the code point U+DC00 + b.
    return "".join(_shape(c) for c in spelling.decode("utf-8", errors="surrogateescape"))


def _shape(character: str) -> str:
    if character in _VISIBLE:
        return _VISIBLE[character]
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:
        return f"<{code - 0xDC00:02X}>"
    # Cc, Cf, Cn, Co: control, format, unassigned, private; Z: spaces other than U+0020.
    # Default-ignorables are drawn as nothing although their category says "mark" or "letter";
    # U+FFFD is spelled out because elsewhere it stands for bytes that could not be shown.
    category = unicodedata.category(character)
    hidden = category[0] in "CZ" or character in _INVISIBLE or code in _VARIATION_SELECTORS
    return f"<U+{code:04X}>" if hidden else character


_INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0\ufffd")
_VARIATION_SELECTORS = frozenset(
    [*range(0x180B, 0x1810), *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)]
)
