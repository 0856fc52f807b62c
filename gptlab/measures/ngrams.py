"""Counting in the place of learning: the next token from the few tokens before it, by frequency."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int
from numpy.typing import NDArray
from torch import Tensor

DISCOUNT = 0.75
_LARGEST_KEY = 2**63 - 1


@dataclass(frozen=True)
class _Level:
    """Counts of one length of n-gram: what follows each context, and how often."""

    grams: NDArray[np.int64]  # context · d_vocab + token, sorted
    counts: NDArray[np.float64]
    contexts: NDArray[np.int64]  # sorted
    totals: NDArray[np.float64]  # of the counts, per context
    kinds: NDArray[np.float64]  # different tokens that follow, per context


class NGrams:
    """A model that counts n-grams: interpolated Kneser–Ney smoothing.

    p_n(w | c) = max(count(c w) − D, 0) / count(c) + D · kinds(c) / count(c) · p_{n−1}(w | c′),
    where c′ is c without its first token, kinds(c) how many different tokens follow c, and below
    the longest n an n-gram counts once for each different token before it. Below the single token
    lies 1 / d_vocab.

    Args:
        ids: The text to count in; one text, or several of one length that do not touch.
        n: Tokens in an n-gram, the predicted one included; 3 is a trigram.
        d_vocab: How many different tokens there are.
        discount: D, taken away from every count and given to what was never seen.

    Raises:
        ValueError: If n is below 1 or too long for whole numbers of 64 bits, or no n-gram fits.

    Source: Kneser & Ney 1995, equation 20; Chen & Goodman 1999, section 2.7, with one D.

    Example:
        After 0 came 1 twice and 2 once:

        >>> model = NGrams(torch.tensor([0, 1, 0, 1, 0, 2]), n=2, d_vocab=3)
        >>> model.probabilities(torch.tensor([0])).argmax().item()
        1
    """

    def __init__(
        self, ids: Int[Tensor, "*text pos"], n: int, d_vocab: int, *, discount: float = DISCOUNT
    ) -> None:
        if n < 1 or d_vocab**n > _LARGEST_KEY:
            raise ValueError(
                f"n counts the tokens of an n-gram: at least 1, and {d_vocab}**n must stay below "
                f"2**63; got n={n}. Choose a smaller n."
            )
        rows = torch.atleast_2d(ids).cpu().numpy().astype(np.int64)
        if rows.shape[-1] < n:
            raise ValueError(
                f"a text of {rows.shape[-1]} tokens has no {n}-gram. Pass a longer text, or a "
                "smaller n."
            )
        self.n, self.d_vocab, self.discount = n, d_vocab, discount
        self._levels = _levels(rows, n, d_vocab)

    def probabilities(self, context: Int[Tensor, " pos"]) -> Float[Tensor, " d_vocab"]:
        """Return the probability of each token after a context, of which the last n − 1 count."""
        every = np.arange(self.d_vocab, dtype=np.int64)
        newest = context.cpu().numpy().astype(np.int64)
        table = np.broadcast_to(newest, (self.d_vocab, len(newest)))
        return torch.from_numpy(self._probabilities(table, every)).float()

    def losses(self, ids: Int[Tensor, "*text pos"]) -> Float[Tensor, "*text next"]:
        """Return −ln p of every token but the first, in nats, from at most n − 1 before it."""
        rows = ids.cpu().numpy().astype(np.int64)
        found = np.zeros((*rows.shape[:-1], rows.shape[-1] - 1))
        for place in range(1, rows.shape[-1]):
            # All later places have a whole context: one look-up for them together.
            if place >= self.n - 1:
                context = _windows(rows[..., :-1], self.n - 1)[..., place - self.n + 1 :, :]
                found[..., place - 1 :] = self._nats(context, rows[..., place:])
                break
            context = rows[..., None, :place]
            found[..., place - 1] = self._nats(context, rows[..., place : place + 1])[..., 0]
        return torch.from_numpy(found).float()

    def loss(self, ids: Int[Tensor, "*text pos"]) -> float:
        """Return the mean loss of every token but the first, in nats per token."""
        return self.losses(ids).double().mean().item()

    def _nats(self, context: NDArray[np.int64], token: NDArray[np.int64]) -> NDArray[np.float64]:
        flat = context.reshape(token.size, context.shape[-1])
        return -np.log(self._probabilities(flat, token.reshape(-1))).reshape(token.shape)

    def _probabilities(
        self, context: NDArray[np.int64], token: NDArray[np.int64]
    ) -> NDArray[np.float64]:
        p = np.full(len(token), 1 / self.d_vocab)
        for length, level in enumerate(self._levels[: context.shape[-1] + 1]):
            key = np.zeros(len(token), dtype=np.int64)
            for column in range(context.shape[-1] - length, context.shape[-1]):
                key = key * self.d_vocab + context[:, column]
            total, kinds = (_found(level.contexts, x, key) for x in (level.totals, level.kinds))
            count = _found(level.grams, level.counts, key * self.d_vocab + token)
            seen = total > 0
            left = np.where(seen, self.discount * kinds, 1.0)
            kept = np.where(seen, np.maximum(count - self.discount, 0.0), 0.0)
            p = (kept + left * p) / np.where(seen, total, 1.0)
        return p


def _levels(rows: NDArray[np.int64], n: int, d_vocab: int) -> list[_Level]:
    """Count the n-grams, and of shorter ones how many different tokens stand before them."""
    keys = np.zeros((*rows.shape[:-1], rows.shape[-1] - n + 1), dtype=np.int64)
    for place in range(n):
        keys = keys * d_vocab + rows[..., place : rows.shape[-1] - n + 1 + place]
    grams, counts = np.unique(keys, return_counts=True)
    levels = [_level(grams, counts.astype(np.float64), d_vocab)]
    for length in range(n - 1, 0, -1):
        grams, counts = np.unique(grams % d_vocab**length, return_counts=True)
        levels.insert(0, _level(grams, counts.astype(np.float64), d_vocab))
    return levels


def _level(grams: NDArray[np.int64], counts: NDArray[np.float64], d_vocab: int) -> _Level:
    contexts, which, kinds = np.unique(grams // d_vocab, return_inverse=True, return_counts=True)
    totals = np.bincount(which, weights=counts, minlength=len(contexts)).astype(np.float64)
    return _Level(grams, counts, contexts, totals.astype(np.float64), kinds.astype(np.float64))


def _found(
    keys: NDArray[np.int64], values: NDArray[np.float64], wanted: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Look values up by sorted keys; 0 where there is none."""
    place = np.searchsorted(keys, wanted).clip(max=len(keys) - 1)
    return np.where(keys[place] == wanted, values[place], 0.0)


def _windows(rows: NDArray[np.int64], width: int) -> NDArray[np.int64]:
    if width == 0:
        return np.zeros((*rows.shape[:-1], rows.shape[-1] + 1, 0), dtype=np.int64)
    return np.lib.stride_tricks.sliding_window_view(rows, width, axis=-1)
