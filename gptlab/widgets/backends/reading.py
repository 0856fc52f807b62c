"""What a widget asks a model, and what comes back: one structure for every kind of model.

The page has the same interface in `js/answers/backend.js`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float32

from gptlab.tokenizers import Tokenizer

Head = tuple[int, int]
"""Layer and head, both counted from 0."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Reading:
    """One forward pass over one text; what a model does not show is None.

    Args:
        pattern: Attention weights after the softmax.
        scores: What the softmax gets: scaled, masked with −∞.
        q: Queries, k keys, v values, z the mix of values, one vector per token and head.
        lens: Logits of the last position as they would be after the embedding and after each
            block: the stream through the last norm and the unembedding.
        logits: Logits of the token that follows the last position.
    """

    pattern: Float32[np.ndarray, "layer head query key"]
    logits: Float32[np.ndarray, " d_vocab"]
    scores: Float32[np.ndarray, "layer head query key"] | None = None
    q: Float32[np.ndarray, "layer head pos d_head"] | None = None
    k: Float32[np.ndarray, "layer head pos d_head"] | None = None
    v: Float32[np.ndarray, "layer head pos d_head"] | None = None
    z: Float32[np.ndarray, "layer head pos d_head"] | None = None
    lens: Float32[np.ndarray, "stage d_vocab"] | None = None


@runtime_checkable
class Backend(Protocol):
    """A model that answers widgets."""

    tokenizer: Tokenizer
    n_layers: int
    n_heads: int
    d_head: int
    n_ctx: int
    d_vocab: int

    @property
    def is_causal(self) -> bool:
        """Whether no position sees a later one, so that the last position predicts what follows."""
        ...

    def read(self, ids: Sequence[int], without: Sequence[Head] = ()) -> Reading:
        """Run the model over tokens, with the z of some heads set to 0.

        Raises:
            ValueError: There is no token, there are more than n_ctx, or a head does not exist.
        """
        ...

    def untrained(self) -> Backend | None:
        """Return the same model with drawn weights, the control; None if there is none."""
        ...


def newest(ids: Sequence[int], n_ctx: int) -> tuple[list[int], int]:
    """Return the newest tokens that fit the model, and how many were left out.

    Example:
        >>> newest([1, 2, 3], n_ctx=2)
        ([2, 3], 1)
    """
    n_left_out = max(0, len(ids) - n_ctx)
    return list(ids[n_left_out:]), n_left_out


def check_heads(without: Sequence[Head], n_layers: int, n_heads: int) -> None:
    """Refuse heads that a model has not got.

    Raises:
        ValueError: A layer or a head is out of range.
    """
    for layer, head in without:
        if not (0 <= layer < n_layers and 0 <= head < n_heads):
            raise ValueError(
                f"layers go from 0 to {n_layers - 1} and heads from 0 to {n_heads - 1}; got layer "
                f"{layer}, head {head}."
            )
