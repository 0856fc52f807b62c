"""What a fine-tuned classifier has to beat: the commonest class, counted words, random weights."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gptlab.finetuning.scores import macro_accuracy
from gptlab.finetuning.tasks import Labelled, Task

FEATURES: dict[str, dict[str, Any]] = {
    "words and pairs of words": {"ngram_range": (1, 2)},
    "three to five letters": {"analyzer": "char_wb", "ngram_range": (3, 5)},
}
STRENGTHS = (0.1, 1.0, 10.0)
"""How little the logistic regression is held back; scikit-learn calls it C."""


def by_majority(task: Task) -> NDArray[np.int64]:
    """Answer the test with the commonest class of the training texts, always."""
    commonest, _count = Counter(one.label for one in task.train).most_common(1)[0]
    return np.full(len(task.test), task.classes.index(commonest))


def by_counted_words(task: Task) -> NDArray[np.int64]:
    """Answer the test with a logistic regression on counted words or letters, weighted by TF-IDF.

    A strong rival where labels are few and words tell. It gets the same labels; what it counts, and
    how strongly it is held back, is chosen on the validation texts.

    Args:
        task: The task.

    Returns:
        The class of each text of the test.

    Source: Spärck Jones 1972 (inverse document frequency); Wang and Manning 2012, on how strong
        such baselines are.
    """
    # Loaded here, since it takes a second.
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    best: tuple[float, Any] = (-1.0, None)
    for features in FEATURES.values():
        counting = TfidfVectorizer(sublinear_tf=True, **features)
        counted = counting.fit_transform(_texts(task.train))
        for strength in STRENGTHS:
            answering = LogisticRegression(C=strength, class_weight="balanced", max_iter=1000)
            answering.fit(counted, _labels(task, task.train))
            said = answering.predict(counting.transform(_texts(task.validation)))
            score = macro_accuracy(_labels(task, task.validation), said)
            if score > best[0]:
                best = (score, make_pipeline(counting, answering))
    predicted: NDArray[np.int64] = best[1].predict(_texts(task.test))
    return predicted


def _texts(part: Sequence[Labelled]) -> list[str]:
    return [one.text for one in part]


def _labels(task: Task, part: Sequence[Labelled]) -> list[int]:
    return [task.classes.index(one.label) for one in part]
