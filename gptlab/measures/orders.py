"""Two gaps side by side: does it matter which of them is filled first?"""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from gptlab.evaluation import eval_mode
from gptlab.gpt import GPT

_PER_PASS = 128


def in_both_orders(
    model: GPT, ids: Sequence[int], mask_id: int
) -> tuple[Float[Tensor, "left right"], Float[Tensor, "left right"]]:
    """Return the probability of every pair of tokens in two gaps, filled in either order.

    p(a) p(b | a) when the left gap is filled first, p(b) p(a | b) when the right one is. For one
    joint distribution both are the same table; the chain rule allows any order.

    Args:
        model: A model that was trained to fill gaps.
        ids: A text with exactly two gaps.
        mask_id: The id that marks a gap; the tokens are those below it.

    Raises:
        ValueError: If there are not two gaps.

    Source: Wang & Cho 2019, section 2; Goyal et al. 2022, section 3.
    """
    places = [place for place, token in enumerate(ids) if token == mask_id]
    if len(places) != 2:
        raise ValueError(
            f"expected a text with two gaps (id {mask_id}), came one with {len(places)}."
        )
    left, right = places
    return (
        _first_then(model, ids, mask_id, left, right),
        _first_then(model, ids, mask_id, right, left).T,
    )


def _first_then(
    model: GPT, ids: Sequence[int], mask_id: int, first: int, second: int
) -> Float[Tensor, "first second"]:
    texts = torch.tensor([list(ids)])
    every = texts.repeat(mask_id, 1)
    every[:, first] = torch.arange(mask_id)
    with eval_mode(model), torch.inference_mode():
        begun = model(texts)[0, first, :mask_id].double().softmax(-1)
        follows = [
            model(some)[:, second, :mask_id].double().softmax(-1) for some in every.split(_PER_PASS)
        ]
    return begun[:, None] * torch.cat(follows)
