"""Learn merges from a text."""

from __future__ import annotations

import json
from collections.abc import Iterable

from tokenizers import Tokenizer as LibraryTokenizer
from tokenizers import models, pre_tokenizers, trainers

from gptlab.tokenizers.bpe import ByteBPE, pair_from_letters
from gptlab.tokenizers.bytelevel import to_letters
from gptlab.tokenizers.spelling import checked_text


def train_bpe(text: str | Iterable[str], vocab_size: int, *, name: str | None = None) -> ByteBPE:
    """Learn the merges of a byte-level BPE: join the commonest pair, again and again.

    A pair must occur twice to be joined. Equally common pairs are joined in a fixed order (the
    `tokenizers` library's ids of their pieces), so the same text always gives the same merges.

    Args:
        text: One text, or several (no merge crosses from one to the next).
        vocab_size: 256 bytes plus the number of merges.
        name: What learners see; `bpe-{vocab_size}` if not given.

    Raises:
        ValueError: `vocab_size` is below 256, or the text has too few pairs that repeat.

    Source: Sennrich et al. 2016 (subword units), algorithm 1.

    Example:
        >>> train_bpe("aaabdaaabac", vocab_size=259).merges
        ((b'a', b'a'), (b'a', b'b'), (b'aa', b'ab'))
    """
    if vocab_size < 256:
        raise ValueError(
            f"vocab_size={vocab_size} leaves out some of the 256 bytes. Pass 256 or more."
        )
    texts = [text] if isinstance(text, str) else text
    merges = _library_merges((checked_text(part) for part in texts), vocab_size)
    reached = 256 + len(merges)
    if reached < vocab_size:
        raise ValueError(
            f"vocab_size={vocab_size} needs {vocab_size - 256} merges, but after {len(merges)} no "
            f"pair in this text occurs twice. Pass vocab_size={reached}, or a longer text."
        )
    pairs = tuple(map(pair_from_letters, merges))
    return ByteBPE(name=name or f"bpe-{vocab_size}", merges=pairs)


def _library_merges(texts: Iterable[str], vocab_size: int) -> list[str]:
    library = LibraryTokenizer(models.BPE())
    library.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    trainer = trainers.BpeTrainer(
        vocab_size=vocab_size,
        min_frequency=2,
        initial_alphabet=[to_letters(bytes([byte])) for byte in range(256)],
        show_progress=False,
    )
    library.train_from_iterator(texts, trainer)
    return _as_lines(library)


def _as_lines(library: LibraryTokenizer) -> list[str]:
    merges = json.loads(library.to_str())["model"]["merges"]
    return [merge if isinstance(merge, str) else " ".join(merge) for merge in merges]
