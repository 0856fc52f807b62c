"""LoRA: learn a small change of a matrix beside it, and add it in the end."""

import math
import re
from collections.abc import Iterable
from copy import deepcopy
from fnmatch import fnmatchcase
from typing import TypeVar

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.utils import parametrize

from gptlab.attention import as_matrix, from_matrix, is_matrix

Model = TypeVar("Model", bound=nn.Module)

_INSIDE = re.compile(r"parametrizations\.(\w+)\.(?:original|0\.(\w+))$")


class LowRank(nn.Module):
    """What is added to one matrix: W + scale · A B, of rank r or less.

    A is drawn at random and B is zero, so that the model is unchanged, bit for bit, until B has
    learned something. As a parametrisation of torch it works wherever the model reads its W.

    Args:
        name: The parameter's name, which tells `as_matrix` how to see it as a matrix.
        weight: The parameter.
        rank: Columns of A and rows of B.
        scale: What A B is multiplied by.
        siblings: All parameters of the module that the matrix belongs to, in their order, which
            `merged` brings back.
        generator: Where A is drawn from, with a spread of 1/√rows.

    Source: Hu et al. 2022 (LoRA), equation 3, in the order of rows times matrix.
    """

    def __init__(
        self,
        name: str,
        weight: Tensor,
        rank: int,
        scale: float,
        siblings: Iterable[str] = (),
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        self.name, self.scale, self.siblings = name, scale, tuple(siblings)
        rows, columns = as_matrix(name, weight).shape
        if not 1 <= rank <= min(rows, columns):
            raise ValueError(
                f"{name} is a matrix of {rows} × {columns}, so the rank of its change goes from 1 "
                f"to {min(rows, columns)}; got {rank}."
            )
        drawn = torch.empty(rows, rank).normal_(0.0, 1 / math.sqrt(rows), generator=generator)
        self.A = nn.Parameter(drawn.to(weight))
        self.B = nn.Parameter(weight.new_zeros(rank, columns))

    @property
    def change(self) -> Float[Tensor, "rows columns"]:
        """What is added, as a matrix: scale · A B."""
        return self.scale * (self.A @ self.B)

    def forward(self, weight: Tensor) -> Tensor:
        """Return the weight with the change added."""
        return weight + from_matrix(self.name, self.change, weight.shape)


def add_lora(
    model: nn.Module,
    matrices: Iterable[str],
    *,
    rank: int,
    scale: float,
    generator: torch.Generator | None = None,
) -> list[str]:
    """Put a change of low rank beside matrices of a model, and freeze everything else in it.

    Args:
        model: The model, which is changed.
        matrices: Globs over names of parameters, such as `blocks.*.attn.W_*`.
        rank: Of each change.
        scale: What each change is multiplied by.
        generator: Where each A is drawn from.

    Returns:
        The names of the matrices.

    Raises:
        ValueError: If a glob matches no matrix, a rank does not fit, or there is a change already.
    """
    if any(parametrize.is_parametrized(part) for part in model.modules()):
        raise ValueError(
            "this model has LoRA's matrices already. Add them in with merged(model) first."
        )
    weights = {name: w for name, w in model.named_parameters() if is_matrix(name)}
    found: dict[str, None] = {}
    for pattern in matrices:
        matches = [name for name in weights if fnmatchcase(name, pattern)]
        if not matches:
            raise ValueError(
                f"no matrix of this model matches {pattern!r}; it has {', '.join(weights)}."
            )
        found |= dict.fromkeys(matches)
    for weight in model.parameters():
        weight.requires_grad_(False)
    siblings = {part: _parameters(module) for part, module in model.named_modules()}
    for name in found:
        part, _, short = name.rpartition(".")
        change = LowRank(name, weights[name], rank, scale, siblings[part], generator)
        parametrize.register_parametrization(model.get_submodule(part), short, change)
    return list(found)


def changes(model: nn.Module) -> dict[str, LowRank]:
    """Return the changes that a model carries, by the name of their matrix."""
    return {part.name: part for part in model.modules() if isinstance(part, LowRank)}


def merged(model: Model) -> Model:
    """Return a copy in which each change is added to its matrix: a plain model, equal logits.

    Args:
        model: A model; one without changes is copied as it is.
    """
    copy = deepcopy(model)
    for part in list(copy.modules()):
        if parametrize.is_parametrized(part):
            _add_in(part)
    for weight in copy.parameters():
        weight.requires_grad_(True)
    return copy


def _add_in(part: nn.Module) -> None:
    # torch's remove_parametrizations would take the class apart that copies of the part share.
    assert isinstance(part.parametrizations, nn.ModuleDict)
    chain, *_others = part.parametrizations.values()
    assert isinstance(chain, nn.ModuleList)
    siblings: tuple[str, ...] = vars(chain[0])["siblings"]
    values = {name: getattr(part, name).detach().clone() for name in siblings}
    del part.parametrizations
    part.__class__ = type(part).__bases__[0]
    for name, value in values.items():
        if name in _parameters(part):
            delattr(part, name)
        part.register_parameter(name, nn.Parameter(value))


def _parameters(part: nn.Module) -> list[str]:
    return [name for name, _weight in part.named_parameters(recurse=False)]


def plain_name(name: str) -> str:
    """Return a parameter's name as it was before a parametrisation moved it.

    Example:
        >>> plain_name("blocks.0.attn.parametrizations.W_Q.original")
        'blocks.0.attn.W_Q'
        >>> plain_name("blocks.0.attn.parametrizations.W_Q.0.A")
        'blocks.0.attn.W_Q.A'
    """
    return _INSIDE.sub(lambda found: ".".join(filter(None, found.groups())), name)
