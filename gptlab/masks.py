"""Who may look at whom: a mask says, for every query position, which keys it sees.

Every mask is a small function of positions, so that one definition serves whole sequences, a
growing key–value cache, and the pictures of the lessons.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np
import torch
from jaxtyping import Bool, Int
from torch import Tensor

from gptlab.hashing import hash32


@runtime_checkable
class Mask(Protocol):
    """A rule over pairs of positions."""

    def __call__(
        self, query: Int[Tensor, "query 1"], key: Int[Tensor, "1 key"]
    ) -> Bool[Tensor, "query key"]:
        """Return True where the query position may look at the key position."""
        ...


@dataclass(frozen=True)
class Causal:
    """See yourself and everything before: key ≤ query.

    Source: Vaswani et al. 2017, section 3.2.3.
    """

    def __call__(
        self, query: Int[Tensor, "query 1"], key: Int[Tensor, "1 key"]
    ) -> Bool[Tensor, "query key"]:
        """Return True where key ≤ query."""
        return key <= query


@dataclass(frozen=True)
class Bidirectional:
    """See everything, as BERT does.

    Source: Devlin et al. 2019, section 3.
    """

    def __call__(
        self, query: Int[Tensor, "query 1"], key: Int[Tensor, "1 key"]
    ) -> Bool[Tensor, "query key"]:
        """Return True everywhere."""
        return torch.ones_like(query <= key)


@dataclass(frozen=True)
class SlidingWindow:
    """See yourself and the `width` − 1 positions before: a band, without chunk borders.

    Args:
        width: Keys that a query sees, itself included.

    Source: Beltagy et al. 2020 (Longformer), section 3.1.
    """

    width: int

    def __post_init__(self) -> None:
        _at_least_one("width", self.width)

    def __call__(
        self, query: Int[Tensor, "query 1"], key: Int[Tensor, "1 key"]
    ) -> Bool[Tensor, "query key"]:
        """Return True where 0 ≤ query − key < width."""
        return (key <= query) & (query - key < self.width)


@dataclass(frozen=True)
class Strided:
    """See the `stride` nearest positions, and before them every `stride`-th one.

    Args:
        stride: Length of the near window, and the distance between the far positions.

    Source: Child et al. 2019 (Sparse Transformer), section 4.2, strided attention.
    """

    stride: int

    def __post_init__(self) -> None:
        _at_least_one("stride", self.stride)

    def __call__(
        self, query: Int[Tensor, "query 1"], key: Int[Tensor, "1 key"]
    ) -> Bool[Tensor, "query key"]:
        """Return True for near keys and for those a whole number of strides away."""
        distance = query - key
        return (distance >= 0) & ((distance < self.stride) | (distance % self.stride == 0))


@dataclass(frozen=True)
class TwoLevel:
    """See your own chunk in full, and every earlier chunk through its last position alone.

    A chunk's last position is the only one that has seen the whole chunk, so it can stand for it:
    words make sentences in the lower level, sentences make the text in the upper one.

    Args:
        chunk: Positions in a chunk.

    Source: Child et al. 2019 (Sparse Transformer), section 4.2, fixed attention with c = 1.
    """

    chunk: int

    def __post_init__(self) -> None:
        _at_least_one("chunk", self.chunk)

    def __call__(
        self, query: Int[Tensor, "query 1"], key: Int[Tensor, "1 key"]
    ) -> Bool[Tensor, "query key"]:
        """Return True inside the query's chunk and at the ends of earlier chunks."""
        same_chunk = query // self.chunk == key // self.chunk
        summary = key % self.chunk == self.chunk - 1
        return (key <= query) & (same_chunk | summary)


