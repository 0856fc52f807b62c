"""Texts as features for a classifier, and how well it does with few and with many labels."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from gptlab.vectors.table import WordVectors

_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?")


def passages(text: str, n_words: int = 100) -> list[str]:
    """Cut a text into pieces of equally many lower-case words; what is left at the end is dropped.

    Example:
        >>> passages("To be, or not to be: that", n_words=3)
        ['to be or', 'not to be']
    """
    words = _WORD.findall(text.lower())
    ends = range(n_words, len(words) + 1, n_words)
    return [" ".join(words[end - n_words : end]) for end in ends]


def mean_rows(table: WordVectors, texts: Sequence[str]) -> np.ndarray:
    """Average the vectors of each text's words; words without a vector are left out.

    Returns:
        text × d; zeros for a text without any known word.
    """
    rows = np.zeros((len(texts), table.vectors.shape[1]), dtype=np.float32)
    for number, text in enumerate(texts):
        ranks = [table.ranks[word] for word in text.split() if word in table]
        if ranks:
            rows[number] = table.vectors[ranks].mean(axis=0)
    return rows


def scores_by_labels(
    features: Any,
    labels: Sequence[str],
    held_out: Any,
    held_out_labels: Sequence[str],
    sizes: Sequence[int],
    *,
    n_draws: int = 5,
) -> np.ndarray:
    """Fit a logistic regression to a few labelled texts, and then to more of them.

    Args:
        features: text × feature, an array or one of scipy's sparse matrices. An array's columns
            are scaled to mean 0 and spread 1, which needs no label.
        labels: One per text.
        held_out: Texts that are never fitted to, with the same features.
        held_out_labels: Theirs.
        sizes: How many labelled texts to fit to.
        n_draws: How often the labelled texts are drawn anew; draw i is the same for all features.

    Returns:
        Shares of held-out texts told rightly, draw × size.
    """
    # Loaded here, since it takes a second and widgets import this package.
    from sklearn.linear_model import LogisticRegression

    if isinstance(features, np.ndarray):
        mean, spread = features.mean(axis=0), features.std(axis=0) + 1e-9
        features, held_out = (features - mean) / spread, (held_out - mean) / spread
    known = np.asarray(labels)
    scores = np.zeros((n_draws, len(sizes)))
    for draw in range(n_draws):
        order = np.random.default_rng(draw).permutation(len(known))
        for column, size in enumerate(sizes):
            chosen = order[:size]
            fitted = LogisticRegression(max_iter=2000).fit(features[chosen], known[chosen])
            scores[draw, column] = fitted.score(held_out, held_out_labels)
    return scores
