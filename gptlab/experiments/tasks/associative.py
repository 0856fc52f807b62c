"""Say what was paired with a key: a dictionary that is read once and then asked."""

from dataclasses import dataclass

import torch
from jaxtyping import Int
from torch import Tensor

from gptlab.experiments.tasks.task import NO_QUESTION, Texts, check_at_least


@dataclass(frozen=True, kw_only=True)
class AssociativeRecall:
    """Pairs of key and value, then keys in another order; at each the answer is its value.

    `n_pairs` keys with their values have to be kept until all are asked.

    Args:
        n_pairs: Pairs in a text, whose keys all differ.
        n_keys: Different keys that there are.
        n_values: Different values that there are.
        joined: Whether a pair is one token; else a reader has to find out what stands beside what.

    Source: Arora et al. 2023 (Zoology), section 3.1, without their filler between the questions.

    Example:
        With 4 keys (ids 0 to 3) and 4 values (4 to 7), “0 6 2 5 | 2 0” asks for 5 and 6:

        >>> task = AssociativeRecall(n_pairs=2, n_keys=4, n_values=4)
        >>> task.oracle(torch.tensor([[0, 6, 2, 5, 2, 0]])).tolist()
        [[-100, -100, -100, -100, 5, 6]]
    """

    n_pairs: int = 8
    n_keys: int = 32
    n_values: int = 32
    joined: bool = False

    def __post_init__(self) -> None:
        check_at_least(1, n_pairs=self.n_pairs)
        check_at_least(2, n_values=self.n_values)
        if self.n_keys < self.n_pairs:
            raise ValueError(
                f"{self.n_pairs} pairs need as many different keys, and there are {self.n_keys}. "
                f"Pass n_keys={self.n_pairs} or more."
            )

    @property
    def length(self) -> int:
        """The pairs, and one token for each question."""
        return self.n_read + self.n_pairs

    @property
    def n_read(self) -> int:
        """Tokens of the pairs: two for each, or one if they are joined."""
        return self.n_pairs * (1 if self.joined else 2)

    @property
    def d_vocab(self) -> int:
        """Keys and values, and all pairs of them if they are joined."""
        apart = self.n_keys + self.n_values
        return apart + self.n_keys * self.n_values if self.joined else apart

    @property
    def chance(self) -> float:
        """One of the values that the text has, whichever."""
        return 1 / self.n_pairs + (1 - 1 / self.n_pairs) / self.n_values

    def draw(self, n_texts: int, generator: torch.Generator) -> Texts:
        """Draw texts.

        Args:
            n_texts: How many.
            generator: Where they are drawn from.
        """
        keys = torch.rand(n_texts, self.n_keys, generator=generator).argsort(dim=1)
        keys = keys[:, : self.n_pairs]
        values = torch.randint(self.n_values, keys.shape, generator=generator)
        order = torch.rand(keys.shape, generator=generator).argsort(dim=1)
        tokens = torch.cat([self._pairs(keys, values), keys.gather(1, order)], dim=1)
        distances = torch.zeros_like(tokens)
        ends = (order + 1) * (self.n_read // self.n_pairs) - 1  # where each pair's value stands
        distances[:, self.n_read :] = torch.arange(self.n_read, self.length) - ends
        return Texts(tokens, self.oracle(tokens), distances)

    def oracle(self, tokens: Int[Tensor, "text pos"]) -> Int[Tensor, "text pos"]:
        """Look each key up among the pairs.

        Args:
            tokens: Texts of this task.
        """
        keys, values = self._read(tokens[:, : self.n_read])
        pair = (tokens[:, self.n_read :, None] == keys[:, None]).int().argmax(dim=2)
        answers = torch.full_like(tokens, NO_QUESTION)
        answers[:, self.n_read :] = values.gather(1, pair) + self.n_keys
        return answers

    def _pairs(self, keys: Tensor, values: Tensor) -> Tensor:
        if self.joined:
            return self.n_keys + self.n_values + keys * self.n_values + values
        return torch.stack([keys, self.n_keys + values], dim=2).flatten(1)

    def _read(self, pairs: Tensor) -> tuple[Tensor, Tensor]:
        if not self.joined:
            return pairs[:, ::2], pairs[:, 1::2] - self.n_keys
        joined = pairs - self.n_keys - self.n_values
        return joined // self.n_values, joined % self.n_values
