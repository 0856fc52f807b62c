"""How often a classifier is right, and how sure one can be of that."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

N_RESAMPLES = 2000


@dataclass(frozen=True)
class Interval:
    """A measured value with the range in which 95 % of the resampled ones lie.

    Args:
        value: As measured.
        low: 2.5 % of the resampled values are below.
        high: 2.5 % are above.
    """

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        """Return value and range with three digits."""
        return f"{self.value:.3f} ({self.low:.3f} to {self.high:.3f})"


def macro_accuracy(truth: ArrayLike, predicted: ArrayLike) -> float:
    """Return the mean over the classes of the share of each that is told rightly.

    Who always names the same one of n classes gets 1/n, however frequent that class is.

    Args:
        truth: The right class of each text.
        predicted: What was said.

    Example:
        Nine of one class and one of another, and always the first is said:

        >>> macro_accuracy([0] * 9 + [1], [0] * 10)
        0.5
    """
    right = np.asarray(truth) == np.asarray(predicted)
    kinds = np.asarray(truth)
    return float(np.mean([right[kinds == kind].mean() for kind in np.unique(kinds)]))


def macro_interval(
    truth: ArrayLike, predicted: ArrayLike, clusters: Sequence[str], *, seed: int = 0
) -> Interval:
    """Return the macro-accuracy with its interval, when texts belong together.

    Speeches of one scene share people, topic and metre, so a thousand of them are worth fewer than
    a thousand: a formula for independent answers (Wilson's) gives an interval that is too narrow.
    Here whole clusters are drawn again, with replacement, in each class for itself.

    What it covers is the luck of the clusters. If there is one play per class, it speaks of other
    scenes of these plays, not of other plays.

    Args:
        truth: The right class of each text.
        predicted: What was said.
        clusters: What each text belongs to; pass different names where texts stand alone.
        seed: Of the draws.

    Source: Field and Welsh 2007 (Bootstrapping clustered data), section 3: the cluster bootstrap.
    """
    shares = _resampled(truth, predicted, clusters, seed)
    low, high = np.quantile(shares, (0.025, 0.975))
    return Interval(macro_accuracy(truth, predicted), float(low), float(high))


def macro_difference(
    truth: ArrayLike,
    predicted: ArrayLike,
    other: ArrayLike,
    clusters: Sequence[str],
    *,
    seed: int = 0,
) -> Interval:
    """Return by how much one is ahead of another in macro-accuracy, with the interval.

    Both are judged on the same draws, so what makes a scene hard for both cancels.

    Args:
        truth: The right class of each text.
        predicted: What the first one said.
        other: What the second one said.
        clusters: What each text belongs to.
        seed: Of the draws.
    """
    first, second = (_resampled(truth, said, clusters, seed) for said in (predicted, other))
    low, high = np.quantile(first - second, (0.025, 0.975))
    value = macro_accuracy(truth, predicted) - macro_accuracy(truth, other)
    return Interval(value, float(low), float(high))


def _resampled(
    truth: ArrayLike, predicted: ArrayLike, clusters: Sequence[str], seed: int
) -> NDArray[np.float64]:
    generator = np.random.default_rng(seed)
    kinds = np.asarray(truth)
    right = (kinds == np.asarray(predicted)).astype(float)
    groups = np.asarray(clusters)
    total = np.zeros(N_RESAMPLES)
    for kind in np.unique(kinds):
        _names, group = np.unique(groups[kinds == kind], return_inverse=True)
        sizes = np.bincount(group)
        hits = np.bincount(group, weights=right[kinds == kind])
        drawn = generator.integers(len(sizes), size=(N_RESAMPLES, len(sizes)))
        total += hits[drawn].sum(axis=1) / sizes[drawn].sum(axis=1)
    return total / len(np.unique(kinds))
