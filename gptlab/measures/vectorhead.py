"""A head that answers with a vector in the place of a distribution: what does it say?"""

import torch
from jaxtyping import Float, Int
from torch import Tensor

RIDGE = 1.0


def vector_head(
    states: Float[Tensor, "text d_model"],
    answers: Int[Tensor, " text"],
    vectors: Float[Tensor, "token d"],
) -> Float[Tensor, "row d"]:
    """Fit the linear head whose output is nearest to the right tokens' vectors.

    W = (XᵀX + λ I)⁻¹ Xᵀ Y: it makes Σ |x W − y|² smallest, with a little weight on small numbers.

    Args:
        states: What a body holds in gaps.
        answers: The tokens that stood there.
        vectors: One per token, for example an embedding.

    Returns:
        The head; its last row is the bias.
    """
    x = _with_one(states)
    pull = RIDGE * torch.eye(x.shape[1], dtype=x.dtype)
    return torch.linalg.solve(x.T @ x + pull, x.T @ vectors[answers].double()).float()


def vectors_said(
    states: Float[Tensor, "text d_model"], head: Float[Tensor, "row d"]
) -> Float[Tensor, "text d"]:
    """Return the vectors that such a head answers with."""
    return (_with_one(states) @ head.double()).float()


def nearest(
    said: Float[Tensor, "text d"], vectors: Float[Tensor, "token d"]
) -> Int[Tensor, " text"]:
    """Return the token whose vector is nearest to each answer."""
    return torch.cdist(said, vectors).argmin(-1)


def _with_one(states: Tensor) -> Tensor:
    return torch.cat([states.double(), torch.ones(len(states), 1, dtype=torch.float64)], dim=1)
