"""Four ways to compare two vectors, and rotations, which leave three of them as they are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from torch import Tensor

Numbers = Sequence[Any] | np.ndarray | Tensor
"""A list, tuple, array or tensor of numbers, or of rows of them."""
Measure = Callable[[Numbers, Numbers], float]

EXAMPLE = {
    "cat": (0.2, -0.1, 0.5, 0.3),
    "dog": (0.4, 0.2, -0.3, 0.1),
    "fish": (-0.2, 0.6, 0.1, -0.4),
}
"""Three vectors of four numbers that an article made up to explain word vectors."""


def dot(a: Numbers, b: Numbers) -> float:
    """Multiply two vectors number by number and add up: Σᵢ aᵢ bᵢ.

    Example:
        >>> dot([1, 2], [3, 4])
        11.0
    """
    return float(np.asarray(a, dtype=float) @ np.asarray(b, dtype=float))


def cosine(a: Numbers, b: Numbers) -> float:
    """Return the cosine of the angle between two vectors: a·b / (|a| |b|).

    Returns:
        1 for one direction, 0 for a right angle, −1 for opposite directions; nan if a vector has
        no length, since it then has no direction.

    Example:
        45° apart, so 1/√2:

        >>> round(cosine([1, 0], [2, 2]), 12)
        0.707106781187
    """
    lengths = float(np.linalg.norm(a) * np.linalg.norm(b))
    return dot(a, b) / lengths if lengths else float("nan")


def euclidean(a: Numbers, b: Numbers) -> float:
    """Return the length of the straight line between two points: √Σᵢ (aᵢ − bᵢ)².

    Example:
        >>> euclidean([0, 0], [3, 4])
        5.0
    """
    return float(np.linalg.norm(np.asarray(a, dtype=float) - np.asarray(b, dtype=float)))


def manhattan(a: Numbers, b: Numbers) -> float:
    """Return the way along the axes between two points, also called L1: Σᵢ |aᵢ − bᵢ|.

    Example:
        >>> manhattan([0, 0], [3, 4])
        7.0
    """
    return float(np.abs(np.asarray(a, dtype=float) - np.asarray(b, dtype=float)).sum())


MEASURES: dict[str, Measure] = {
    "dot": dot,
    "cosine": cosine,
    "euclidean": euclidean,
    "manhattan": manhattan,
}


def pairwise(vectors: Numbers, measure: Measure = cosine) -> np.ndarray:
    """Compare every vector with every other.

    Args:
        vectors: One row each.
        measure: One of `MEASURES`, or a function of two vectors.
    """
    rows = np.asarray(vectors, dtype=float)
    return np.array([[measure(a, b) for b in rows] for a in rows])


def measured(
    vectors: Mapping[str, Numbers], pairs: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], dict[str, float]]:
    """Compare some pairs of vectors by all of `MEASURES`.

    Args:
        vectors: Name to vector.
        pairs: Names, two by two.

    Example:
        >>> measured({"a": [0, 1], "b": [0, 2]}, [("a", "b")])["a", "b"]["euclidean"]
        1.0
    """
    return {
        (a, b): {name: measure(vectors[a], vectors[b]) for name, measure in MEASURES.items()}
        for a, b in pairs
    }


def mean_cosine(vectors: Numbers) -> float:
    """Return the mean cosine of all pairs of different vectors: (|Σ uᵢ|² − n) / (n (n − 1)).

    uᵢ are the vectors at length 1.

    Args:
        vectors: One row each, two or more.

    Example:
        One pair of three points the same way, the other two are at right angles:

        >>> round(mean_cosine([[1, 0], [0, 2], [1, 0]]), 12)
        0.333333333333
    """
    rows = np.asarray(vectors, dtype=float)
    directions = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    n, total = len(rows), directions.sum(axis=0)
    return float((total @ total - n) / (n * (n - 1)))


def within_and_across(vectors: Numbers, groups: Sequence[str]) -> tuple[float, float]:
    """Return the mean cosine of pairs of one group, and that of pairs of two groups.

    Args:
        vectors: One row each.
        groups: What each row belongs to.

    Example:
        >>> within_and_across([[1, 0], [2, 0], [0, 1]], ["a", "a", "b"])
        (1.0, 0.0)
    """
    cosines = pairwise(vectors)
    alike = np.equal.outer(np.asarray(groups), np.asarray(groups))
    is_pair = ~np.eye(len(groups), dtype=bool)
    return float(cosines[alike & is_pair].mean()), float(cosines[~alike].mean())


def rotation(d: int, degrees: int | float) -> np.ndarray:
    """Turn space by one angle in each plane of two neighbouring axes, one after the other.

    R = G(d−2, d−1) … G(1, 2) G(0, 1), where G(i, j) turns axis i towards axis j. In the plane that
    is the rotation that school teaches.

    Args:
        d: Number of axes, 2 or more.
        degrees: The angle.

    Returns:
        An orthogonal matrix: `R @ vector` is the vector in the turned axes.
    """
    angle = np.deg2rad(degrees)
    whole = np.eye(d)
    for i in range(d - 1):
        turn = np.eye(d)
        turn[i, i] = turn[i + 1, i + 1] = np.cos(angle)
        turn[i + 1, i] = np.sin(angle)
        turn[i, i + 1] = -np.sin(angle)
        whole = turn @ whole
    return whole


def random_rotation(d: int, *, seed: int = 0) -> np.ndarray:
    """Draw a rotation (or mirror image) of space, every one equally likely.

    Source: Mezzadri 2007, *How to generate random matrices from the classical compact groups*,
        section 5: QR of a Gaussian matrix, signs from the diagonal of R.
    """
    q, r = np.linalg.qr(np.random.default_rng(seed).normal(size=(d, d)))
    return q * np.sign(np.diag(r))
