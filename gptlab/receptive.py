"""How far a model sees: what a mask lets each position know after one layer, two, and more."""

import torch
from jaxtyping import Bool, Int
from torch import Tensor

from gptlab.masks import Mask, allowed


def layers_needed(sees: Bool[Tensor, "query key"], n_layers: int) -> Int[Tensor, "query key"]:
    """Count the layers after which a position can know of another one.

    A position knows itself before the first layer. After one more layer it knows what the
    positions that it sees knew before: K₀ = I, K_l = (sees · K_{l−1} > 0).

    Args:
        sees: A mask as a matrix in which every position sees itself.
        n_layers: How many layers there are.

    Returns:
        The number of layers, 0 on the diagonal; −1 where no path leads within `n_layers`.

    Raises:
        ValueError: A position does not see itself.

    Example:
        In a band of two, each layer reaches one position further:

        >>> band = torch.tensor([[1, 0, 0], [1, 1, 0], [0, 1, 1]]).bool()
        >>> layers_needed(band, 2).tolist()
        [[0, -1, -1], [1, 0, -1], [2, 1, 0]]
    """
    if not sees.diagonal().all():
        raise ValueError(
            "expected a mask in which every position sees itself, came one in which position "
            f"{int((~sees.diagonal()).nonzero()[0])} does not. Set the diagonal to True."
        )
    step = sees.float()
    knows = torch.eye(len(sees), dtype=torch.bool)
    needed = torch.where(knows, 0, -1)
    for layer in range(1, n_layers + 1):
        later = (step @ knows.float()) > 0
        needed[later & ~knows] = layer
        if torch.equal(later, knows):
            break
        knows = later
    return needed


def receptive_field(mask: Mask, n_pos: int, n_layers: int) -> int:
    """Count how many positions the last one can know of, itself included.

    Args:
        mask: Which keys each query sees, the same in every layer.
        n_pos: Length of the text.
        n_layers: Layers.

    Source: Beltagy et al. 2020 (Longformer), section 3.1: with a window in each layer, the field
        grows in proportion to the number of layers.
    """
    return int((layers_needed(allowed(mask, n_pos), n_layers)[-1] >= 0).sum())


def farthest(mask: Mask, n_pos: int, n_layers: int) -> int:
    """Return the largest distance, in positions, at which the last one can still know of another.

    Args:
        mask: Which keys each query sees, the same in every layer.
        n_pos: Length of the text.
        n_layers: Layers.
    """
    known = (layers_needed(allowed(mask, n_pos), n_layers)[-1] >= 0).nonzero()
    return n_pos - 1 - int(known[0])
