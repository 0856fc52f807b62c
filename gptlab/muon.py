"""Muon: an optimizer that gives every direction of a matrix's step the same length."""

from collections import defaultdict
from collections.abc import Iterable

import torch
from jaxtyping import Float
from torch import Tensor
from torch.optim import Optimizer

from gptlab.attention import as_matrix, from_matrix

COEFFICIENTS = (3.4445, -4.7750, 2.0315)
N_ITERATIONS = 5


class Muon(Optimizer):
    """Momentum, made orthogonal: W ← W − lr · √max(1, rows/columns) · orthogonal(momentum).

    A gradient is usually dominated by few directions; making it orthogonal lets the rare ones
    learn at the same pace. Equal shapes are stacked and orthogonalised in one batched product.

    Args:
        named_parameters: Names and weights; `as_matrix` must know how to view each as a matrix.
        lr: Learning rate.
        momentum: Share of the running mean of gradients that is kept each step.
        weight_decay: Share of each weight, times lr, that is taken away each step.
        dtype: Number format of the orthogonalisation. bfloat16 is enough, and faster on a GPU.

    Source: Jordan et al. 2024, "Muon: An optimizer for hidden layers in neural networks".
    """

    def __init__(
        self,
        named_parameters: Iterable[tuple[str, Tensor]],
        *,
        lr: float = 0.02,
        momentum: float = 0.95,
        weight_decay: float = 0.0,
        dtype: torch.dtype = torch.float32,
    ) -> None:
        named = list(named_parameters)
        self.names = [name for name, _ in named]
        self.dtype = dtype
        defaults = {"lr": lr, "momentum": momentum, "weight_decay": weight_decay}
        super().__init__([weight for _, weight in named], defaults)

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # type: ignore[override]
        """Take one step along the orthogonalised momentum."""
        (group,) = self.param_groups
        stacks: dict[tuple[int, int], list[tuple[str, Tensor, Tensor]]] = defaultdict(list)
        for name, weight in zip(self.names, group["params"], strict=True):
            if weight.grad is None:
                continue
            state = self.state[weight]
            if not state:
                state["momentum"] = torch.zeros_like(weight)
            state["momentum"].lerp_(weight.grad, 1 - group["momentum"])
            update = as_matrix(name, weight.grad.lerp(state["momentum"], group["momentum"]))
            stacks[min(update.shape), max(update.shape)].append((name, weight, update))
        for stack in stacks.values():
            # Wide and tall matrices of one shape share a product: orthogonal(Mᵀ) = orthogonal(M)ᵀ.
            wide = torch.stack([u.mT if u.shape[0] > u.shape[1] else u for _, _, u in stack])
            orthogonal = orthogonalised(wide.to(self.dtype)).to(wide.dtype)
            for (name, weight, update), step in zip(stack, orthogonal, strict=True):
                rows, columns = update.shape
                matrix = step.mT if rows > columns else step
                scale = max(1.0, rows / columns) ** 0.5
                weight.mul_(1 - group["lr"] * group["weight_decay"])
                weight.sub_(from_matrix(name, matrix, weight.shape), alpha=group["lr"] * scale)


def orthogonalised(
    matrices: Float[Tensor, "stack rows columns"],
) -> Float[Tensor, "stack rows columns"]:
    """Push every singular value of each matrix towards 1 (to within about 0.7 … 1.2).

    X ← a X + b (X Xᵀ) X + c (X Xᵀ)² X, repeated from X = M / ‖M‖.

    Args:
        matrices: Matrices that are no taller than wide.

    Source: Jordan et al. 2024; Bernstein & Newhouse 2024, appendix B (Newton–Schulz iteration).
    """
    a, b, c = COEFFICIENTS
    x = matrices / matrices.norm(dim=(-2, -1), keepdim=True).clamp(min=1e-7)
    for _ in range(N_ITERATIONS):
        gram = x @ x.mT
        polynomial = torch.baddbmm(gram, gram, gram, beta=b, alpha=c)
        x = torch.baddbmm(x, polynomial, x, beta=a)
    return x
