"""Weights as whole numbers: int8 for each row of a matrix, and one scale per row.

The rounded numbers are the model: whoever reads them multiplies `int8 · scale` and gets the same
float32 numbers, bit for bit, in Python and in a page.
"""

from collections.abc import Mapping
from copy import deepcopy
from typing import TypeVar

import torch
from jaxtyping import Float, Float32, Int8
from torch import Tensor, nn

from gptlab.attention import as_matrix, from_matrix, is_matrix

LARGEST = 127  # −128 stays unused, so that a weight and its negative round alike
_SPARE_BITS = LARGEST.bit_length()

Model = TypeVar("Model", bound=nn.Module)


def round_to_int8(
    name: str, weight: Float[Tensor, "..."]
) -> tuple[Int8[Tensor, "rows columns"], Float32[Tensor, " rows"]]:
    """Round a weight, seen as a matrix, to whole numbers from −127 to 127.

    scale = max |row| / 127, cut to 17 significant bits; int8 = round(row / scale), ties to even.

    A whole number below 128 has 7 bits, and 17 + 7 = 24 is what float32 holds. So `int8 · scale`
    is exact, every machine gets the same product, and rounding a second time changes nothing. A
    row of zeros has scale 0. Scales that search for a smaller squared error were tried: 41 clipping
    ratios gained 1 to 3 % on Gaussian, heavy-tailed and low-rank matrices, so the plain maximum
    stayed.

    Args:
        name: The parameter's name, which tells `as_matrix` how to see it as a matrix.
        weight: The parameter.

    Returns:
        The whole numbers, and one scale per row.

    Raises:
        ValueError: If a weight is infinite or not a number, or is not a matrix of the model.

    Source: Jacob et al. 2018, equation 1 with zero point 0; per row as in section 3 of
        Krishnamoorthi 2018 (per channel).

    Example:
        >>> numbers, scales = round_to_int8("W_in", torch.tensor([[254.0, -2.0], [0.0, 0.0]]))
        >>> numbers.tolist(), scales.tolist()
        ([[127, -1], [0, 0]], [2.0, 0.0])
    """
    matrix = as_matrix(name, weight.detach()).float()
    if not matrix.isfinite().all():
        raise ValueError(
            f"{name} holds numbers that are infinite or not a number, which no scale can round. "
            "Training has gone astray: take an earlier checkpoint."
        )
    # Clearing the last bits of the pattern cuts the scale downwards, so max / scale stays at 127.
    bits = (matrix.abs().amax(dim=1) / LARGEST).view(torch.int32)
    scales = (bits >> _SPARE_BITS << _SPARE_BITS).view(torch.float32)
    divisors = torch.where(scales > 0, scales, torch.inf)
    numbers = (matrix / divisors[:, None]).round().clamp(-LARGEST, LARGEST)
    return numbers.to(torch.int8), scales


def from_int8(
    name: str,
    numbers: Int8[Tensor, "rows columns"],
    scales: Float32[Tensor, " rows"],
    shape: tuple[int, ...],
) -> Float32[Tensor, "..."]:
    """Return the weight that the whole numbers stand for: int8 · scale, exact in float32.

    Args:
        name: The parameter's name.
        numbers: The whole numbers.
        scales: One scale per row.
        shape: The parameter's own shape.

    Example:
        >>> from_int8("W_in", torch.tensor([[3, -1]]).to(torch.int8), torch.tensor([0.5]), (1, 2))
        tensor([[ 1.5000, -0.5000]])
    """
    return from_matrix(name, numbers.float() * scales[:, None], torch.Size(shape))


def rounded(model: Model) -> Model:
    """Return a copy of a model in which every matrix is rounded.

    Raises:
        ValueError: If a weight is infinite or not a number.
    """
    copy = deepcopy(model)
    copy.load_state_dict(unpack(copy, pack(copy)))
    return copy


def pack(model: nn.Module) -> dict[str, Tensor]:
    """Return a model's tensors as they are stored.

    A matrix `W_in` becomes `W_in.int8` and `W_in.scales`; biases and the weights of norms, which
    are few, stay what they are, in float32.

    Raises:
        ValueError: If a weight is infinite or not a number.
    """
    tensors: dict[str, Tensor] = {}
    for name, weight in model.state_dict().items():
        if is_matrix(name):
            numbers, scales = round_to_int8(name, weight)
            tensors |= {f"{name}.int8": numbers, f"{name}.scales": scales}
        else:
            tensors[name] = weight.float()
    return tensors


def unpack(model: nn.Module, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Undo `pack`: return a state dictionary in float32.

    Args:
        model: A model of the same sizes and parts; it gives names and shapes and is not changed.
        tensors: What `pack` returned.

    Raises:
        ValueError: If a tensor is missing, left over, or of another shape or type.
    """
    state = model.state_dict()
    _check(state, tensors)
    return {
        name: from_int8(name, tensors[f"{name}.int8"], tensors[f"{name}.scales"], weight.shape)
        if is_matrix(name)
        else tensors[name]
        for name, weight in state.items()
    }


def _check(state: Mapping[str, Tensor], tensors: Mapping[str, Tensor]) -> None:
    expected: dict[str, str] = {}
    for name, weight in state.items():
        if is_matrix(name):
            rows, columns = as_matrix(name, weight).shape
            expected[f"{name}.int8"] = f"int8 {(rows, columns)}"
            expected[f"{name}.scales"] = f"float32 {(rows,)}"
        else:
            expected[name] = f"float32 {tuple(weight.shape)}"
    came = {
        name: f"{str(tensor.dtype).removeprefix('torch.')} {tuple(tensor.shape)}"
        for name, tensor in tensors.items()
    }
    wrong = [n for n in expected | came if expected.get(n) != came.get(n)]
    if wrong:
        shown = "; ".join(
            f"{name}: expected {expected.get(name, 'no such tensor')}, got {came.get(name, 'none')}"
            for name in wrong[:4]
        )
        raise ValueError(
            f"{len(wrong)} tensors do not fit this model: {shown}. The file was changed or belongs "
            "to a model of other sizes or parts; use the one written with these weights."
        )
