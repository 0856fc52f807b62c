"""Three ways to compute attention without a score matrix of n × n, each equal to the dense one.

Queries, keys and values are laid out as torch's own function takes them: head by head.
"""

import math

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F

from gptlab.masks import Mask, allowed

Rows = Float[Tensor, "*batch pos d_head"]


def windowed(q: Rows, k: Rows, v: Rows, width: int) -> Rows:
    """Attend within a band: every query to itself and the `width` − 1 keys before it.

    The text is cut into blocks of `width`. The keys of a block's queries lie in the same block and
    in the one before, so a block needs width × 2 width scores, and all of them 2 n width.

    Args:
        q: Queries.
        k: Keys.
        v: Values.
        width: Keys that a query sees, itself included.

    Source: Beltagy et al. 2020 (Longformer), section 3.1 and appendix A (overlapping blocks).
    """
    n_pos = q.shape[-2]
    short = -n_pos % width  # what the last block lacks
    q, k, v = (F.pad(x, (0, 0, 0, short)) for x in (q, k, v))
    queries = q.unflatten(-2, (-1, width))
    keys, values = (_with_block_before(x, width) for x in (k, v))
    scores = queries @ keys.transpose(-1, -2) / math.sqrt(q.shape[-1])
    here = torch.arange(width)[:, None]
    there = torch.arange(-width, width)[None]
    near = (there <= here) & (here - there < width)
    inside = torch.arange(n_pos + short).view(-1, 1, width) + torch.arange(-width, 1, width).view(
        1, 2, 1
    )
    scores = scores.masked_fill(~(near & (inside.flatten(1)[:, None] >= 0)), -math.inf)
    return (scores.softmax(-1) @ values).flatten(-3, -2)[..., :n_pos, :]


def selected(q: Rows, k: Rows, v: Rows, mask: Mask) -> Rows:
    """Attend to the keys that any mask allows, fetched for each query.

    With m keys for the query that sees most, this needs n m scores, and n m keys and values beside
    each other: less arithmetic, yet more memory traffic, so regular patterns have kernels of their
    own.

    Args:
        q: Queries.
        k: Keys.
        v: Values.
        mask: The rule.

    Source: Child et al. 2019 (Sparse Transformer), equations 2 to 4: attention over sets S_i.
    """
    sees = allowed(mask, q.shape[-2])
    m = int(sees.sum(-1).max())
    # Allowed keys first, in their order; rows with fewer than m are filled up and hidden again.
    chosen = sees.int().argsort(dim=-1, descending=True, stable=True)[:, :m]
    hidden = ~sees.gather(1, chosen)
    scores = torch.einsum("...qd,...qmd->...qm", q, k[..., chosen, :]) / math.sqrt(q.shape[-1])
    pattern = scores.masked_fill(hidden, -math.inf).softmax(-1)
    return torch.einsum("...qm,...qmd->...qd", pattern, v[..., chosen, :])


def streamed(q: Rows, k: Rows, v: Rows, piece: int, mask: Mask | None = None) -> Rows:
    """Attend to all keys, a piece of them at a time, and never hold more than n × piece scores.

    A softmax needs the largest score and the sum. Both are kept and corrected when a later piece
    has a larger score: what was summed before shrinks by e^(old − new).

    Args:
        q: Queries.
        k: Keys.
        v: Values.
        piece: Keys per piece.
        mask: The rule; none hides nothing.

    Source: Milakov and Gimelshein 2018; Dao et al. 2022 (FlashAttention), algorithm 1.
    """
    n_pos = q.shape[-2]
    largest = torch.full((*q.shape[:-1], 1), -math.inf, dtype=q.dtype)
    total, mixed = torch.zeros_like(largest), torch.zeros_like(v)
    here = torch.arange(n_pos)
    for keys in here.split(piece):
        scores = q @ k[..., keys, :].transpose(-1, -2) / math.sqrt(q.shape[-1])
        if mask is not None:
            scores = scores.masked_fill(~mask(here[:, None], keys[None]), -math.inf)
        larger = torch.maximum(largest, scores.amax(-1, keepdim=True))
        known = larger.clamp(min=torch.finfo(q.dtype).min)  # a row that has seen no key yet
        powers = (scores - known).exp()
        shrink = (largest - known).exp()
        total = total * shrink + powers.sum(-1, keepdim=True)
        mixed = mixed * shrink + powers @ v[..., keys, :]
        largest = larger
    return mixed / total


def _with_block_before(x: Rows, width: int) -> Float[Tensor, "*batch block keys d_head"]:
    blocks = x.unflatten(-2, (-1, width))
    before = F.pad(blocks, (0, 0, 0, 0, 1, 0))[..., :-1, :, :]
    return torch.cat((before, blocks), dim=-2)
