"""What fine-tuning trained, and nothing else, as whole numbers: small enough to travel with a page.

The rounded numbers are the adapter: Python reads the same ones as a page does
(`widgets/js/engine/adapterfile.js`), and what is said of an adapter is measured after rounding.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import safetensors.torch
import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from gptlab import rounding
from gptlab.files import write_atomically

FORMAT = 1


def save(tensors: Mapping[str, Tensor], facts: Mapping[str, Any], path: Path) -> None:
    """Write trained weights atomically, matrices as int8 with one scale for each long side.

    Args:
        tensors: What `trained` returns of a model.
        facts: JSON values that tell what the weights belong to; `scale` is what the product A B
            is multiplied by.
        path: The file.

    Raises:
        ValueError: If a weight is infinite or not a number.
        OSError: If the file cannot be written; an earlier one still stands.

    Source: Hu et al. 2022, section 4.2: what an adapter saves is its size.
    """
    stored: dict[str, Tensor] = {}
    for name, weight in tensors.items():
        if weight.ndim == 2:
            numbers, scales = rounding.round_to_int8(name, _lying(weight))
            stored |= {f"{name}.int8": numbers, f"{name}.scales": scales}
        else:
            stored[name] = weight.detach().float()
    shapes = {name: list(weight.shape) for name, weight in tensors.items()}
    header = {"adapter": FORMAT, "shapes": shapes, **facts}
    data = safetensors.torch.save(
        {name: tensor.cpu().contiguous() for name, tensor in stored.items()},
        metadata={"gptlab": json.dumps(header, ensure_ascii=False)},
    )
    write_atomically(path, data)


def read(path: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Read what `save` wrote.

    Returns:
        The weights in float32, ready for `load_trained`, and the facts.

    Raises:
        FileNotFoundError: If there is no file.
        ValueError: If it is not an adapter, or not whole.
    """
    if not path.is_file():
        raise FileNotFoundError(f"there is no adapter at {path}.")
    try:
        with safe_open(path, framework="pt") as opened:
            facts = json.loads((opened.metadata() or {}).get("gptlab", "null"))
            stored = {name: opened.get_tensor(name) for name in opened.keys()}  # noqa: SIM118
    except (SafetensorError, json.JSONDecodeError) as problem:
        raise ValueError(
            f"{path} is not a whole safetensors file ({problem}); it was cut short or changed. "
            "Use another copy."
        ) from problem
    if not isinstance(facts, dict) or facts.get("adapter") != FORMAT:
        raise ValueError(
            f"expected an adapter of format {FORMAT} in {path}. Make it again with this version "
            "of gptlab."
        )
    return {name: _weight(name, stored, shape) for name, shape in facts["shapes"].items()}, facts


def rounded(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return the weights as they are read back after they were stored."""
    found = {name: weight.detach().float() for name, weight in tensors.items()}
    for name, weight in found.items():
        if weight.ndim == 2:
            numbers, scales = rounding.round_to_int8(name, _lying(weight))
            found[name] = _from_int8(numbers, scales, list(weight.shape))
    return found


def _weight(name: str, stored: Mapping[str, Tensor], shape: list[int]) -> Tensor:
    if name in stored:
        return stored[name]
    return _from_int8(stored[f"{name}.int8"], stored[f"{name}.scales"], shape)


def _from_int8(numbers: Tensor, scales: Tensor, shape: list[int]) -> Tensor:
    lying = rounding.from_int8("", numbers, scales, tuple(numbers.shape))
    return lying if list(lying.shape) == shape else lying.T.contiguous()


def _lying(matrix: Tensor) -> Tensor:
    # One scale for each of the few long rows, not for each of the many short ones.
    return matrix if matrix.shape[0] <= matrix.shape[1] else torch.clone(matrix.T)
