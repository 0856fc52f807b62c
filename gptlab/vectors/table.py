"""A table of word vectors: one row for each word."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

Found = list[tuple[str, float]]
"""Words with their cosine, the nearest first."""


@dataclass(frozen=True, kw_only=True, eq=False)
class WordVectors:
    """A row of numbers for each of some words.

    Args:
        name: What pictures call it.
        words: The words, each once; in published tables the commonest first.
        vectors: word × d, float32.

    Raises:
        ValueError: Words and rows differ in number, or a word occurs twice.

    Example:
        >>> table = WordVectors(name="tiny", words=("up", "down"), vectors=np.eye(2))
        >>> table["down"].tolist(), "left" in table
        ([0.0, 1.0], False)
    """

    name: str
    words: Sequence[str]
    vectors: np.ndarray = field(repr=False)

    def __post_init__(self) -> None:
        if self.vectors.ndim != 2 or len(self.vectors) != len(self.words):
            raise ValueError(
                f"expected one row for each of {len(self.words)} words, got an array of shape "
                f"{self.vectors.shape}. Leave out the words without a row."
            )
        if len(self.ranks) < len(self.words):
            raise ValueError(f"expected each word of {self.name!r} once. Drop the repeated ones.")

    @cached_property
    def ranks(self) -> dict[str, int]:
        """Where each word stands, counted from 0."""
        return {word: rank for rank, word in enumerate(self.words)}

    @cached_property
    def directions(self) -> np.ndarray:
        """All rows at length 1, so that a dot product is a cosine; a row of zeros stays."""
        lengths = np.linalg.norm(self.vectors, axis=1, keepdims=True)
        return self.vectors / np.where(lengths > 0, lengths, 1)

    def __len__(self) -> int:
        return len(self.words)

    def __contains__(self, word: object) -> bool:
        return word in self.ranks

    def __getitem__(self, word: str) -> np.ndarray:
        return np.asarray(self.vectors[self.rank(word)])

    def get(self, word: str) -> np.ndarray | None:
        """Return the vector of a word; None if there is none."""
        return self[word] if word in self.ranks else None

    def rank(self, word: str) -> int:
        """Return where a word stands, counted from 0.

        Raises:
            KeyError: The table has no such word; the message names similar ones.
        """
        if word in self.ranks:
            return self.ranks[word]
        near = ", ".join(get_close_matches(word.lower(), self.words[:20_000], n=3))
        advice = f" It has {near}." if near else " GloVe's words are lower-case English."
        raise KeyError(f"{self.name} has no word {word!r}.{advice}")

    def rows(self, words: Iterable[str]) -> np.ndarray:
        """Return the vectors of some words, one row each.

        Raises:
            KeyError: The table lacks one of them.
        """
        return np.stack([self[word] for word in words])

    def cosine(self, first: str, second: str) -> float:
        """Return the cosine of the angle between two words' vectors.

        Raises:
            KeyError: The table lacks one of them.
        """
        a, b = (self.directions[self.rank(word)].astype(float) for word in (first, second))
        return float(a @ b)

    def neighbours(
        self, target: str | ArrayLike, n: int = 10, *, without: Iterable[str] = ()
    ) -> Found:
        """List the words whose vectors point most nearly the same way.

        Args:
            target: A word, which is not its own neighbour, or a vector.
            n: How many.
            without: Words to pass over.

        Raises:
            KeyError: The table has no such word.
        """
        left_out = {self.ranks[word] for word in without if word in self.ranks}
        if isinstance(target, str):
            left_out.add(self.rank(target))
            vector = self[target]
        else:
            vector = np.asarray(target)
        cosines = self.directions @ (vector / (np.linalg.norm(vector) or 1)).astype(np.float32)
        cosines[list(left_out)] = -np.inf
        order = np.argsort(-cosines, kind="stable")[: min(n, len(self) - len(left_out))]
        return [(self.words[rank], float(cosines[rank])) for rank in order]

    def analogy(
        self, start: str, *, minus: str, plus: str, n: int = 5, with_inputs: bool = False
    ) -> Found:
        """List what is nearest to start − minus + plus.

        Args:
            start: Such as `king`.
            minus: Such as `man`.
            plus: Such as `woman`.
            n: How many.
            with_inputs: Whether the three words themselves may be the answer; usually they may not.

        Raises:
            KeyError: The table lacks one of the words.

        Source: Mikolov, Yih and Zweig 2013, section 4; Levy and Goldberg 2014, equation 2. Those
            scale rows to length 1 first; here the rows are added as they are.
        """
        target = self[start] - self[minus] + self[plus]
        return self.neighbours(target, n, without=() if with_inputs else (start, minus, plus))

    def first(self, n: int) -> WordVectors:
        """Keep the first `n` words: in GloVe, the commonest."""
        rows = np.ascontiguousarray(self.vectors[:n])
        return WordVectors(name=self.name, words=self.words[:n], vectors=rows)

    def centred(self) -> WordVectors:
        """Subtract the mean of all rows from each.

        Source: Mu and Viswanath 2018, *All-but-the-Top*, algorithm 1, step 1.
        """
        return self._with(self.vectors - self.vectors.mean(axis=0))

    def turned(self, rotation: np.ndarray) -> WordVectors:
        """Rotate the axes: every coordinate changes, no angle does."""
        return self._with((self.vectors @ rotation.T).astype(np.float32))

    def purity(self, groups: Mapping[str, str], n: int = 5) -> float:
        """Return the share of the words' nearest neighbours that belong to the word's own group.

        Args:
            groups: Word to group; neighbours outside it belong to none.
            n: Neighbours of each word.

        Raises:
            KeyError: The table lacks one of the words.
        """
        near = [(word, other) for word in groups for other, _ in self.neighbours(word, n)]
        return sum(groups.get(other) == groups[word] for word, other in near) / len(near)

    def random_cosines(self, n: int, *, seed: int = 0) -> np.ndarray:
        """Return the cosines of `n` pairs of two different words drawn at random."""
        random = np.random.default_rng(seed)
        first = random.integers(len(self), size=n)
        second = (first + random.integers(1, len(self), size=n)) % len(self)
        return np.einsum("n d, n d -> n", self.directions[first], self.directions[second])

    def hubs(self, k: int = 10) -> np.ndarray:
        """Count, for each word, how many others have it among their k nearest.

        Returns:
            One count per word; their mean is k.

        Source: Radovanović et al. 2010, section 3 (N_k).
        """
        counts = np.zeros(len(self), dtype=int)
        for start in range(0, len(self), 1000):
            block = self.directions[start : start + 1000] @ self.directions.T
            block[np.arange(len(block)), np.arange(start, start + len(block))] = -np.inf
            counts += np.bincount(
                np.argpartition(-block, k, axis=1)[:, :k].ravel(), minlength=len(self)
            )
        return counts

    def _with(self, vectors: np.ndarray) -> WordVectors:
        return WordVectors(name=self.name, words=self.words, vectors=vectors)
