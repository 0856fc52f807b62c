"""What a text of some length costs a GPT, from its sizes alone: arithmetic and memory."""

from gptlab.config import GPTConfig
from gptlab.masks import Mask, allowed
from gptlab.sizes import n_parameters

FLOAT32 = 4
"""Bytes of a number in float32."""


def flops(cfg: GPTConfig, n_pos: int, n_pairs: int | None = None) -> dict[str, int]:
    """Count the floating-point operations of the matrix products of one forward pass.

    An addition and a multiplication count as two. Per block, with n = n_pos and d = d_model:
    projections 8 n d², MLP 4 n d d_mlp, and pairs 4 p d, for the scores and for the mix of values,
    where p = n² if nothing is skipped. Then the unembedding, 2 n d V.

    Args:
        cfg: Sizes.
        n_pos: Tokens that are read at once.
        n_pairs: Pairs of a query and a key that are computed; n_pos² if not given, because a
            kernel that knows no mask computes them all.

    Returns:
        `projections`, `MLP`, `pairs` and `unembedding`, over all blocks.

    Source: Kaplan et al. 2020, table 1.

    Example:
        With the usual d_mlp = 4 d the quadratic part is n / (6 d) of the linear one, so GPT-2
        small at its full length is still far from being dominated by it:

        >>> from gptlab.sizes import PUBLISHED
        >>> parts = flops(PUBLISHED["GPT-2 small"], 1024)
        >>> round(parts["pairs"] / (parts["projections"] + parts["MLP"]), 3)
        0.222
    """
    d, layers = cfg.d_model, cfg.n_layers
    pairs = n_pos * n_pos if n_pairs is None else n_pairs
    return {
        "projections": layers * 8 * n_pos * d * d,
        "MLP": layers * 4 * n_pos * d * cfg.d_mlp,
        "pairs": layers * 4 * pairs * d,
        "unembedding": 2 * n_pos * d * cfg.d_vocab,
    }


def quadratic_share(cfg: GPTConfig, n_pos: int) -> float:
    """Return what part of the blocks' arithmetic compares tokens and mixes their values.

    Args:
        cfg: Sizes.
        n_pos: Tokens that are read at once.

    Example:
        >>> from gptlab.sizes import PUBLISHED
        >>> round(quadratic_share(PUBLISHED["GPT-2 small"], 1024), 2)
        0.18
    """
    parts = flops(cfg, n_pos)
    blocks = parts["projections"] + parts["MLP"] + parts["pairs"]
    return parts["pairs"] / blocks


def equal_length(cfg: GPTConfig) -> int:
    """Return the length at which the pairs cost as much as all the rest of a block.

    4 n² d = 8 n d² + 4 n d d_mlp gives n = 2 d + d_mlp, which is 6 d with the usual d_mlp = 4 d.

    Args:
        cfg: Sizes.
    """
    return 2 * cfg.d_model + cfg.d_mlp


def n_pairs(mask: Mask, n_pos: int) -> int:
    """Count the pairs of a query and a key that a mask allows.

    Args:
        mask: The rule.
        n_pos: Tokens.

    Example:
        >>> from gptlab.masks import Causal, SlidingWindow
        >>> n_pairs(Causal(), 512), n_pairs(SlidingWindow(64), 512)
        (131328, 30752)
    """
    return int(allowed(mask, n_pos).sum())


def score_bytes(n_pos: int, n_heads: int = 1, bytes_per_number: int = FLOAT32) -> int:
    """Return the size of the score matrices of one layer, if they are stored whole.

    Args:
        n_pos: Tokens.
        n_heads: Heads, each with a matrix of its own.
        bytes_per_number: 4 for float32, 2 for bfloat16.

    Example:
        One head in float32, in MB of 2²⁰ bytes, at the lengths of GPT-1, GPT-2 and GPT-3:

        >>> [score_bytes(n) // 2**20 for n in (512, 1024, 2048, 8192)]
        [1, 4, 16, 256]
    """
    return n_heads * n_pos * n_pos * bytes_per_number


def cache_bytes(cfg: GPTConfig, n_pos: int, bytes_per_number: int = FLOAT32) -> int:
    """Return the size of the keys and values of all layers, which generation keeps.

    Args:
        cfg: Sizes.
        n_pos: Tokens.
        bytes_per_number: 4 for float32, 2 for bfloat16.

    Source: Pope et al. 2022, section 2.1.
    """
    return 2 * cfg.n_layers * n_pos * cfg.d_model * bytes_per_number


def weight_bytes(cfg: GPTConfig, bytes_per_number: int = FLOAT32) -> int:
    """Return the size of the weights, which does not depend on the length that is read.

    Args:
        cfg: Sizes.
        bytes_per_number: 4 for float32, 2 for bfloat16.
    """
    return n_parameters(cfg) * bytes_per_number
