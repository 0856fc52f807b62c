"""How much a text repeats itself: different pieces, and the loop that it ends in."""

from collections.abc import Sequence
from dataclasses import dataclass

LEAST_TIMES = 3


def distinct(texts: Sequence[Sequence[int]], n: int) -> float:
    """Return the share of different ones among all pieces of n tokens (distinct-n).

    distinct-n = number of different n-grams / number of n-grams, over all texts together.

    Args:
        texts: Token ids; no piece reaches from one text into the next.
        n: Tokens of a piece, at least 1.

    Returns:
        A share from 0 to 1; it falls with the length of the texts, so compare equal lengths.

    Raises:
        ValueError: `n` is below 1, or no text has n tokens.

    Source: Li et al. 2016 (A Diversity-Promoting Objective Function), section 5.1, which divides
        by the number of tokens.

    Example:
        The pairs of 1 2 1 2 1 are 12, 21, 12, 21:

        >>> distinct([[1, 2, 1, 2, 1]], 2)
        0.5
    """
    if n < 1:
        raise ValueError(f"n counts the tokens of a piece, at least 1; got {n}.")
    pieces = [tuple(text[at : at + n]) for text in texts for at in range(len(text) - n + 1)]
    if not pieces:
        raise ValueError(f"no text has {n} tokens, so there are no pieces to count. Write more.")
    return len(set(pieces)) / len(pieces)


@dataclass(frozen=True)
class Loop:
    """The piece that the end of a text repeats.

    Args:
        period: Tokens of the piece; 0 if there is no loop.
        n_tokens: Tokens at the end of the text that belong to the loop, its first turn included.
    """

    period: int = 0
    n_tokens: int = 0


def ending_loop(tokens: Sequence[int]) -> Loop:
    """Find the loop that a text ends in: a piece that comes at least three times, until the end.

    Args:
        tokens: Token ids.

    Returns:
        The longest loop, of these the one with the shortest piece.

    Example:
        >>> ending_loop([9, 8, 1, 2, 1, 2, 1, 2, 1])
        Loop(period=2, n_tokens=7)
    """
    best = Loop()
    for period in range(1, len(tokens) // LEAST_TIMES + 1):
        same = 0
        while same < len(tokens) - period and tokens[-1 - same] == tokens[-1 - same - period]:
            same += 1
        if same + period >= LEAST_TIMES * period and same + period > best.n_tokens:
            best = Loop(period, same + period)
    return best
