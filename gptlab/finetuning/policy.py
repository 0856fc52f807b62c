"""Reinforcement learning from a reward: draw replies, and make the better ones likelier.

InstructGPT was trained by PPO, which takes several steps on each batch of replies and clips how far
they go. With one step a batch, as here, nothing is clipped: its gradient is the plain policy
gradient.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from gptlab.evaluation import eval_mode
from gptlab.finetuning.chat import ChatTemplate
from gptlab.finetuning.descending import Descent
from gptlab.finetuning.rollouts import Rollouts, log_probs, prompts_of_one_length, roll_out
from gptlab.gpt import GPT
from gptlab.objectives import NOT_ASKED
from gptlab.training import Recipe

Reward = Callable[[Rollouts], Float[Tensor, " text"]]
"""Judges whole replies, higher is better."""


def advantages(scores: Float[Tensor, " text"]) -> Float[Tensor, " text"]:
    """Compare each score with the mean of all others.

    A_i = R_i − 1/(n−1) Σ_{j≠i} R_j

    What the other replies got does not depend on reply i, so subtracting it moves no expectation;
    it takes away most of the noise.

    Source: Ahmadian et al. 2024 (RLOO), section 3.3; Kool et al. 2019.

    Example:
        >>> advantages(torch.tensor([1.0, 0.0, 0.0]))
        tensor([ 1.0000, -0.5000, -0.5000])
    """
    n = len(scores)
    return (scores - scores.mean()) * n / (n - 1)


def sampled_kl(
    policy: Float[Tensor, "text pos"], reference: Float[Tensor, "text pos"]
) -> Float[Tensor, " text"]:
    """Estimate how far the policy has moved, from the replies that it drew.

    Σ_t [ln π(y_t|…) − ln π_ref(y_t|…)], whose mean over replies drawn from π is KL(π ‖ π_ref).
    A single reply's value can be negative; the mean over many is not, up to noise.

    Args:
        policy: ln π of each token, 0 where none is asked for.
        reference: ln π_ref of the same tokens.

    Source: Ouyang et al. 2022, equation 2, the term with β.
    """
    return (policy - reference).sum(dim=1)


def exact_kl(
    policy: Float[Tensor, "text pos d_vocab"],
    reference: Float[Tensor, "text pos d_vocab"],
    targets: Tensor,
) -> Float[Tensor, " text"]:
    """Sum the divergence over all tokens that could have come, at each place of a drawn reply.

    Σ_t Σ_v π(v|y_<t) · ln [π(v|y_<t) / π_ref(v|y_<t)]. Its mean over replies drawn from π is the
    same as that of `sampled_kl`, with less noise: only the way to each place is left to chance.

    Args:
        policy: Logits of the policy.
        reference: Logits of the reference.
        targets: The reply's tokens, `NOT_ASKED` elsewhere.
    """
    ours, theirs = policy.float().log_softmax(-1), reference.float().log_softmax(-1)
    each = (ours.exp() * (ours - theirs)).sum(dim=-1)
    return each.where(targets != NOT_ASKED, torch.zeros_like(each)).sum(dim=1)


def policy_loss(
    chosen: Float[Tensor, "text pos"],
    reference: Float[Tensor, "text pos"],
    rewards: Float[Tensor, " text"],
    beta: float,
) -> Float[Tensor, ""]:
    """Return what has the policy gradient as its gradient.

    loss = −1/n Σ_i A_i Σ_t ln π(y_it), with A from the scores R_i = r_i − β Σ_t ln [π/π_ref](y_it)
    taken as constants. The gradient's expectation is −∇ (E[r] − β KL(π ‖ π_ref)).

    Args:
        chosen: ln π of the replies' tokens, 0 where none is asked for; drawn from π itself.
        reference: ln π_ref of the same tokens.
        rewards: One per reply.
        beta: Price of a nat of divergence, in units of the reward; 0 lets the policy go anywhere.

    Source: Williams 1992 (REINFORCE), theorem 1; Ouyang et al. 2022, equation 2 with γ = 0.
    """
    scores = rewards - beta * sampled_kl(chosen.detach(), reference)
    return -(advantages(scores) * chosen.sum(dim=1)).mean()


@dataclass(frozen=True)
class PolicyStep:
    """What one step of `reinforce` did, measured on the replies drawn before the update.

    Args:
        step: Steps taken.
        reward: Mean reward.
        sampled_kl: Mean of `sampled_kl`, in nats per reply.
        exact_kl: Mean of `exact_kl`, in nats per reply.
        length: Mean length of the replies, in tokens.
        rollouts: The replies.
    """

    step: int
    reward: float
    sampled_kl: float
    exact_kl: float
    length: float
    rollouts: Rollouts


def reinforce(
    policy: GPT,
    reference: GPT,
    template: ChatTemplate,
    prompts: Sequence[Sequence[int]],
    reward: Reward,
    *,
    n_steps: int,
    n_tokens: int,
    beta: float,
    recipe: Recipe,
    generator: torch.Generator,
) -> Iterator[PolicyStep]:
    """Train a model on the rewards of its own replies, in place, and yield what each step did.

    Args:
        policy: The model that learns; its weights change.
        reference: The model that it began as; it stays.
        template: Says which tokens end a reply.
        prompts: Token ids, from `<|begin|>` to `<|model|>`.
        reward: Judges replies.
        n_steps: Optimizer steps; each draws new replies.
        n_tokens: Longest reply.
        beta: See `policy_loss`.
        recipe: Replies per step, learning rates and clipping; the rates are constant.
        generator: Draws prompts and replies.

    Raises:
        ValueError: If a batch has fewer than two replies: there is nothing to compare.
    """
    if recipe.batch_size < 2:
        raise ValueError(
            "a reply is compared with the others of its batch; expected batch_size of at least 2, "
            f"got {recipe.batch_size}."
        )
    descent = Descent(policy, recipe)
    for step in range(1, n_steps + 1):
        drawn = prompts_of_one_length(prompts, recipe.batch_size, generator)
        rollouts = roll_out(policy, template, drawn, n_tokens, generator=generator)
        rewards = reward(rollouts)
        inputs, targets = rollouts.batch
        with torch.no_grad(), eval_mode(reference):
            reference_logits = reference(inputs)
        policy.train()
        logits = policy(inputs)
        chosen, before = log_probs(logits, targets), log_probs(reference_logits, targets)
        loss = policy_loss(chosen, before, rewards, beta)
        descent.step(loss)
        yield PolicyStep(
            step,
            rewards.mean().item(),
            sampled_kl(chosen.detach(), before).mean().item(),
            exact_kl(logits.detach(), reference_logits, targets).mean().item(),
            rollouts.said.sum(dim=1).float().mean().item(),
            rollouts,
        )
