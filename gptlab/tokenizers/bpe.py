"""Byte-level BPE whose merges stay in view."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

from gptlab.tokenizers.bytelevel import (
    GPT2_PATTERN,
    ByteLevel,
    MergeTable,
    from_letters,
    to_letters,
)

Pair = tuple[bytes, bytes]
Pieces = tuple[bytes, ...]


@dataclass(frozen=True, kw_only=True)
class MergeStep:
    """The pieces of a text after one merge."""

    index: int | None
    """Which merge was applied, counted from 0; None before the first one."""
    pair: Pair | None
    """The two pieces that became one; None before the first merge."""
    pieces: tuple[Pieces, ...]
    """The pieces of every pre-token, in order."""


@dataclass(frozen=True, kw_only=True)
class ByteBPE(ByteLevel):
    """A byte-level BPE: 256 bytes and a list of merges, nothing else.

    Ids 0 … 255 are the byte values; merge k makes the token 256 + k; special tokens follow.

    Raises:
        ValueError: A merge uses a piece that no earlier merge made, or makes a token twice.

    Source: Sennrich et al. 2016 (subword units), algorithm 1; Radford et al. 2019 (GPT-2), 2.2.

    Example:
        >>> bpe = ByteBPE(name="tiny", merges=((b"a", b"a"), (b"aa", b"b")))
        >>> bpe.encode("aab")
        [257]
        >>> [step.pieces for step in bpe.replay("aab")]
        [((b'a', b'a', b'b'),), ((b'aa', b'b'),), ((b'aab',),)]
    """

    name: str
    merges: tuple[Pair, ...]
    specials: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Check that every token can be reached by the merges before it."""
        known = {bytes([byte]) for byte in range(256)}
        for index, (left, right) in enumerate(self.merges):
            if left not in known or right not in known:
                raise ValueError(
                    f"Merge {index} joins {left!r} and {right!r}, but both must be single bytes "
                    "or made by an earlier merge. Keep the merges in the order of training."
                )
            if left + right in known:
                raise ValueError(f"Merge {index} makes {left + right!r} a second time. Drop it.")
            known.add(left + right)
        self._check_reachable()
        if len(set(self.specials)) < len(self.specials):
            raise ValueError(f"Special tokens must differ from each other, got {self.specials}.")

    def _check_reachable(self) -> None:
        # tiktoken looks up joined spellings, the replay looks up pairs. Both agree on every text
        # exactly when each token's own bytes merge into that token, as training ensures.
        for index, pair in enumerate(self.merges):
            *_, last = self._merge_in_order([tuple(bytes([b]) for b in b"".join(pair))])
            if last.pieces != ((b"".join(pair),),):
                raise ValueError(
                    f"Merge {index} makes {b''.join(pair)!r}, but earlier merges cut those bytes "
                    f"into {last.pieces[0]}. Keep the merges in the order of training."
                )

    @cached_property
    def table(self) -> MergeTable:
        """Pattern, ranks and special tokens: bytes first, then merges, then specials."""
        tokens = [bytes([byte]) for byte in range(256)] + [a + b for a, b in self.merges]
        return MergeTable(
            pattern=GPT2_PATTERN,
            ranks={spelling: number for number, spelling in enumerate(tokens)},
            special_ids={name: len(tokens) + i for i, name in enumerate(self.specials)},
        )

    def replay(self, text: str) -> list[MergeStep]:
        """Apply the merges to a text one by one, as encoding does.

        Returns:
            The single bytes first, then one step for every merge that changed something.
        """
        start = [tuple(bytes([b]) for b in word.encode()) for word in self.pre_tokens(text)]
        return list(self._merge_in_order(start))

    def _merge_in_order(self, words: list[Pieces]) -> Iterator[MergeStep]:
        yield MergeStep(index=None, pair=None, pieces=tuple(words))
        while found := [
            self._merge_index[pair]
            for word in words
            for pair in pairwise(word)
            if pair in self._merge_index
        ]:
            index = min(found)
            pair = self.merges[index]
            words = [_merge(word, pair) for word in words]
            yield MergeStep(index=index, pair=pair, pieces=tuple(words))

    @cached_property
    def _merge_index(self) -> dict[Pair, int]:
        return {pair: index for index, pair in enumerate(self.merges)}

    def to_json(self) -> dict[str, Any]:
        """Return kind, name and the merges in GPT-2's visible letters, such as `Ġt he`."""
        merges = [f"{to_letters(left)} {to_letters(right)}" for left, right in self.merges]
        head = {"kind": "byte-bpe", "name": self.name}
        return head | {"specials": list(self.specials), "merges": merges}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> ByteBPE:
        """Rebuild a tokenizer from what `to_json` returned.

        Raises:
            ValueError: A merge is not two pieces with one space between them.
        """
        return cls(
            name=data["name"],
            merges=tuple(pair_from_letters(line) for line in data["merges"]),
            specials=tuple(data.get("specials", ())),
        )


def pair_from_letters(line: str) -> Pair:
    """Read one merge written in GPT-2's visible letters.

    Raises:
        ValueError: The line is not two pieces with one space between them.

    Example:
        >>> pair_from_letters("Ġt he")
        (b' t', b'he')
    """
    match line.split(" "):
        case [left, right] if left and right:
            return from_letters(left), from_letters(right)
    raise ValueError(f"Expected a merge of two pieces such as 'Ġt he', got {line!r}.")


def _merge(word: Pieces, pair: Pair) -> Pieces:
    merged: list[bytes] = []
    position = 0
    while position < len(word):
        if word[position : position + 2] == pair:
            merged.append(pair[0] + pair[1])
            position += 2
        else:
            merged.append(word[position])
            position += 1
    return tuple(merged)
