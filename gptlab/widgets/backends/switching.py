"""Parts of a model that can be switched off, by name.

`pos_embed` is what positions add, `blocks.0.attn` what a layer's attention adds, `blocks.0.attn.3`
one head of it, `blocks.0.mlp` what an MLP adds, and `blocks.0` a whole block.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from gptlab.measures import zeroing

_PART = re.compile(r"pos_embed|blocks\.(\d+)(?:\.mlp|\.attn(?:\.(\d+))?)?")


def switches(n_layers: int, n_heads: int, *, adds: bool) -> list[str]:
    """Name every part that can be switched off.

    Args:
        n_layers: Blocks.
        n_heads: Heads in each.
        adds: Whether the position scheme adds vectors.

    Example:
        >>> switches(1, 2, adds=False)
        ['blocks.0', 'blocks.0.attn', 'blocks.0.attn.0', 'blocks.0.attn.1', 'blocks.0.mlp']
    """
    names = ["pos_embed"] if adds else []
    for layer in range(n_layers):
        block = f"blocks.{layer}"
        heads = [f"{block}.attn.{head}" for head in range(n_heads)]
        names += [block, f"{block}.attn", *heads, f"{block}.mlp"]
    return names


def edits_without(parts: Sequence[str]) -> dict[str, Callable[[Tensor], Tensor]]:
    """Return what makes a model run without some parts: probe name to what replaces it.

    Raises:
        ValueError: A part has no such name.
    """
    edits: dict[str, Callable[[Tensor], Tensor]] = {}
    heads: dict[str, list[int]] = {}
    for part in parts:
        found = _PART.fullmatch(part)
        if not found:
            raise ValueError(
                f"expected a part such as pos_embed, blocks.0, blocks.0.attn, blocks.0.attn.3 or "
                f"blocks.0.mlp, got {part!r}."
            )
        layer, head = found.groups()
        if part == "pos_embed":
            edits[part] = torch.zeros_like
        elif head is not None:
            heads.setdefault(f"blocks.{layer}.attn.z", []).append(int(head))
        else:
            whole = part == f"blocks.{layer}"
            if whole or part.endswith("attn"):
                edits[f"blocks.{layer}.attn_out"] = torch.zeros_like
            if whole or part.endswith("mlp"):
                edits[f"blocks.{layer}.mlp_out"] = torch.zeros_like
    return edits | {name: zeroing(chosen) for name, chosen in heads.items()}
