"""Text from a model that fills gaps: one gap at the end again and again, or draws all anew."""

import torch
from jaxtyping import Int
from torch import Tensor

from gptlab.decoding.generation import check_generator
from gptlab.decoding.rules import GREEDY, Sampling, draw
from gptlab.evaluation import eval_mode
from gptlab.gpt import GPT


def write_in_gaps(
    model: GPT,
    tokens: Int[Tensor, "text pos"],
    n_tokens: int,
    mask_id: int,
    *,
    sampling: Sampling = GREEDY,
    generator: torch.Generator | None = None,
) -> Int[Tensor, "text longer"]:
    """Continue texts from left to right: put a gap at the end, fill it, and so on.

    The model sees the newest n_ctx − 1 tokens and the gap. Nothing stands to the right of it, which
    in training was so for one gap in n_ctx.

    Args:
        model: A model that was trained to fill gaps.
        tokens: Texts of one length.
        n_tokens: Tokens to add.
        mask_id: The id that marks a gap; it is never drawn.
        sampling: The decoding rule.
        generator: Source of the random numbers; needed unless the rule is greedy.

    Raises:
        ValueError: If the rule draws random numbers and there is no generator.
    """
    check_generator(sampling, generator)
    for _step in range(n_tokens):
        seen = tokens[:, -(model.cfg.n_ctx - 1) :]
        gap = torch.full((len(tokens), 1), mask_id)
        filled = _drawn(model, torch.cat([seen, gap], dim=1), -1, mask_id, sampling, generator)
        tokens = torch.cat([tokens, filled[:, None]], dim=1)
    return tokens


def rewrite(
    model: GPT,
    tokens: Int[Tensor, "text pos"],
    n_kept: int,
    n_rounds: int,
    mask_id: int,
    *,
    sampling: Sampling = GREEDY,
    generator: torch.Generator | None = None,
) -> Int[Tensor, "text pos"]:
    """Draw every token but the first ones anew, each from all the others: Gibbs sampling.

    Args:
        model: A model that was trained to fill gaps.
        tokens: Texts of one length; what is not kept may be gaps.
        n_kept: Tokens at the beginning that stay.
        n_rounds: How often each of the others is drawn, from left to right.
        mask_id: The id that marks a gap; it is never drawn.
        sampling: The decoding rule.
        generator: Source of the random numbers; needed unless the rule is greedy.

    Raises:
        ValueError: If the rule draws random numbers and there is no generator.

    Source: Wang & Cho 2019, section 2, which draws the places at random.
    """
    check_generator(sampling, generator)
    tokens = tokens.clone()
    for place in list(range(n_kept, tokens.shape[1])) * n_rounds:
        tokens[:, place] = mask_id
        tokens[:, place] = _drawn(model, tokens, place, mask_id, sampling, generator)
    return tokens


def _drawn(
    model: GPT,
    tokens: Int[Tensor, "text pos"],
    place: int,
    mask_id: int,
    sampling: Sampling,
    generator: torch.Generator | None,
) -> Int[Tensor, " text"]:
    with eval_mode(model), torch.inference_mode():
        logits = model(tokens)[:, place].double()
        logits[:, mask_id] = -torch.inf
    probs = sampling.distribution(logits)
    if sampling.is_greedy:
        return probs.argmax(-1)
    drawn = torch.rand(len(probs), generator=generator, dtype=torch.float64)
    return torch.tensor([draw(row, u) for row, u in zip(probs, drawn.tolist(), strict=True)])
