"""Maps: vectors of many numbers, drawn as points in a plane or in space.

`js/lib/flatten.js` computes `pca` and `tsne` in the page; tests hold the two equal.
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

import numpy as np
from numpy.typing import ArrayLike

METHODS = ("pca", "tsne", "umap")
N_STEPS, EXAGGERATED = 500, 100  # of t-SNE: in all, and with attraction made stronger
EXAGGERATION, START, LEAST = 4.0, 1e-2, 1e-12


def flattened(vectors: ArrayLike, method: str = "pca", *, n: int = 2) -> np.ndarray:
    """Draw a map by one of three methods.

    Args:
        vectors: point × d.
        method: `pca`, `tsne`, or `umap` where the package umap-learn is installed.
        n: Number of axes of the map, 2 or 3.

    Returns:
        point × n.

    Raises:
        ValueError: No such method.
        ModuleNotFoundError: umap-learn is not installed.
    """
    if method == "pca":
        return pca(vectors, n)
    if method == "tsne":
        return tsne(vectors, n)
    if method != "umap":
        raise ValueError(f"expected one of {', '.join(METHODS)}, got {method!r}. Choose one.")
    if not umap_is_installed():
        raise ModuleNotFoundError(
            "UMAP is an extra: run `pip install umap-learn`, or choose pca or tsne."
        )
    rows = np.asarray(vectors, dtype=float)
    umap = import_module("umap").UMAP(
        n_components=n, n_neighbors=min(15, len(rows) - 1), random_state=0
    )
    return np.asarray(umap.fit_transform(rows))


def umap_is_installed() -> bool:
    """Tell whether the optional package umap-learn is there."""
    return find_spec("umap") is not None


def pca(vectors: ArrayLike, n: int = 2) -> np.ndarray:
    """Project on the directions in which the points differ most (principal components).

    Each direction's sign is chosen so that its coordinate of largest size is positive, so that a
    map is the same on every machine.

    Args:
        vectors: point × d.
        n: Number of directions; those that do not exist are 0 for all points.

    Source: Hotelling 1933.
    """
    rows = np.asarray(vectors, dtype=float)
    centred = rows - rows.mean(axis=0)
    _u, _s, directions = np.linalg.svd(centred, full_matrices=False)
    directions = directions[:n]
    largest = np.abs(directions).argmax(axis=1)
    signs = np.sign(directions[np.arange(len(directions)), largest])
    found = centred @ (directions * signs[:, None]).T
    return np.pad(found, ((0, 0), (0, n - found.shape[1])))


def tsne(vectors: ArrayLike, n: int = 2, *, n_steps: int = N_STEPS) -> np.ndarray:
    """Place points so that neighbours stay neighbours (t-SNE, exact, for a few hundred points).

    Distances between groups mean nothing in such a map. It starts from `pca`, so it is the same
    each time; directions are scaled to length 1 first, so that distance is about angle.

    Args:
        vectors: point × d, at least two points.
        n: Number of axes of the map.
        n_steps: Steps of gradient descent.

    Source: van der Maaten and Hinton 2008, algorithm 1; a start from PCA: Kobak and Berens 2019.
    """
    rows = np.asarray(vectors, dtype=float)
    n_points = len(rows)
    if n_points < 3:
        return pca(rows, n)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    directions = rows / np.where(lengths > 0, lengths, 1)
    p = _affinities(_squared_distances(directions), perplexity=min(15.0, (n_points - 1) / 3))
    y = pca(directions, n)
    y = y / max(float(y[:, 0].std()), LEAST) * START
    speed, gains = np.zeros_like(y), np.ones_like(y)
    rate = n_points / EXAGGERATION  # twice that is chaotic for a few points
    for step in range(n_steps):
        near = 1 / (1 + _squared_distances(y))
        np.fill_diagonal(near, 0)
        q = np.maximum(near / near.sum(), LEAST)
        pull = (EXAGGERATION if step < EXAGGERATED else 1.0) * p
        weights = (pull - q) * near
        gradient = 4 * (weights.sum(axis=1)[:, None] * y - weights @ y)
        gains = np.where((gradient > 0) != (speed > 0), gains + 0.2, np.maximum(gains * 0.8, 0.01))
        speed = (0.5 if step < EXAGGERATED else 0.8) * speed - rate * gains * gradient
        y = y + speed
        y = y - y.mean(axis=0)
    return y


def _squared_distances(x: np.ndarray) -> np.ndarray:
    return ((x[:, None] - x[None]) ** 2).sum(axis=2)


def _affinities(distances: np.ndarray, perplexity: float) -> np.ndarray:
    """Find for each point the width of a bell curve that gives it `perplexity` neighbours."""
    n = len(distances)
    p = np.zeros((n, n))
    for i in range(n):
        others = np.delete(distances[i], i)
        others = others - others.min()
        low, high, beta = 0.0, np.inf, 1.0
        for _ in range(50):
            weights = np.exp(-others * beta)
            total = weights.sum()
            entropy = np.log(total) + beta * (others * weights).sum() / total
            if entropy > np.log(perplexity):
                low, beta = beta, beta * 2 if np.isinf(high) else (beta + high) / 2
            else:
                high, beta = beta, (beta + low) / 2
        p[i, np.arange(n) != i] = weights / total
    return np.maximum((p + p.T) / (2 * n), LEAST)
