"""What adversarial training is: learn from inputs that were shifted to be got wrong.

No published part of how ChatGPT was trained does this. It is here to be compared with the loops
that do (`replies`, `rewards`, `policy`): there a reply is judged, here an input is disturbed.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F

from gptlab.evaluation import eval_mode
from gptlab.gpt import GPT
from gptlab.objectives import NOT_ASKED
from gptlab.objectives.objective import Batch
from gptlab.probes import patched
from gptlab.training import Training


def fgsm(model: GPT, batch: Batch, epsilon: float) -> Float[Tensor, "text pos d_model"]:
    """Return the shift of the embeddings that raises the loss most, each number by one step.

    δ = ε · s · sign(∂ loss / ∂ embedding), s being the standard deviation of the embedding's
    numbers. To first order no other shift of that size per number raises the loss more.

    Args:
        model: Usually a classifier; its weights and their gradients are not changed.
        batch: What it reads, and what it should say.
        epsilon: Size of the step, in standard deviations of the embedding; 0 shifts nothing.

    Raises:
        ValueError: If it is negative.

    Source: Goodfellow et al. 2015, section 4, on images; Miyato et al. 2017 on word embeddings.
    """
    if not epsilon >= 0:
        raise ValueError(f"epsilon is the size of a step, 0 or more; got {epsilon!r}.")
    inputs, targets = batch
    shift = torch.zeros(*inputs.shape, model.cfg.d_model, device=model.device, requires_grad=True)
    with eval_mode(model), torch.enable_grad(), shifted(model, shift):
        loss = F.cross_entropy(model(inputs).flatten(0, 1).float(), targets.flatten())
        (gradient,) = torch.autograd.grad(loss, shift)
    return epsilon * model.W_E.detach().std() * gradient.sign()


def shifted(model: GPT, shift: Float[Tensor, "text pos d_model"]) -> AbstractContextManager[None]:
    """Add a shift to the embeddings while the `with` block runs."""
    return patched(model, {"embed": lambda embeddings: embeddings + shift})


class AdversarialTraining(Training):
    """A training run in which half of each gradient comes from inputs shifted by `fgsm`.

    loss = ½ loss(x) + ½ loss(x + δ)

    Args:
        arguments: Those of `Training`.
        epsilon: See `fgsm`; 0 is `Training`.
        options: Those of `Training`.

    Source: Goodfellow et al. 2015, section 6, with α = ½.
    """

    def __init__(self, *arguments: Any, epsilon: float, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.epsilon = epsilon

    def _add_gradient(self, inputs: Tensor, targets: Tensor, *, n_windows: int) -> Tensor:
        shift = fgsm(self.model, (inputs, targets), self.epsilon)
        loss = super()._add_gradient(inputs, targets, n_windows=2 * n_windows)
        with shifted(self.model, shift):
            return loss + super()._add_gradient(inputs, targets, n_windows=2 * n_windows)


@dataclass(frozen=True, kw_only=True)
class Attacked:
    """How a classifier does when its embeddings are shifted.

    Args:
        clean: Share of right answers, unshifted.
        attacked: The same, shifted by `fgsm`.
        noise: The same, shifted as far, every number up or down by chance: the control.
        same_tokens: Share of the shifted embeddings whose nearest token is still their own. As long
            as it is 1, no text was changed: nobody could type the attack.
    """

    clean: float
    attacked: float
    noise: float
    same_tokens: float


def attack(model: GPT, batch: Batch, epsilon: float, generator: torch.Generator) -> Attacked:
    """Measure a classifier on a batch as it is, attacked, and with noise of the same size.

    Args:
        model: The classifier.
        batch: What it reads, and what it should say.
        epsilon: See `fgsm`.
        generator: Draws the noise.
    """
    inputs, _targets = batch
    shift = fgsm(model, batch, epsilon)
    signs = torch.randint(2, shift.shape, generator=generator).to(shift.device) * 2 - 1
    noise = signs * epsilon * model.W_E.detach().std()
    with eval_mode(model), torch.inference_mode():
        moved = model.W_E[inputs] + shift
        nearest = torch.cdist(moved.flatten(0, 1), model.W_E).argmin(dim=1)
        moves = shift.abs().sum(dim=-1).flatten() > 0
        same = (nearest == inputs.flatten())[moves] if moves.any() else torch.ones(1)
        right = [_right(model, batch)]
        for each in (shift, noise):
            with shifted(model, each):
                right.append(_right(model, batch))
    return Attacked(
        clean=right[0],
        attacked=right[1],
        noise=right[2],
        same_tokens=same.float().mean().item(),
    )


def _right(model: GPT, batch: Batch) -> float:
    inputs, targets = batch
    asked = targets != NOT_ASKED
    return (model(inputs)[asked].argmax(dim=-1) == targets[asked]).float().mean().item()
