"""How much of a text stands word for word in another one: original, or copied?"""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Copy:
    """A stretch of a text that stands in the source too, and cannot be made longer on either side.

    Args:
        start: Where it begins in the text, in characters.
        length: Characters.
    """

    start: int
    length: int


def copies(text: str, source: str) -> Iterator[Copy]:
    """Find every longest stretch of a text that stands in a source, from left to right.

    Args:
        text: What was written.
        source: What may have been copied from.

    Example:
        >>> [(copy.start, copy.length) for copy in copies("to be or bee", "not to be")]
        [(0, 5), (5, 1), (6, 1), (8, 3), (11, 1)]
    """
    end = 0
    for start in range(len(text)):
        end = before = max(end, start)
        while end < len(text) and text[start : end + 1] in source:
            end += 1
        # One that ends where the stretch before it ended lies inside that one.
        if end > before:
            yield Copy(start, end - start)


def longest_copy(text: str, source: str) -> int:
    """Return how many characters in a row stand in the source, at most.

    Example:
        >>> longest_copy("to be or bee", "not to be")
        5
    """
    return max((copy.length for copy in copies(text, source)), default=0)


def novel_share(text: str, source: str, n: int) -> float:
    """Return the share of a text's stretches of n characters that the source does not have.

    Args:
        text: What was written, at least n characters.
        source: What may have been copied from.
        n: Characters in a stretch.

    Raises:
        ValueError: The text is shorter than n.

    Source: McCoy et al. 2023 (How much do language models copy from their training data?),
        section 3: novelty is the share of n-grams that the training data lack.

    Example:
        Of "abcab" the stretches "abc", "bca" and "cab"; the source has the first:

        >>> round(novel_share("abcab", "xabc", 3), 3)
        0.667
    """
    n_places = len(text) - n + 1
    if n_places < 1:
        raise ValueError(
            f"a text of {len(text)} characters has no stretch of {n}. Pass a longer text."
        )
    # A stretch that lies in a copy is known; what lies in none is new.
    known = {
        place
        for copy in copies(text, source)
        for place in range(copy.start, copy.start + copy.length - n + 1)
    }
    return 1 - len(known) / n_places
