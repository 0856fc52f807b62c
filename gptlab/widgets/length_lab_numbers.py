"""The numbers of `LengthLab`: what a pattern lets positions know, and what it costs."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from gptlab import costs, receptive
from gptlab.config import GPTConfig
from gptlab.experiments import length, recorded
from gptlab.masks import (
    Causal,
    Chunked,
    Mask,
    RandomKeys,
    SlidingWindow,
    Strided,
    TwoLevel,
    allowed,
)
from gptlab.sizes import PUBLISHED, n_parameters

PATTERNS = ("full", "truncated", "chunks", "band", "strided", "random", "two-level")
APART = ("truncated", "chunks")  # their parts are read apart, so that layers add nothing
RECORDED = {pattern: [way for way in length.WAYS if pattern in way] for pattern in PATTERNS}
"""Pattern to the ways of the experiment `length` that belong to it."""


def sees(pattern: str, n: int, width: int, stride: int) -> Tensor:
    """Write a pattern out as a matrix, query × key.

    Args:
        pattern: One of `PATTERNS`.
        n: Tokens of the text.
        width: Of the window or the chunk.
        stride: Between far keys or starts of chunks, or how many keys are drawn.
    """
    if pattern == "truncated":
        kept = torch.arange(n) >= n - width
        return allowed(Causal(), n) & kept[:, None] & kept[None]
    masks: dict[str, Mask] = {
        "full": Causal(),
        "chunks": Chunked(width, width - min(stride, width)),
        "band": SlidingWindow(width),
        "strided": Strided(stride),
        "random": RandomKeys(width, stride),
        "two-level": TwoLevel(width),
    }
    return allowed(masks[pattern], n)


def layers_needed(pattern: str, n: int, width: int, stride: int, n_layers: int) -> Tensor:
    """Count the layers after which each query can know of each key: 0 itself, −1 never.

    Args:
        pattern: One of `PATTERNS`.
        n: Tokens of the text.
        width: As for `sees`.
        stride: As for `sees`.
        n_layers: Layers that there are.
    """
    matrix = sees(pattern, n, width, stride)
    if pattern in APART:
        return torch.where(matrix, 1 - torch.eye(n, dtype=torch.long), -1)
    return receptive.layers_needed(matrix, n_layers)


def pairs(pattern: str, n: int, width: int, stride: int) -> int:
    """Count the pairs that a text computes in one layer; what chunks read twice counts twice.

    Args:
        pattern: One of `PATTERNS`.
        n: Tokens of the text.
        width: As for `sees`.
        stride: As for `sees`.
    """
    if pattern == "chunks":
        step = min(stride, width)
        starts = range(0, max(n - (width - step), 1), step)
        return sum(size * (size + 1) // 2 for start in starts if (size := min(width, n - start)))
    return int(sees(pattern, n, width, stride).sum())


def models() -> list[dict[str, Any]]:
    """Return the sizes of published models, as the page needs them."""
    return [{"name": name, **_sizes(cfg)} for name, cfg in PUBLISHED.items()]


def _sizes(cfg: GPTConfig) -> dict[str, int]:
    return {
        "d_model": cfg.d_model,
        "d_mlp": cfg.d_mlp,
        "n_layers": cfg.n_layers,
        "n_parameters": n_parameters(cfg),
    }


def text_costs(cfg: GPTConfig, n: int, n_pairs: int) -> dict[str, int]:
    """Return operations and bytes of a text, over all layers; numbers of two bytes.

    Args:
        cfg: Sizes.
        n: Tokens of the text.
        n_pairs: Pairs that are computed in one layer.
    """
    parts = costs.flops(cfg, n, n_pairs)
    return {
        "pairs": parts["pairs"],
        "rest": parts["projections"] + parts["MLP"],
        "weights": costs.weight_bytes(cfg, 2),
        "cache": costs.cache_bytes(cfg, n, 2),
        "scores": 2 * n_pairs,
    }


def recall() -> dict[str, Any]:
    """Return what the experiment `length` recorded, for the page to draw.

    Returns:
        `edges` of the distances, `length` of the texts, `width`, `seeds`, `chance`, and `curves`:
        way to mean, lowest and highest share of right answers.
    """
    found = recorded("length")
    curves = {}
    for name in found.runs[0].numbers:
        *way, _by, kind = name.split()
        if kind == "distance":
            rows = found.values(name)
            curves[" ".join(way)] = {
                "mean": [round(share, 4) for share in found.mean(name)],
                "low": [round(min(each), 4) for each in zip(*rows, strict=True)],
                "high": [round(max(each), 4) for each in zip(*rows, strict=True)],
            }
    return {
        "edges": list(length.EDGES),
        "length": length.LENGTH,
        "width": length.WIDTH,
        "seeds": len(found.seeds),
        "chance": 1 / 8,
        "curves": curves,
        "ways": RECORDED,
    }
