"""Random numbers without a state: a hash that Python and a page compute alike, bit for bit."""

import numpy as np
from numpy.typing import NDArray

N_NUMBERS = 2**32


def hash32(numbers: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Mix whole numbers into numbers that look drawn at random, each on its own.

    Flipping one bit of the input flips every bit of the output about half of the time, and no two
    inputs share an output. Sums and products are taken modulo 2³².

    Args:
        numbers: Whole numbers below 2³².

    Source: Wellons 2018 (Prospecting for Hash Functions), `lowbias32`; the constant that is added
        first is 2³² divided by the golden ratio, because the mixing alone leaves 0 as it is.

    Example:
        >>> hash32(np.array([0, 1, 2], dtype=np.uint32)).tolist()
        [33350994, 2672842292, 127880910]
    """
    x = numbers + np.uint32(0x9E3779B9)
    x = (x ^ (x >> np.uint32(16))) * np.uint32(0x7FEB352D)
    x = (x ^ (x >> np.uint32(15))) * np.uint32(0x846CA68B)
    return x ^ (x >> np.uint32(16))


def hashed(number: int) -> int:
    """Return `hash32` of a single number, taken modulo 2³²."""
    return int(hash32(np.array([number % N_NUMBERS], dtype=np.uint32))[0])


def uniform(seed: int, step: int) -> float:
    """Return the random number of a step, 0 ≤ u < 1: the same whenever it is asked for.

    Args:
        seed: Which row of random numbers.
        step: Place in the row, counted from 0.

    Example:
        >>> [round(uniform(0, step), 3) for step in range(3)]
        [0.625, 0.815, 0.173]
    """
    return hashed(hashed(seed) ^ step) / N_NUMBERS
