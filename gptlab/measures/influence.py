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
    n_pos, d_model = x.shape
    rows = []
    for i in range(n_pos):
        # One copy of the text per output coordinate: a single backward pass then gives them all.
        copies = x.detach().expand(d_model, n_pos, d_model).clone().requires_grad_()
        with torch.enable_grad():
            coordinates = function(copies)[:, i].diagonal().sum()
        (slopes,) = torch.autograd.grad(coordinates, copies)
        rows.append(slopes.norm(dim=(0, 2)))
    return torch.stack(rows)
