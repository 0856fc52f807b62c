"""Replies that a model draws itself, many at once, and how likely it found them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from gptlab.decoding import Sampling
from gptlab.decoding.window import Window
from gptlab.finetuning.chat import ChatTemplate
from gptlab.gpt import GPT
from gptlab.objectives import NOT_ASKED
from gptlab.objectives.objective import Batch


@dataclass(frozen=True, eq=False)
class Rollouts:
    """Replies to prompts of one length.

    Args:
        prompts: Token ids.
        replies: Token ids, the end included; what follows the end means nothing.
        said: Which of `replies` belong to the reply, its end included.
    """

    prompts: Int[Tensor, "text pos"]
    replies: Int[Tensor, "text token"]
    said: Bool[Tensor, "text token"]

    @property
    def batch(self) -> Batch:
        """What a model reads, and the reply's tokens as what it should say."""
        inputs = torch.cat((self.prompts, self.replies), dim=1)[:, :-1]
        unasked = torch.full_like(self.prompts[:, 1:], NOT_ASKED)
        targets = torch.cat((unasked, self.replies.masked_fill(~self.said, NOT_ASKED)), dim=1)
        return inputs, targets

    def tokens(self, text: int) -> list[int]:
        """Return one reply's tokens, the end included."""
        return self.replies[text][self.said[text]].tolist()


def roll_out(
    model: GPT,
    template: ChatTemplate,
    prompts: Int[Tensor, "text pos"],
    n_tokens: int,
    *,
    generator: torch.Generator,
    sampling: Sampling = Sampling(),  # noqa: B008 (frozen)
) -> Rollouts:
    """Draw one reply to each prompt.

    Args:
        model: What replies.
        template: Its tokens end a reply, whichever of them comes.
        prompts: Prompts of one length.
        n_tokens: Longest reply, its end included.
        generator: Source of the random numbers, on the CPU.
        sampling: The decoding rule; as the model is, unless another one is given.

    Raises:
        ValueError: If prompts and replies do not fit the model.
    """
    n_texts, n_pos = prompts.shape
    if n_pos + n_tokens > model.cfg.n_ctx + 1:
        raise ValueError(
            f"{n_pos} tokens of prompt and {n_tokens} of reply do not fit n_ctx="
            f"{model.cfg.n_ctx}. Choose shorter prompts, or fewer tokens."
        )
    stops = torch.tensor(list(template.ids.values()))
    window = Window(model, prompts)
    going = torch.ones(n_texts, dtype=torch.bool)
    replies, said = [], []
    for _token in range(n_tokens):
        probs = sampling.distribution(window.next_logits())
        drawn = torch.multinomial(probs, 1, generator=generator)[:, 0]
        replies.append(drawn)
        said.append(going)
        going = going & ~torch.isin(drawn, stops)
        if not going.any():
            break
        window.extend(list(range(n_texts)), drawn.tolist())
    return Rollouts(
        prompts, torch.stack(replies, dim=1).to(prompts.device), torch.stack(said, dim=1)
    )


def prompts_of_one_length(
    prompts: Sequence[Sequence[int]], n: int, generator: torch.Generator
) -> Int[Tensor, "text pos"]:
    """Draw prompts that are equally long, so that replies to them can be drawn side by side.

    The first is drawn from all of them, which fixes the length; the others from those of its
    length, with repetition.

    Args:
        prompts: Token ids.
        n: How many to draw.
        generator: A CPU generator.
    """
    first = prompts[int(torch.randint(len(prompts), (1,), generator=generator))]
    alike = [prompt for prompt in prompts if len(prompt) == len(first)]
    drawn = torch.randint(len(alike), (n - 1,), generator=generator).tolist()
    return torch.tensor([list(first), *(list(alike[i]) for i in drawn)])


def log_probs(logits: Float[Tensor, "text pos d_vocab"], targets: Tensor) -> Tensor:
    """Return ln p of each target, and 0 where none is asked for.

    Args:
        logits: What the model says at each position.
        targets: Token ids, or `NOT_ASKED`.

    Example:
        >>> logits = torch.tensor([[[0.0, 0.0], [0.0, 0.0]]])
        >>> log_probs(logits, torch.tensor([[1, NOT_ASKED]])).exp()
        tensor([[0.5000, 1.0000]])
    """
    asked = targets != NOT_ASKED
    chosen = targets.where(asked, torch.zeros_like(targets))
    found = logits.float().log_softmax(dim=-1).gather(-1, chosen[..., None])[..., 0]
    return found.where(asked, torch.zeros_like(found))