@dataclass(frozen=True)
class Chunked:
    """See back to the beginning of your own chunk, and nothing before it.

    This is what an output depends on when a text is cut into chunks and each is read on its own. A
    chunk begins every `chunk` − `overlap` positions; a position that lies in several chunks counts
    in the first of them, where most of what came before is in sight.

    As the mask of a model with several layers, chunks without overlap stay apart; overlaps hand on
    from layer to layer what the chunk before has seen, as in Transformer-XL.

    Args:
        chunk: Positions in a chunk.
        overlap: How many of them the next chunk reads again.

    Source: Dai et al. 2019 (Transformer-XL), section 3.1 for chunks read apart, 3.2 for those that
        hand on.
    """

    chunk: int
    overlap: int = 0

    def __post_init__(self) -> None:
        _at_least_one("chunk", self.chunk)
        if not 0 <= self.overlap < self.chunk:
            raise ValueError(
                f"overlap counts positions of a chunk of {self.chunk} that are read again, so it "
                f"must be from 0 to {self.chunk - 1}; got {self.overlap}."
            )

    def __call__(
        self, query: Int[Tensor, "query 1"], key: Int[Tensor, "1 key"]
    ) -> Bool[Tensor, "query key"]:
        """Return True from the first position of the query's chunk up to the query."""
        step = self.chunk - self.overlap
        first = (query - self.chunk + step).clamp(min=0) // step  # of the chunks that hold it
        return (key <= query) & (key >= first * step)


@dataclass(frozen=True)
class RandomKeys:
    """See the `width` nearest positions, and `n_keys` earlier ones drawn once and for all.

    Draws may fall on one position, so a query sees `width` + `n_keys` keys at most. They come from
    a hash, so that a position has the same keys in every text, in the cache and in a page.

    Args:
        width: Length of the near window, the query itself included.
        n_keys: Draws per query, from position 0 to the query's own.

    Source: Zaheer et al. 2020 (Big Bird), section 2, window and random attention.
    """

    width: int
    n_keys: int

    def __post_init__(self) -> None:
        _at_least_one("width", self.width)
        _at_least_one("n_keys", self.n_keys)

    def __call__(
        self, query: Int[Tensor, "query 1"], key: Int[Tensor, "1 key"]
    ) -> Bool[Tensor, "query key"]:
        """Return True for near keys and for those that were drawn."""
        near = SlidingWindow(self.width)(query, key)
        return near | (self.drawn(query)[:, None] == key[..., None]).any(dim=-1)

    def drawn(self, query: Int[Tensor, "query 1"]) -> Int[Tensor, "query n_keys"]:
        """Return the keys that were drawn for each query; some may be near, or the same."""
        places = query.cpu().numpy() * self.n_keys + np.arange(self.n_keys)
        drawn = hash32(places.astype(np.uint32)).astype(np.int64)
        return torch.from_numpy(drawn).to(query.device) % (query + 1)


MASKS: dict[str, Callable[..., Mask]] = {
    mask.__name__: mask
    for mask in (Causal, Bidirectional, SlidingWindow, Strided, TwoLevel, Chunked, RandomKeys)
}


def to_json(mask: Mask) -> dict[str, Any]:
    """Describe a mask so that `from_json` can make it again."""
    return {"kind": type(mask).__name__, **asdict(mask)}  # type: ignore[call-overload]


def from_json(data: dict[str, Any]) -> Mask:
    """Make the mask that `to_json` described.

    Raises:
        ValueError: If the kind or one of its settings is unknown.
    """
    settings = dict(data)
    kind = settings.pop("kind", None)
    if kind not in MASKS:
        raise ValueError(f"unknown mask {kind!r}; expected one of {', '.join(MASKS)}.")
    try:
        return MASKS[kind](**settings)
    except TypeError as problem:
        raise ValueError(f"the mask {kind} cannot be made from {settings}: {problem}.") from None


def looks_ahead(mask: Mask, n_ctx: int) -> bool:
    """Tell whether any of n_ctx positions may look at a later one.

    Example:
        >>> looks_ahead(Causal(), 8), looks_ahead(Bidirectional(), 8)
        (False, True)
    """
    return bool(allowed(mask, n_ctx).triu(diagonal=1).any())


def allowed(mask: Mask, n_pos: int) -> Bool[Tensor, "query key"]:
    """Write a mask out as a matrix: True where the row's position sees the column's.

    Args:
        mask: The rule.
        n_pos: Positions.

    Example:
        >>> allowed(SlidingWindow(2), 3).int().tolist()
        [[1, 0, 0], [1, 1, 0], [0, 1, 1]]
    """
    here = torch.arange(n_pos)
    return mask(here[:, None], here[None])


def _at_least_one(name: str, value: int) -> None:
    if value < 1:
        raise ValueError(f"{name} counts positions, so it must be at least 1; got {value}.")
