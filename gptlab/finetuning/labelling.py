"""Labelled texts as tokens, and the objective that asks a classifier for their labels.

Texts stand in one row, as every split of this package does, and each ends with its label: an id
above the vocabulary. So one loop trains on them, and what a run learned from is known by its ids.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import ClassVar

import torch
from jaxtyping import Int
from torch import Tensor
from torch.nn import functional as F

from gptlab.data import Split
from gptlab.evaluation import TOKENS_PER_BATCH, Evaluation, eval_mode
from gptlab.finetuning.scores import macro_accuracy
from gptlab.gpt import GPT
from gptlab.masks import Causal, Mask
from gptlab.objectives import NOT_ASKED
from gptlab.objectives.objective import Batch


@dataclass(frozen=True, kw_only=True, eq=False)
class Judged(Evaluation):
    """A classifier's answers to a whole split.

    Its `loss` is the mean over the classes of each class's mean cross-entropy, in nats per text, so
    that a frequent class counts no more than a rare one; `n_tokens` counts the texts.

    Args:
        truth: The right class of each text, in the order of the split.
        predicted: The likeliest class of each.
    """

    truth: Int[Tensor, " text"]
    predicted: Int[Tensor, " text"]

    @property
    def macro_accuracy(self) -> float:
        """Mean over the classes of the share of each that is told rightly."""
        return macro_accuracy(self.truth, self.predicted)

    @property
    def bits_per_byte(self) -> float:
        """Not a number, because labels spell no bytes."""
        return math.nan

    def __str__(self) -> str:
        """Return the form in which a classifier's results are printed."""
        return f"{self.loss:.4f} nats per text, macro-accuracy {self.macro_accuracy:.4f}"


@dataclass(frozen=True)
class Labels:
    """Name the class of a text, from all its tokens: asked for at the last token alone.

    loss = −ln p(class | x_1 … x_T)

    Texts are padded on the right. A causal model's answer at a text's last token cannot depend on
    what stands after it, so no mask is needed for the padding, and none of it is asked about.

    Args:
        first_label: The id that stands for the first class: the size of the vocabulary.

    Source: Radford et al. 2018 (GPT), equation 4.
    """

    first_label: int
    mask: ClassVar[Mask] = Causal()

    def batch(
        self,
        ids: Int[Tensor, " n_tokens"],
        batch_size: int,
        n_ctx: int,
        generator: torch.Generator,
    ) -> Batch:
        """Draw texts, each class as often as any other; the target of the last token is the class.

        Args:
            ids: Texts, each followed by its label.
            batch_size: Texts to draw.
            n_ctx: Longest text; of a longer one the newest tokens are read.
            generator: A CPU generator.

        Raises:
            ValueError: If there is no label among the ids.
        """
        starts, ends = self._places(ids)
        classes = ids[ends].cpu()
        kinds = classes.unique()
        wanted = kinds[torch.randint(len(kinds), (batch_size,), generator=generator)]
        # The smallest of equally random numbers, among the texts of the class that is wanted.
        lots = torch.rand(batch_size, len(classes), generator=generator)
        drawn = lots.masked_fill(classes != wanted[:, None], torch.inf).argmin(dim=1).to(ids.device)
        return self._padded(ids, starts[drawn], ends[drawn], n_ctx)

    def evaluate(
        self, model: GPT, split: Split, *, progress: Callable[[float], None] | None = None
    ) -> Judged:
        """Ask for the label of every text of a split, the short ones first."""
        ids, n_ctx = split.ids.to(model.device), model.cfg.n_ctx
        starts, ends = self._places(ids)
        order = (ends - starts).argsort(stable=True)
        losses, predicted = torch.zeros(len(ends)), torch.zeros(len(ends), dtype=torch.long)
        per_batch = max(1, TOKENS_PER_BATCH // n_ctx)
        with eval_mode(model), torch.inference_mode():
            for number, some in enumerate(order.split(per_batch), start=1):
                inputs, targets = self._padded(ids, starts[some], ends[some], n_ctx)
                asked = targets != NOT_ASKED
                logits = model(inputs)[asked].float()
                losses[some.cpu()] = F.cross_entropy(logits, targets[asked], reduction="none").cpu()
                predicted[some.cpu()] = logits.argmax(-1).cpu()
                if progress:
                    progress(min(1.0, number * per_batch / len(order)))
        truth = (ids[ends] - self.first_label).cpu()
        per_class = [losses[truth == kind].mean() for kind in truth.unique()]
        loss = torch.stack(per_class).mean().item()
        return Judged(
            loss=loss, n_tokens=len(ends), n_bytes=split.n_bytes, truth=truth, predicted=predicted
        )

    def _places(self, ids: Int[Tensor, " n_tokens"]) -> tuple[Tensor, Tensor]:
        # Where each text begins, and where its label stands.
        ends = (ids >= self.first_label).nonzero().flatten()
        if not len(ends):
            raise ValueError(
                f"there is no label among these {len(ids)} tokens, ids from {self.first_label} on. "
                "Make them with labelled_split, for the vocabulary of this model."
            )
        return torch.cat((ends.new_zeros(1), ends[:-1] + 1)), ends

    def _padded(
        self, ids: Int[Tensor, " n_tokens"], starts: Tensor, ends: Tensor, n_ctx: int
    ) -> Batch:
        lengths = (ends - starts).clamp(max=n_ctx)
        places = torch.arange(int(lengths.max()), device=ids.device)
        inside = places < lengths[:, None]
        rows = (ends - lengths)[:, None] + places
        inputs = ids[rows.clamp(max=len(ids) - 1)].masked_fill(~inside, 0)
        targets = torch.full_like(inputs, NOT_ASKED)
        labels = (ids[ends] - self.first_label)[:, None]
        targets.scatter_(1, lengths[:, None] - 1, labels)
        return inputs, targets


def labelled_split(texts: Sequence[list[int]], classes: Sequence[int], first_label: int) -> Split:
    """Put tokenized texts and their classes into one row.

    Args:
        texts: The tokens of each text, at least one.
        classes: The class of each, counted from 0.
        first_label: The id that stands for class 0.

    Raises:
        ValueError: If a text has no token, or one that is taken for a label.

    Example:
        >>> labelled_split([[5, 6], [7]], [1, 0], first_label=10).ids
        tensor([ 5,  6, 11,  7, 10])
    """
    for ids in texts:
        if not ids or max(ids) >= first_label:
            raise ValueError(
                f"a labelled text has one token or more, all below {first_label}; got {ids[:8]}. "
                "Leave empty texts out, and encode with the model's own tokenizer."
            )
    rows = ([*ids, first_label + kind] for ids, kind in zip(texts, classes, strict=True))
    row = torch.tensor([*chain.from_iterable(rows)], dtype=torch.long)
    return Split(row, n_bytes=0)  # labels spell no bytes
