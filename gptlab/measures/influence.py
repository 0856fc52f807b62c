"""Who talks to whom: how much each position's output depends on each position's input."""

from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import Tensor


def influence(
    function: Callable[[Tensor], Tensor], x: Float[Tensor, "pos d_model"]
) -> Float[Tensor, "output input"]:
    """Return the size of every position's derivative by every other position.

    influence[i, j] = ‖∂ function(x)_i / ∂ x_j‖, the root of the sum of all squared entries; exactly
    0 where nothing passes.

    Args:
        function: Maps (batch, pos, d_model) to the same shape, each text of the batch on its own:
            a sublayer, a block, or several.
        x: What comes in, for one text.

    Example:
        A function of each position alone reaches nobody else:

        >>> influence(lambda x: 3 * x, torch.ones(2, 1)).tolist()
        [[3.0, 0.0], [0.0, 3.0]]
    """
    return torch.stack([influence_on(function, x, i) for i in range(len(x))])


def influence_on(
    function: Callable[[Tensor], Tensor], x: Float[Tensor, "pos d_model"], output: int
) -> Float[Tensor, " input"]:
    """Return one row of `influence`: how much one position's output depends on every input.

    Args:
        function: As for `influence`.
        x: What comes in, for one text.
        output: The position whose output it is; −1 is the last.
    """
    n_pos, d_model = x.shape
    # One copy of the text per output coordinate: a single backward pass then gives them all.
    copies = x.detach().expand(d_model, n_pos, d_model).clone().requires_grad_()
    with torch.enable_grad():
        coordinates = function(copies)[:, output].diagonal().sum()
    (slopes,) = torch.autograd.grad(coordinates, copies)
    return slopes.norm(dim=(0, 2))
