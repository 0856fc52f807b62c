"""Direct preference optimisation: learn from pairs of replies without a reward model."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F

from gptlab.evaluation import eval_mode
from gptlab.finetuning.descending import Descent
from gptlab.finetuning.preferences import Preference, as_batch
from gptlab.finetuning.rollouts import log_probs
from gptlab.gpt import GPT
from gptlab.objectives.objective import Batch
from gptlab.training import Recipe


def dpo_loss(
    better: Float[Tensor, " pair"],
    worse: Float[Tensor, " pair"],
    reference_better: Float[Tensor, " pair"],
    reference_worse: Float[Tensor, " pair"],
    beta: float,
) -> Float[Tensor, " pair"]:
    """Compare how much more the model likes the better reply than the reference model does.

    loss = −ln σ(β · [(ln π(y_w|x) − ln π_ref(y_w|x)) − (ln π(y_l|x) − ln π_ref(y_l|x))])

    Its gradient with respect to ln π(y_w|x) is −β · σ(−β·[…]): pairs that the model already tells
    apart pull less.

    Args:
        better: ln π of the preferred replies, summed over their tokens.
        worse: ln π of the others.
        reference_better: ln π_ref of the preferred replies.
        reference_worse: ln π_ref of the others.
        beta: How strongly the reference model is clung to; above 0.

    Source: Rafailov et al. 2023, equation 7; the gradient is section 4.

    Example:
        A model that is its own reference has learned nothing, and pays ln 2:

        >>> same = torch.tensor([-4.0])
        >>> dpo_loss(same, same, same, same, beta=0.1)
        tensor([0.6931])
    """
    margin = (better - reference_better) - (worse - reference_worse)
    return -F.logsigmoid(beta * margin)


@dataclass(frozen=True)
class DPOStep:
    """What one step of `dpo` did.

    Args:
        step: Steps taken.
        loss: Mean over the step's pairs, before the update.
        right: Share of the pairs in which the preferred reply gained more on the reference.
        better: Mean gain of the preferred replies on the reference, in nats per reply.
        worse: Mean gain of the others.
    """

    step: int
    loss: float
    right: float
    better: float
    worse: float


def dpo(
    policy: GPT,
    reference: GPT,
    pairs: Sequence[Preference],
    *,
    n_steps: int,
    beta: float,
    recipe: Recipe,
    generator: torch.Generator,
) -> Iterator[DPOStep]:
    """Train a model on preferences, in place, and yield what each step did.

    Args:
        policy: The model that learns; its weights change.
        reference: The model that it began as; it stays.
        pairs: Preferences.
        n_steps: Optimizer steps.
        beta: See `dpo_loss`.
        recipe: Batch size, learning rates and clipping; the rates are constant.
        generator: Draws the pairs.

    Raises:
        ValueError: If β is not positive, or there are no pairs.
    """
    if not 0 < beta < math.inf or not pairs:
        raise ValueError(
            f"expected a β above 0 and at least one pair; got β={beta!r} and {len(pairs)} pairs. "
            "0.1 is a common β; preferences come from gptlab.finetuning.preferences."
        )
    descent = Descent(policy, recipe)
    for step in range(1, n_steps + 1):
        drawn = torch.randint(len(pairs), (recipe.batch_size,), generator=generator).tolist()
        batch = as_batch([pairs[i] for i in drawn])
        policy.train()
        with torch.no_grad(), eval_mode(reference):
            before = _sums(reference, batch)
        found = _sums(policy, batch)
        (better, worse), (before_better, before_worse) = found.chunk(2), before.chunk(2)
        loss = dpo_loss(better, worse, before_better, before_worse, beta).mean()
        descent.step(loss)
        gained, lost = (found.detach() - before).chunk(2)
        right = (gained > lost).float().mean().item()
        yield DPOStep(step, loss.item(), right, gained.mean().item(), lost.mean().item())


def _sums(model: GPT, batch: Batch) -> Float[Tensor, " reply"]:
    inputs, targets = (part.to(model.device) for part in batch)
    return log_probs(model(inputs), targets).sum(dim=1)
