"""Which of two replies somebody prefers: all that a labeller says about a model's replies."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from gptlab.finetuning.chat import ChatTemplate
from gptlab.finetuning.rollouts import prompts_of_one_length, roll_out
from gptlab.finetuning.rules import Rule, judged
from gptlab.gpt import GPT
from gptlab.objectives import NOT_ASKED
from gptlab.objectives.objective import Batch

SIDE_BY_SIDE = 64  # replies that are drawn at once


@dataclass(frozen=True)
class Preference:
    """Two replies to one prompt, and which one was preferred.

    Args:
        prompt: Token ids.
        better: Token ids of the preferred reply, its end included.
        worse: Token ids of the other one.
    """

    prompt: tuple[int, ...]
    better: tuple[int, ...]
    worse: tuple[int, ...]


def chance(better: float, worse: float, temperature: float) -> float:
    """Return how likely a labeller prefers one of two replies.

    p = σ((r_better − r_worse) / T): at T = 0 always the better one; the wider the gap, the surer.

    Args:
        better: What one reply is worth.
        worse: What the other one is worth.
        temperature: How unsure the labeller is, in units of the worth.

    Source: Bradley & Terry 1952.

    Example:
        >>> chance(1.0, 0.0, temperature=0.0), chance(0.5, 0.5, temperature=1.0)
        (1.0, 0.5)
    """
    gap = torch.tensor(better - worse, dtype=torch.float64)
    if temperature == 0:
        return (torch.sign(gap).item() + 1) / 2
    return torch.sigmoid(gap / temperature).item()


def preferences(
    model: GPT,
    template: ChatTemplate,
    prompts: Sequence[Sequence[int]],
    rule: Rule,
    *,
    n_tokens: int,
    temperature: float,
    generator: torch.Generator,
) -> Iterator[Preference]:
    """Draw pairs of replies without end, and let a labeller who has a rule in mind compare them.

    Pairs that the rule finds equal are left out, as labellers leave them out. The rule itself is
    never told: only which of the two is preferred, and that is sometimes wrong.

    Args:
        model: What replies.
        template: Says which tokens end a reply.
        prompts: Token ids.
        rule: What the labeller goes by.
        n_tokens: Longest reply.
        temperature: See `chance`.
        generator: Draws prompts, replies and the labeller's slips.
    """
    while True:
        drawn = prompts_of_one_length(prompts, SIDE_BY_SIDE // 2, generator)
        twice = drawn.repeat_interleave(2, dim=0)
        rollouts = roll_out(model, template, twice, n_tokens, generator=generator)
        worth = judged(rollouts, template, rule)
        for i in range(0, len(worth), 2):
            if worth[i] == worth[i + 1]:
                continue
            prefers_first = torch.rand((), generator=generator).item() < chance(
                worth[i], worth[i + 1], temperature
            )
            first, second = tuple(rollouts.tokens(i)), tuple(rollouts.tokens(i + 1))
            better, worse = (first, second) if prefers_first else (second, first)
            yield Preference(tuple(twice[i].tolist()), better, worse)


def as_batch(pairs: Sequence[Preference]) -> Batch:
    """Write pairs as rows: all preferred replies, then all others, with their prompts before them.

    Returns:
        What a model reads, filled up with zeros, and the reply's tokens as what it should say.

    Example:
        >>> inputs, targets = as_batch([Preference((7, 8), (1, 2), (3,))])
        >>> inputs.tolist(), targets.tolist()
        ([[7, 8, 1], [7, 8, 0]], [[-100, 1, 2], [-100, 3, -100]])
    """
    rows = [(p.prompt, p.better) for p in pairs] + [(p.prompt, p.worse) for p in pairs]
    width = max(len(prompt) + len(reply) for prompt, reply in rows) - 1
    inputs = torch.zeros(len(rows), width, dtype=torch.long)
    targets = torch.full((len(rows), width), NOT_ASKED)
    for row, (prompt, reply) in enumerate(rows):
        whole = torch.tensor([*prompt, *reply])
        inputs[row, : len(whole) - 1] = whole[:-1]
        targets[row, len(prompt) - 1 : len(whole) - 1] = whole[len(prompt) :]
    return inputs, targets


def whole_texts(batch: Batch) -> tuple[Tensor, Tensor]:
    """Return prompts and replies as one text each, and the place of each text's last token.

    Args:
        batch: What a model reads, and the reply's tokens as what it should say.

    Example:
        >>> tokens, last = whole_texts(as_batch([Preference((7, 8), (1, 2), (3,))]))
        >>> tokens.tolist(), last.tolist()
        ([[7, 8, 1, 2], [7, 8, 3, 0]], [3, 2])
    """
    inputs, targets = batch
    asked = targets != NOT_ASKED
    tokens = torch.cat((inputs, torch.zeros_like(inputs[:, :1])), dim=1)
    tokens[:, 1:] = targets.where(asked, tokens[:, 1:])
    here = torch.arange(1, tokens.shape[1], device=inputs.device)
    return tokens, (asked * here).amax(dim=1)
