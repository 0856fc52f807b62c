"""Say a row of symbols again, in order, after a pause full of other symbols."""

from dataclasses import dataclass

import torch
from jaxtyping import Int
from torch import Tensor

from gptlab.experiments.tasks.task import NO_QUESTION, Texts, check_at_least


@dataclass(frozen=True, kw_only=True)
class DelayedCopy:
    """Marked symbols, then a pause of unmarked ones, then as many signs to repeat them.

    Every symbol stands equally far from the place where it is asked: `n_copied` + `delay` steps.
    All of them have to be kept at once, log₂(n_symbols) bits each.

    Args:
        n_copied: Symbols to repeat.
        delay: Symbols between, which do not matter.
        n_symbols: Different symbols.

    Source: Hochreiter & Schmidhuber 1997, section 5.2; with distractors as in Arjovsky et al. 2016,
        section 5.1, who pause with blanks.

    Example:
        >>> task = DelayedCopy(n_copied=2, delay=3)
        >>> drawn = task.draw(1, torch.Generator().manual_seed(0))
        >>> bool((drawn.targets[0, -2:] == drawn.tokens[0, :2] - 8).all())
        True
    """

    n_copied: int = 4
    delay: int = 16
    n_symbols: int = 8

    def __post_init__(self) -> None:
        check_at_least(1, n_copied=self.n_copied)
        check_at_least(0, delay=self.delay)
        check_at_least(2, n_symbols=self.n_symbols)

    @property
    def length(self) -> int:
        """The symbols, the pause, and a sign for each symbol."""
        return 2 * self.n_copied + self.delay

    @property
    def d_vocab(self) -> int:
        """Symbols, the same symbols marked, and the sign to repeat."""
        return 2 * self.n_symbols + 1

    @property
    def chance(self) -> float:
        """One symbol of all."""
        return 1 / self.n_symbols

    def draw(self, n_texts: int, generator: torch.Generator) -> Texts:
        """Draw texts.

        Args:
            n_texts: How many.
            generator: Where they are drawn from.
        """
        tokens = torch.randint(self.n_symbols, (n_texts, self.length), generator=generator)
        tokens[:, : self.n_copied] += self.n_symbols
        tokens[:, -self.n_copied :] = 2 * self.n_symbols
        distances = torch.zeros_like(tokens)
        distances[:, -self.n_copied :] = self.n_copied + self.delay
        return Texts(tokens, self.oracle(tokens), distances)

    def oracle(self, tokens: Int[Tensor, "text pos"]) -> Int[Tensor, "text pos"]:
        """Answer with the marked symbols, in order.

        Args:
            tokens: Texts of this task.
        """
        answers = torch.full_like(tokens, NO_QUESTION)
        answers[:, -self.n_copied :] = tokens[:, : self.n_copied] - self.n_symbols
        return answers
