"""Masked language modelling: hide some tokens of a text, and ask for them from both sides."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import ClassVar

import torch
from jaxtyping import Bool, Int
from torch import Tensor
from torch.nn import functional as F

from gptlab.data import Split, random_batch
from gptlab.evaluation import TOKENS_PER_BATCH, Evaluation, eval_mode
from gptlab.gpt import GPT
from gptlab.masks import Bidirectional, Mask
from gptlab.objectives.objective import NOT_ASKED, Batch
from gptlab.tokenizers import Tokenizer

HIDDEN_SHARE = 0.15
MASK_WORD = "[MASK]"
"""How a gap is written in a text."""
_MARKED, _SWAPPED = 0.8, 0.1  # of the hidden tokens; the rest stay what they are


@dataclass(frozen=True)
class MaskedTokens:
    """Say the hidden tokens of a text, from what stands on both sides of them.

    loss = −1/|H| Σ_{t ∈ H} ln p(x_t | the text with H hidden), H being 15 % of the positions

    Args:
        mask_id: The id that marks a gap; one more than the tokenizer's last.
        share: Of the positions that are asked for.

    Raises:
        ValueError: If the share is not between 0 and 1.

    Source: Devlin et al. 2019 (BERT), section 3.1, task 1.
    """

    mask_id: int
    share: float = HIDDEN_SHARE
    mask: ClassVar[Mask] = Bidirectional()

    def __post_init__(self) -> None:
        if not 0 < self.share < 1:
            raise ValueError(
                f"share is the part of a text that is hidden, above 0 and below 1; got "
                f"{self.share!r}. BERT hides {HIDDEN_SHARE}."
            )

    def batch(
        self,
        ids: Int[Tensor, " n_tokens"],
        batch_size: int,
        n_ctx: int,
        generator: torch.Generator,
    ) -> Batch:
        """Cut windows at random places and hide some tokens of each."""
        windows, _next = random_batch(ids, batch_size, n_ctx, generator)
        return hide(windows, self.mask_id, generator, share=self.share)

    def evaluate(
        self, model: GPT, split: Split, *, progress: Callable[[float], None] | None = None
    ) -> Evaluation:
        """Measure the loss in gaps that are spread evenly over a whole split, all of them marked.

        Every 1/share-th token is hidden, at other places in each window, and sees both sides as far
        as its window goes. This is no loss of a text: what the gaps get does not multiply to the
        probability of anything. How many bytes the gaps spell is taken as their share of the split.
        """
        ids, n_ctx = split.ids.to(model.device), model.cfg.n_ctx
        total, n_asked, done = 0.0, 0, 0
        with eval_mode(model), torch.inference_mode():
            for windows in _in_order(ids, n_ctx):
                inputs, targets = hide_evenly(windows, self.mask_id, round(1 / self.share))
                logits = model(inputs).flatten(0, 1).float()
                total += F.cross_entropy(logits, targets.flatten(), reduction="sum").item()
                n_asked += int((targets != NOT_ASKED).sum())
                done += windows.numel()
                if progress:
                    progress(done / len(ids))
        return Evaluation(total / n_asked, n_asked, round(split.n_bytes * n_asked / len(ids)))


def hide(
    windows: Int[Tensor, "batch pos"],
    mask_id: int,
    generator: torch.Generator,
    *,
    share: float = HIDDEN_SHARE,
) -> Batch:
    """Hide some tokens of each window, and ask for them.

    Of the positions that are asked for, 80 % show `mask_id`, 10 % another token drawn at random,
    and 10 % stay as they are: so the model must distrust every token, not marks alone.

    Args:
        windows: Token ids, all below `mask_id`.
        mask_id: The id that marks a gap.
        generator: A CPU generator.
        share: Of a window's positions; rounded, at least one, and equally many in every window.

    Returns:
        Inputs, and targets: the token that stood there, `NOT_ASKED` elsewhere.

    Source: Devlin et al. 2019 (BERT), section 3.1 and appendix A.1.

    Example:
        >>> inputs, targets = hide(torch.arange(20)[None], 99, torch.Generator().manual_seed(0))
        >>> int((targets != NOT_ASKED).sum())
        3
    """
    n_texts, n_pos = windows.shape
    asked = _drawn_places(n_texts, n_pos, max(1, round(share * n_pos)), generator)
    fate = torch.rand(windows.shape, generator=generator)
    others = torch.randint(mask_id, windows.shape, generator=generator)
    asked, fate, others = (x.to(windows.device) for x in (asked, fate, others))
    inputs = windows.masked_fill(asked & (fate < _MARKED), mask_id)
    swapped = asked & (fate >= _MARKED) & (fate < _MARKED + _SWAPPED)
    inputs = torch.where(swapped, others, inputs)
    return inputs, windows.masked_fill(~asked, NOT_ASKED)


def hide_evenly(windows: Int[Tensor, "batch pos"], mask_id: int, every: int) -> Batch:
    """Hide every `every`-th token of each window with the mark, beginning one further in each.

    Args:
        windows: Token ids.
        mask_id: The id that marks a gap.
        every: Distance from one gap to the next.

    Returns:
        Inputs and targets.

    Example:
        >>> inputs, targets = hide_evenly(torch.tensor([[5, 6, 7], [5, 6, 7]]), 9, every=2)
        >>> inputs.tolist(), targets.tolist()
        ([[9, 6, 9], [5, 9, 7]], [[5, -100, 7], [-100, 6, -100]])
    """
    row, place = (torch.arange(n, device=windows.device) for n in windows.shape)
    gaps = place % every == row[:, None] % every
    return windows.masked_fill(gaps, mask_id), windows.masked_fill(~gaps, NOT_ASKED)


def with_gaps(tokenizer: Tokenizer, text: str, mask_id: int) -> list[int]:
    """Turn a text in which `[MASK]` marks the gaps into ids; a gap is one token.

    The tokens of a BPE begin with the space before a word, so a gap takes that space.

    Args:
        tokenizer: The tokenizer of the text between the gaps.
        text: Any text.
        mask_id: The id that marks a gap.

    Raises:
        ValueError: As `tokenizer.encode`.
    """
    first, *others = text.split(MASK_WORD)
    ids = tokenizer.encode(first.removesuffix(" ") if others else first)
    for number, piece in enumerate(others, start=1):
        is_last = number == len(others)
        ids += [mask_id, *tokenizer.encode(piece if is_last else piece.removesuffix(" "))]
    return ids


def _in_order(ids: Int[Tensor, " n_tokens"], n_ctx: int) -> Iterator[Int[Tensor, "batch pos"]]:
    n_whole = len(ids) // n_ctx
    yield from ids[: n_whole * n_ctx].view(-1, n_ctx).split(max(1, TOKENS_PER_BATCH // n_ctx))
    if n_whole * n_ctx < len(ids):
        yield ids[None, n_whole * n_ctx :]


def _drawn_places(
    n_texts: int, n_pos: int, n_asked: int, generator: torch.Generator
) -> Bool[Tensor, "text pos"]:
    ranks = torch.rand(n_texts, n_pos, generator=generator).argsort(dim=1)
    return torch.zeros(n_texts, n_pos, dtype=torch.bool).scatter_(1, ranks[:, :n_asked], True)
