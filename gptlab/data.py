"""From text to batches: tokenized splits, random windows to train on, ordered ones to judge by."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from jaxtyping import Int
from torch import Tensor

from gptlab.corpora import Corpus
from gptlab.tokenizers import Tokenizer


@dataclass(frozen=True)
class Split:
    """One part of a corpus as token ids.

    Args:
        ids: The tokens, in the order of the text.
        n_bytes: UTF-8 bytes that all tokens but the first spell: those that a model can predict.
    """

    ids: Int[Tensor, " n_tokens"]
    n_bytes: int

    @classmethod
    def of(cls, text: str, tokenizer: Tokenizer) -> "Split":
        """Tokenize a text."""
        ids = tokenizer.encode(text)
        first = len(tokenizer.token_bytes(ids[0])) if ids else 0
        return cls(torch.tensor(ids, dtype=torch.long), len(text.encode()) - first)

    def to(self, device: torch.device) -> "Split":
        """Copy the ids to a device."""
        return Split(self.ids.to(device), self.n_bytes)


@dataclass(frozen=True)
class Splits:
    """A corpus as token ids: what the model learns from, what guides choices, what is kept back."""

    train: Split
    validation: Split
    test: Split

    @classmethod
    def of(cls, corpus: Corpus, tokenizer: Tokenizer) -> "Splits":
        """Tokenize all three parts of a corpus."""
        parts = (corpus.train, corpus.validation, corpus.test)
        return cls(*(Split.of(text, tokenizer) for text in parts))

    def to(self, device: torch.device) -> "Splits":
        """Copy all ids to a device, once, so that no batch has to travel."""
        return Splits(*(part.to(device) for part in (self.train, self.validation, self.test)))


def random_batch(
    ids: Int[Tensor, " n_tokens"], batch_size: int, n_ctx: int, generator: torch.Generator
) -> tuple[Int[Tensor, "batch pos"], Int[Tensor, "batch pos"]]:
    """Cut windows at random places; the targets are the same windows one token later.

    Args:
        ids: The text's tokens.
        batch_size: Windows per batch.
        n_ctx: Tokens per window.
        generator: A CPU generator, so that a seed draws the same windows on every device.

    Returns:
        Inputs and targets, with targets[:, :-1] == inputs[:, 1:].

    Raises:
        ValueError: If the text is shorter than one window and its target.

    Example:
        >>> ids = torch.arange(10)
        >>> inputs, targets = random_batch(ids, 1, 4, torch.Generator().manual_seed(0))
        >>> (targets - inputs).tolist()
        [[1, 1, 1, 1]]
    """
    check_long_enough(ids, n_ctx)
    starts = torch.randint(len(ids) - n_ctx, (batch_size, 1), generator=generator)
    places = (starts + torch.arange(n_ctx + 1)).to(ids.device)
    window = ids[places]
    return window[:, :-1], window[:, 1:]


def ordered_windows(
    ids: Int[Tensor, " n_tokens"], n_ctx: int, batch_size: int
) -> Iterator[tuple[Int[Tensor, "batch pos"], Int[Tensor, "batch pos"]]]:
    """Cut a text in order into windows of n_ctx + 1 tokens that overlap by one.

    So every token but the first is a target exactly once, and no context slides.

    Args:
        ids: The text's tokens, at least two.
        n_ctx: Inputs per window.
        batch_size: Windows per batch; the shorter last window comes alone.

    Yields:
        Inputs and targets.

    Example:
        >>> for inputs, targets in ordered_windows(torch.arange(6), n_ctx=2, batch_size=2):
        ...     print(inputs.tolist(), targets.tolist())
        [[0, 1], [2, 3]] [[1, 2], [3, 4]]
        [[4]] [[5]]
    """
    n_whole = (len(ids) - 1) // n_ctx
    inputs, targets = ids[: n_whole * n_ctx], ids[1 : n_whole * n_ctx + 1]
    if n_whole:
        rows = inputs.view(-1, n_ctx), targets.view(-1, n_ctx)
        yield from zip(rows[0].split(batch_size), rows[1].split(batch_size), strict=True)
    if n_whole * n_ctx < len(ids) - 1:
        rest = ids[n_whole * n_ctx :]
        yield rest[None, :-1], rest[None, 1:]


def check_long_enough(ids: Int[Tensor, " n_tokens"], n_ctx: int) -> None:
    """Refuse a text that is too short to cut one training window from.

    Raises:
        ValueError: If there are not more than n_ctx tokens.
    """
    if len(ids) <= n_ctx:
        raise ValueError(
            f"the training text has {len(ids)} tokens, but one window needs n_ctx + 1 = "
            f"{n_ctx + 1}. Use a longer text, or a model with a smaller n_ctx."
        )
