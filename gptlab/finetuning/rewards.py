"""A reward model: learned from preferences alone, it says how much a reply is worth."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F

from gptlab.evaluation import eval_mode
from gptlab.finetuning.classifier import Classifier, with_head
from gptlab.finetuning.descending import Descent
from gptlab.finetuning.preferences import Preference, as_batch, whole_texts
from gptlab.gpt import GPT
from gptlab.objectives.objective import Batch
from gptlab.training import Recipe

CLASSES = ("worse", "better")


def reward_model(body: GPT) -> Classifier:
    """Return a copy of a model that judges texts; until it is trained, all are worth 0.

    Args:
        body: The model that was trained on replies; it is not changed.

    Source: Ouyang et al. 2022, section 3.5 (RM): the unembedding makes room for one number.
    """
    return with_head(body, CLASSES)


def rewards(model: Classifier, batch: Batch) -> Float[Tensor, " text"]:
    """Return what a reward model thinks that replies are worth.

    r = z_better − z_worse, read at the reply's last token.

    Args:
        model: From `reward_model`.
        batch: What a model reads, and the reply's tokens as what it should say.
    """
    tokens, last = whole_texts(batch)
    logits = model(tokens.to(model.device))
    rows = torch.arange(len(tokens), device=model.device)
    worse, better = logits[rows, last.to(model.device)].float().unbind(dim=1)
    return better - worse


def bradley_terry_loss(
    better: Float[Tensor, " pair"], worse: Float[Tensor, " pair"]
) -> Float[Tensor, " pair"]:
    """Return how surprised a reward model is by what was preferred.

    loss = −ln σ(r_better − r_worse)

    Source: Bradley & Terry 1952; Ouyang et al. 2022, equation 1.

    Example:
        >>> bradley_terry_loss(torch.tensor([3.0]), torch.tensor([3.0]))
        tensor([0.6931])
    """
    return -F.logsigmoid(better - worse)


@dataclass(frozen=True)
class RewardStep:
    """What one step of `fit_rewards` did, before the update.

    Args:
        step: Steps taken.
        loss: Mean loss of the step's pairs.
        right: Share of them in which the preferred reply was worth more.
    """

    step: int
    loss: float
    right: float


def fit_rewards(
    model: Classifier,
    pairs: Sequence[Preference],
    *,
    n_steps: int,
    recipe: Recipe,
    generator: torch.Generator,
) -> Iterator[RewardStep]:
    """Train a reward model on preferences, in place, and yield what each step did.

    Args:
        model: From `reward_model`.
        pairs: Preferences.
        n_steps: Optimizer steps.
        recipe: Batch size, learning rates and clipping; the rates are constant.
        generator: Draws the pairs.

    Raises:
        ValueError: If there are no pairs.
    """
    if not pairs:
        raise ValueError("a reward model learns from pairs of replies; there are none.")
    descent = Descent(model, recipe)
    for step in range(1, n_steps + 1):
        drawn = torch.randint(len(pairs), (recipe.batch_size,), generator=generator).tolist()
        model.train()
        better, worse = rewards(model, as_batch([pairs[i] for i in drawn])).chunk(2)
        loss = bradley_terry_loss(better, worse).mean()
        descent.step(loss)
        yield RewardStep(step, loss.item(), (better > worse).float().mean().item())


def agreement(model: Classifier, pairs: Sequence[Preference]) -> float:
    """Return in which share of pairs a reward model finds the preferred reply worth more.

    Equal ones count half.
    """
    with eval_mode(model), torch.inference_mode():
        better, worse = rewards(model, as_batch(pairs)).chunk(2)
    return ((better > worse).float() + 0.5 * (better == worse).float()).mean().item()
