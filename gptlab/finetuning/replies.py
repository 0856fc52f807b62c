"""The objective of a chat: the same next token as ever, but only the model's own words count."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import ClassVar

import torch
from jaxtyping import Bool, Int
from torch import Tensor
from torch.nn import functional as F

from gptlab.data import Split
from gptlab.evaluation import TOKENS_PER_BATCH, Evaluation, eval_mode
from gptlab.finetuning.chat import BEGIN, END, MODEL, USER, ChatTemplate
from gptlab.gpt import GPT
from gptlab.masks import Causal, Mask
from gptlab.objectives.objective import NOT_ASKED, Batch


@dataclass(frozen=True, kw_only=True)
class Replies:
    """Say the next token of every reply, from all that was said before it in the conversation.

    loss = −1/|R| Σ_{t ∈ R} ln p(x_{t+1} | x_1 … x_t), R being where the reply's tokens are next.

    It is `NextToken` with the prompt's targets taken out. The text is a row of conversations as
    `ChatTemplate` writes them. Windows ask at different numbers of positions, and each asked token
    counts alike.

    Args:
        begin_id: Begins a conversation.
        user_id: Begins a message to the model.
        model_id: Begins a reply.
        end_id: Ends it; also fills what is left of a window behind the last conversation.

    Source: Ouyang et al. 2022, section 3.5 (SFT).
    """

    begin_id: int
    user_id: int
    model_id: int
    end_id: int
    mask: ClassVar[Mask] = Causal()

    @classmethod
    def of(cls, template: ChatTemplate) -> Replies:
        """Take the ids from a template."""
        ids = template.ids
        return cls(begin_id=ids[BEGIN], user_id=ids[USER], model_id=ids[MODEL], end_id=ids[END])

    def batch(
        self,
        ids: Int[Tensor, " n_tokens"],
        batch_size: int,
        n_ctx: int,
        generator: torch.Generator,
    ) -> Batch:
        """Begin at exchanges drawn at random, and read on: one conversation after the other."""
        starts = self._starts(ids)
        drawn = torch.randint(len(starts), (batch_size,), generator=generator)
        return self.windows(ids, starts[drawn.to(ids.device)], n_ctx)

    def windows(
        self, ids: Int[Tensor, " n_tokens"], starts: Int[Tensor, " batch"], n_ctx: int
    ) -> Batch:
        """Cut windows of conversations, each as if it began with the exchange at its start.

        A window that has room left goes on with the next conversation, whose `begin_id` tells it
        apart, so that no computation is spent on padding.

        Args:
            ids: Conversations.
            starts: Places of `user_id`.
            n_ctx: Tokens of a window; less if there is nothing to ask for at its end.

        Returns:
            Inputs, and targets: the next token inside replies, `NOT_ASKED` elsewhere.
        """
        places = starts[:, None] + torch.arange(n_ctx, device=ids.device)
        over = places >= len(ids)
        following = ids[places.clamp(max=len(ids) - 1)].masked_fill(over, self.end_id)
        first = torch.full_like(following[:, :1], self.begin_id)
        inputs = torch.cat((first, following[:, :-1]), dim=1)
        asked = self.speaking(inputs) & ~over
        return _asked_part(inputs, following.masked_fill(~asked, NOT_ASKED))

    def speaking(self, inputs: Int[Tensor, "batch pos"]) -> Bool[Tensor, "batch pos"]:
        """Tell the positions whose next token is the model's: its turn began and has not ended."""
        ours = torch.zeros_like(inputs, dtype=torch.bool)
        for token in (self.begin_id, self.user_id, self.model_id, self.end_id):
            ours |= inputs == token
        here = torch.arange(inputs.shape[1], device=inputs.device).expand_as(inputs)
        latest = torch.where(ours, here, 0).cummax(dim=1).values
        return inputs.gather(1, latest) == self.model_id

    def evaluate(
        self, model: GPT, split: Split, *, progress: Callable[[float], None] | None = None
    ) -> Evaluation:
        """Measure the loss of all replies in a split, each after its own message alone.

        How many bytes the replies spell is taken as their share of the split.
        """
        ids = split.ids.to(model.device)
        starts = self._starts(ids)
        total, n_asked, done = 0.0, 0, 0
        with eval_mode(model), torch.inference_mode():
            for some in self._in_order(starts, model.cfg.n_ctx):
                inputs, targets = self._single(ids, some, model.cfg.n_ctx)
                logits = model(inputs).flatten(0, 1).float()
                total += F.cross_entropy(logits, targets.flatten(), reduction="sum").item()
                n_asked += int((targets != NOT_ASKED).sum())
                done += len(some)
                if progress:
                    progress(done / len(starts))
        if not n_asked:
            raise ValueError(
                f"no reply begins within the {model.cfg.n_ctx} positions of this model, so there "
                "is nothing to measure. Use conversations with shorter messages."
            )
        return Evaluation(total / n_asked, n_asked, round(split.n_bytes * n_asked / len(ids)))

    def _single(
        self, ids: Int[Tensor, " n_tokens"], starts: Int[Tensor, " batch"], n_ctx: int
    ) -> Batch:
        # One exchange a row: what follows its end is no longer asked for.
        inputs, targets = self.windows(ids, starts, n_ctx)
        targets = targets.masked_fill((inputs == self.end_id).cumsum(dim=1) > 0, NOT_ASKED)
        return _asked_part(inputs, targets)

    def _starts(self, ids: Int[Tensor, " n_tokens"]) -> Int[Tensor, " exchange"]:
        starts = (ids == self.user_id).nonzero()[:, 0]
        if not len(starts):
            raise ValueError(
                f"no exchange begins in these {len(ids)} tokens: the token {self.user_id} is "
                "missing. Write the conversations with ChatTemplate.conversation."
            )
        return starts

    def _in_order(
        self, starts: Int[Tensor, " exchange"], n_ctx: int
    ) -> Iterator[Int[Tensor, " batch"]]:
        yield from starts.split(max(1, TOKENS_PER_BATCH // n_ctx))


def _asked_part(inputs: Tensor, targets: Tensor) -> Batch:
    # Without the columns at the end in which nothing is asked for.
    places = (targets != NOT_ASKED).any(dim=0).nonzero()
    width = int(places.max()) + 1 if len(places) else 1
    return inputs[:, :width], targets[:, :width]
