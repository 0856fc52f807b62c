"""The places of a token in a text, each with what stands before it."""

from __future__ import annotations

import torch
from jaxtyping import Int
from torch import Tensor


def windows(
    stream: Int[Tensor, " pos"], token: int, width: int, *, after: list[int] | None = None
) -> Int[Tensor, "place width"]:
    """Cut out the `width` tokens that end at each occurrence of a token.

    Args:
        stream: The tokens of a text.
        token: The one that every window ends with.
        width: Tokens in a window; occurrences nearer to the beginning are left out.
        after: Tokens, one of which must stand directly before; any if None.

    Returns:
        One row per occurrence, in order.

    Example:
        >>> windows(torch.tensor([7, 1, 2, 5, 1]), token=1, width=3).tolist()
        [[2, 5, 1]]
    """
    rows = stream.unfold(0, width, 1)
    is_place = rows[:, -1] == token
    if after is not None:
        is_place &= torch.isin(rows[:, -2], torch.tensor(after))
    return rows[is_place]
