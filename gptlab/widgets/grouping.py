"""Tokens and characters brought together: where a token ends inside a character, both are kept.

`js/lib/blocks.js` does the same in the page; tests hold the two equal on the same cases.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

import regex

from gptlab.tokenizers.spelling import visible

MOST_BYTES = 64  # of one character; a letter under a heap of accents is cut into code points
_CHARACTER = regex.compile(r"\X")
_EMOJI = regex.compile(r"\p{Extended_Pictographic}|\p{Regional_Indicator}|[0-9#*]\uFE0F?\u20E3")


@dataclass(frozen=True, kw_only=True)
class Block:
    """The shortest stretch that is cut nowhere inside a character and nowhere inside a token."""

    characters: tuple[str, ...]
    """What a reader sees as one sign each, in a visible form."""
    sizes: tuple[int, ...]
    """The number of bytes of each character."""
    tokens: range
    """Which tokens spell these characters together."""

    @property
    def is_cut(self) -> bool:
        """Whether a token ends inside a character."""
        return len(self.tokens) > 1


def characters(spelling: bytes) -> list[bytes]:
    r"""Cut bytes into what a reader sees as one sign; a byte that is not UTF-8 stands alone.

    Source: Unicode Standard Annex 29, extended grapheme clusters.

    Example:
        >>> [character.decode() for character in characters("e👩‍🚀".encode())]
        ['e', '👩‍🚀']
        >>> characters(b"a" + bytes([0xE7]))
        [b'a', b'\xe7']
    """
    signs = _CHARACTER.findall(spelling.decode("utf-8", errors="surrogateescape"))
    whole = (sign.encode("utf-8", errors="surrogateescape") for sign in signs)
    return [
        part
        for sign, raw in zip(signs, whole, strict=True)
        for part in ([raw] if len(raw) <= MOST_BYTES else _code_points(sign))
    ]


def _code_points(sign: str) -> list[bytes]:
    return [code.encode("utf-8", errors="surrogateescape") for code in sign]


def count_characters(text: str) -> int:
    """Count what a reader sees as one sign: `👩‍🚀` is one, of three code points.

    Example:
        >>> count_characters("👩‍🚀"), len("👩‍🚀")
        (1, 3)
    """
    return sum(1 for _ in _CHARACTER.finditer(text))


def shape(character: bytes) -> str:
    """Give a character a form that can be seen: `␣` for a space, the code point where none is.

    Example:
        >>> shape(b" "), shape(bytes([0])), shape(bytes([0xE7]))
        ('␣', '<U+0000>', '<E7>')
    """
    sign = character.decode("utf-8", errors="surrogateescape")
    return sign if len(sign) > 1 and _EMOJI.match(sign) else visible(character)


def blocks(spellings: Sequence[bytes]) -> list[Block]:
    """Group tokens so that no character is torn.

    Args:
        spellings: The bytes of each token.

    Example:
        The first token ends inside the second character:

        >>> peony = "a牡".encode()
        >>> blocks([peony[:2], peony[2:]])
        [Block(characters=('a', '牡'), sizes=(1, 3), tokens=range(0, 2))]
    """
    signs = characters(b"".join(spellings))
    sign_ends = list(accumulate(map(len, signs)))
    token_ends = list(accumulate(map(len, spellings)))
    found: list[Block] = []
    sign = token = 0
    for end in sorted(set(sign_ends) & set(token_ends)):
        last_sign = bisect(sign_ends, end)
        last_token = bisect(token_ends, end)
        inside = signs[sign:last_sign]
        found.append(
            Block(
                characters=tuple(map(shape, inside)),
                sizes=tuple(map(len, inside)),
                tokens=range(token, last_token),
            )
        )
        sign, token = last_sign, last_token
    return found


def drawn(spellings: Sequence[bytes], most: int) -> int:
    """Say how many tokens to draw, at most so many, and none of a character only in part."""
    if len(spellings) <= most:
        return len(spellings)
    # Beyond the border, so that a character across it is seen whole.
    fitting = [b for b in blocks(spellings[: most + MOST_BYTES]) if b.tokens.stop <= most]
    return fitting[-1].tokens.stop if fitting else most


def quoted(text: str, most: int = 80) -> str:
    r"""Put the beginning of a text between quotes, on one line whatever the learner typed.

    Example:
        >>> print(quoted("To be,\nor not", most=8))
        “To be,↵o…”
    """
    seen = (c.decode() if c == b" " else shape(c) for c in characters(text[:most].encode()))
    return f"“{''.join(seen)}{'…' if len(text) > most else ''}”"
