"""Can a kind of word be read from one number of its vector, or from all of them?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike


def best_axis(vectors: ArrayLike, is_member: ArrayLike) -> float:
    """Return how well the best single number tells members from the others.

    Each number is cut halfway between the two means. The best of all is chosen with the answers at
    hand and measured on the same words, which flatters it.

    Args:
        vectors: word × d.
        is_member: Whether each word belongs to the kind.

    Returns:
        Balanced accuracy: the mean of the shares of members and of others told rightly; 0.5 is
        guessing.
    """
    x, member = np.asarray(vectors, dtype=float), np.asarray(is_member, dtype=bool)
    high, low = x[member].mean(axis=0), x[~member].mean(axis=0)
    is_right = ((x > (high + low) / 2) == (high > low)) == member[:, None]
    shares = is_right[member].mean(axis=0) + is_right[~member].mean(axis=0)
    return float(shares.max() / 2)


def linear_probe(vectors: ArrayLike, is_member: ArrayLike, *, n_folds: int = 5) -> float:
    """Return how well a logistic regression on all numbers tells members from the others.

    It is always measured on words that it was not fitted to.

    Args:
        vectors: word × d.
        is_member: Whether each word belongs to the kind, or the name of its kind.
        n_folds: How many times it is fitted, each time to all words but one part.

    Returns:
        Balanced accuracy; with kinds, the mean share of each kind told rightly.

    Source: Alain and Bengio 2017, *Understanding intermediate layers using linear classifier
        probes*.
    """
    # Loaded here, since it takes a second and widgets import this package.
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import cross_val_score

    probe = LogisticRegression(max_iter=1000, class_weight="balanced")
    scores = cross_val_score(
        probe, np.asarray(vectors), np.asarray(is_member), cv=n_folds, scoring="balanced_accuracy"
    )
    return float(scores.mean())


def held_out_score(
    vectors: ArrayLike, labels: Sequence[str], held_out: ArrayLike, held_out_labels: Sequence[str]
) -> float:
    """Return how often a probe fitted to some vectors is right about others.

    Args:
        vectors: example × d; columns are scaled to mean 0 and spread 1.
        labels: One per example.
        held_out: Examples that it is not fitted to.
        held_out_labels: Theirs.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    probe = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    return float(probe.fit(vectors, labels).score(held_out, held_out_labels))
