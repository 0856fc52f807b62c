"""Say again what stood at the beginning, however much came since."""

from dataclasses import dataclass

import torch
from jaxtyping import Int
from torch import Tensor

from gptlab.experiments.tasks.task import NO_QUESTION, Texts, check_at_least, places


@dataclass(frozen=True, kw_only=True)
class FirstTokenRecall:
    """A key, then symbols that do not matter, and question marks at random places among them.

    At each question mark the answer is the key's symbol, which stands as many steps back as the
    position has predecessors. So one text asks at many distances.

    Args:
        length: Tokens in a text.
        n_symbols: Different symbols, hence different keys.
        n_questions: Question marks in a text.
        nearest: The shortest distance that is asked; length − 1 with one question asks at the end
            of the text alone.

    Example:
        With 3 symbols, keys are the ids 3 to 5 and the question mark is 6:

        >>> task = FirstTokenRecall(length=6, n_symbols=3, n_questions=2)
        >>> drawn = task.draw(1, torch.Generator().manual_seed(0))
        >>> key = drawn.tokens[0, 0].item() - 3
        >>> [t for t in drawn.targets[0].tolist() if t != NO_QUESTION] == [key, key]
        True
    """

    length: int = 64
    n_symbols: int = 8
    n_questions: int = 8
    nearest: int = 1

    def __post_init__(self) -> None:
        check_at_least(2, length=self.length, n_symbols=self.n_symbols)
        check_at_least(1, n_questions=self.n_questions, nearest=self.nearest)
        if self.nearest + self.n_questions > self.length:
            raise ValueError(
                f"{self.n_questions} questions at distances from {self.nearest} on do not fit "
                f"{self.length} tokens. Pass length={self.nearest + self.n_questions} or more."
            )

    @property
    def d_vocab(self) -> int:
        """Symbols, the same symbols as keys, and the question mark."""
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
        tokens[:, 0] += self.n_symbols
        at = places(n_texts, self.n_questions, self.nearest, self.length, generator)
        tokens.scatter_(1, at, 2 * self.n_symbols)
        distances = torch.zeros_like(tokens).scatter_(1, at, at)
        return Texts(tokens, self.oracle(tokens), distances)

    def oracle(self, tokens: Int[Tensor, "text pos"]) -> Int[Tensor, "text pos"]:
        """Answer with the first token's symbol.

        Args:
            tokens: Texts of this task.
        """
        key = (tokens[:, :1] - self.n_symbols).expand_as(tokens)
        return key.where(tokens == 2 * self.n_symbols, NO_QUESTION)
