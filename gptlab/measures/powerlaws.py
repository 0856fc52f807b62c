"""Power laws: a straight line on two logarithmic axes, and how sure its slope is."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gptlab.measures.running import slope


@dataclass(frozen=True, kw_only=True)
class Grid:
    """Losses at several sizes of one thing.

    Args:
        counted: What is counted, for an axis.
        xs: How many, rising.
        runs: One row of losses per seed, in nats per character.
    """

    counted: str
    xs: Sequence[int | float]
    runs: Sequence[Sequence[float]]


@dataclass(frozen=True)
class PowerLaw:
    """y = scale · x^exponent.

    Args:
        exponent: Slope on logarithmic axes.
        scale: y at x = 1.
    """

    exponent: float
    scale: float

    def at(self, x: int | float) -> float:
        """Return y.

        Example:
            >>> PowerLaw(exponent=-0.5, scale=6.0).at(9.0)
            2.0
        """
        return float(self.scale * x**self.exponent)


def power_law(xs: Sequence[int | float], ys: Sequence[float]) -> PowerLaw:
    """Fit a power law by least squares on the logarithms.

    Args:
        xs: Positive, two or more different ones.
        ys: Positive, one per x.

    Source: Kaplan et al. 2020 (Scaling Laws for Neural Language Models), equations 1.1 to 1.3.

    Example:
        >>> law = power_law([1, 10, 100], [8.0, 4.0, 2.0])
        >>> round(law.at(1000), 6)
        1.0
    """
    exponent = slope(xs, ys)
    scale = np.exp(np.mean(np.log(ys)) - exponent * np.mean(np.log(xs)))
    return PowerLaw(exponent, float(scale))


def exponent_interval(
    xs: Sequence[int | float],
    runs: Sequence[Sequence[float]],
    *,
    level: float = 0.95,
    n_draws: int = 2000,
    seed: int = 0,
) -> tuple[float, float]:
    """Return where the exponent lies if the seeds had been others: a bootstrap interval.

    At each x, as many of the seeds' numbers are drawn with replacement as there are seeds, their
    means are fitted, and that again and again. The interval speaks of the luck of seeds alone. It
    knows nothing of whether a power law is the right curve, and from few seeds it is too narrow.

    Args:
        xs: Positive, two or more different ones.
        runs: One row of positive numbers per seed, a number per x.
        level: Share of the draws that lie inside.
        n_draws: How many draws.
        seed: Of the draws.

    Source: Efron & Tibshirani 1993 (An Introduction to the Bootstrap), section 13.3.
    """
    table = np.asarray(runs, dtype=np.float64)
    n_seeds, n_points = table.shape
    chosen = np.random.default_rng(seed).integers(n_seeds, size=(n_draws, n_seeds, n_points))
    means = table[chosen, np.arange(n_points)].mean(axis=1)
    exponents = np.polyfit(np.log(xs), np.log(means).T, 1)[0]
    low, high = np.quantile(exponents, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
