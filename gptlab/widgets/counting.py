"""What several tokenizers make of one text, as JSON that a page can draw.

`js/answers/tokens.js` computes the same in the page; tests hold the two equal on the same cases.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gptlab.catalogue import text as _
from gptlab.tokenizers import ByteBPE, CharTokenizer, Tokenizer
from gptlab.widgets.grouping import count_characters, drawn, shape

MOST_TOKENS = 2000  # drawn, by all tokenizers together; all are counted
MOST_REPLAYED = 200  # characters; more merges than anyone drags a slider through


def counted(tokenizers: Sequence[Tokenizer], text: str) -> dict[str, Any]:
    """Tokenize a text with every tokenizer.

    Returns:
        `text`, `n_bytes`, `n_characters` (what a reader sees as one sign), `n_code_points`, and
        for each of `tokenizers`: `name`, `vocab_size`, `error` (empty if it could encode the
        text), `n_tokens`, `n_bytes` (of all tokens together), `equal` (whether decoding gives the
        text again), `ids` and `lengths` in bytes of the tokens to draw, their `bytes` in
        hexadecimal, and `replay`.
    """
    most = MOST_TOKENS // max(1, len(tokenizers))
    return {
        "text": text,
        "n_bytes": len(text.encode()),
        "n_characters": count_characters(text),
        "n_code_points": len(text),
        "tokenizers": [_cut(tokenizer, text, most) for tokenizer in tokenizers],
    }


def _cut(tokenizer: Tokenizer, text: str, most: int) -> dict[str, Any]:
    ids, error = _encoded(tokenizer, text)
    spellings = [tokenizer.token_bytes(token) for token in ids]
    n_drawn = drawn(spellings, most)
    return {
        "name": tokenizer.name,
        "vocab_size": tokenizer.vocab_size,
        "error": error,
        "n_tokens": len(ids),
        "n_bytes": sum(map(len, spellings)),
        "equal": not error and tokenizer.decode(ids) == text,
        "ids": ids[:n_drawn],
        "lengths": [len(spelling) for spelling in spellings[:n_drawn]],
        "bytes": b"".join(spellings[:n_drawn]).hex(),
        "replay": replayed(tokenizer, text) if isinstance(tokenizer, ByteBPE) else None,
    }


def _encoded(tokenizer: Tokenizer, text: str) -> tuple[list[int], str]:
    try:
        return tokenizer.encode(text), ""
    except ValueError as error:  # a character that is not in the alphabet
        return [], _explained(tokenizer, text) or str(error)


def _explained(tokenizer: Tokenizer, text: str) -> str:
    if type(tokenizer) is not CharTokenizer:
        return ""
    signs = enumerate(text)
    number, sign = next((i, sign) for i, sign in signs if sign not in tokenizer.alphabet)
    return unknown_character(number=number, text=shape(sign.encode()), code=f"{ord(sign):04X}")


def unknown_character(**values: Any) -> str:
    """Say that a character is not in an alphabet; shorter than the tokenizer's own error.

    Unlike that one, it names no character in words: a page has no table of names.

    Args:
        values: `number` of the character from 0, its visible `text` and its `code` point.
    """
    return _(
        "Character {number} is '{text}' (U+{code}), which is not in this tokenizer's alphabet. "
        "Delete it, or use a byte-level tokenizer, which spells every text.",
        **values,
    )


def replayed(tokenizer: ByteBPE, text: str) -> dict[str, Any]:
    """List the merges that make a text's tokens, in order; from them a page replays every step.

    Returns:
        `n_characters` of the text that are replayed, their `bytes` in hexadecimal, `words`: the
        length in bytes of each pre-token, and `merges`: number, left and right piece of each.

    Example:
        >>> bpe = ByteBPE(name="tiny", merges=((b"a", b"a"), (b"aa", b"b")))
        >>> replayed(bpe, "aab")["merges"]
        [[0, '61', '61'], [1, '6161', '62']]
    """
    beginning = text[:MOST_REPLAYED]
    steps = tokenizer.replay(beginning)
    return {
        "n_characters": len(beginning),
        "bytes": beginning.encode().hex(),
        "words": [len(word.encode()) for word in tokenizer.pre_tokens(beginning)],
        "merges": [
            [step.index, step.pair[0].hex(), step.pair[1].hex()] for step in steps if step.pair
        ],
    }
