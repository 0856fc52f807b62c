"""What counting knows about a beginning: where it stood before, and what followed."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from jaxtyping import Int
from torch import Tensor


class Occurrences:
    """Finds every place at which some tokens stand in a text.

    Args:
        ids: The text.
    """

    def __init__(self, ids: Int[Tensor, " pos"]) -> None:
        self._ids = ids.cpu()
        self._order = self._ids.argsort(stable=True)
        self._sorted = self._ids[self._order]

    def ends(self, prefix: Sequence[int]) -> Int[Tensor, " found"]:
        """Return the places right after each occurrence of some tokens, in rising order.

        Args:
            prefix: One token or more.

        Raises:
            ValueError: If there is none.
        """
        if not prefix:
            raise ValueError("expected one token or more to look for, came none.")
        first = torch.tensor([prefix[0]])
        low, high = (
            int(torch.searchsorted(self._sorted, first, right=right)) for right in (False, True)
        )
        at = self._order[low:high] + 1
        for token in prefix[1:]:
            at = at[at < len(self._ids)]
            at = at[self._ids[at] == token] + 1
        return at

    def following(self, prefix: Sequence[int]) -> Int[Tensor, " found"]:
        """Return the token after each occurrence; count them, and p(next | prefix) is a share.

        Empty where the prefix never stood before: 0 of 0, and no share at all.
        """
        at = self.ends(prefix)
        return self._ids[at[at < len(self._ids)]]
