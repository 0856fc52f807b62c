"""Attention: every position asks, every visible position answers.

One matrix per head, so that figures can show it. Nobody watching, attention takes torch's fused
kernel; watched, it computes scores and pattern step by step, and a test holds the two equal.
"""

import math
from dataclasses import dataclass

import torch
from einops import einsum, rearrange
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from gptlab.config import GPTConfig
from gptlab.masks import Causal, Mask
from gptlab.positions import Positions
from gptlab.probes import Probe


@dataclass
class KeysValues:
    """The keys and values that one attention layer has computed so far.

    Generation then feeds only the newest token: earlier keys and values never change, because a
    causal model's past does not depend on its future.
    """

    k: Float[Tensor, "batch pos head d_head"] | None = None
    v: Float[Tensor, "batch pos head d_head"] | None = None
    projection: tuple[Tensor, Tensor] | None = None
    """The layer's W_Q, W_K and W_V as one matrix, with their biases: to put them side by side takes
    longer than to multiply one token by them."""

    @property
    def n_pos(self) -> int:
        """Positions stored."""
        return 0 if self.k is None else self.k.shape[1]

    def append(
        self,
        k: Float[Tensor, "batch new head d_head"],
        v: Float[Tensor, "batch new head d_head"],
    ) -> tuple[Float[Tensor, "batch pos head d_head"], Float[Tensor, "batch pos head d_head"]]:
        """Add the new positions and return all of them."""
        self.k = k if self.k is None else torch.cat((self.k, k), dim=1)
        self.v = v if self.v is None else torch.cat((self.v, v), dim=1)
        return self.k, self.v


class Attention(nn.Module):
    """Multi-head self-attention.

    pattern = softmax(q kᵀ / √d_head + bias, where the mask allows), output = Σ_head pattern v W_O.

    Args:
        cfg: Sizes.
        positions: Scheme that may turn queries and keys or bias the scores.
        mask: Which keys each query sees.

    Source: Vaswani et al. 2017, equation 1 and section 3.2.2.
    """

    def __init__(self, cfg: GPTConfig, positions: Positions, mask: Mask) -> None:
        super().__init__()
        into_heads = (cfg.n_heads, cfg.d_model, cfg.d_head)
        self.W_Q = nn.Parameter(torch.empty(into_heads))
        self.W_K = nn.Parameter(torch.empty(into_heads))
        self.W_V = nn.Parameter(torch.empty(into_heads))
        self.W_O = nn.Parameter(torch.empty(cfg.n_heads, cfg.d_head, cfg.d_model))
        self.b_Q = nn.Parameter(torch.zeros(cfg.n_heads, cfg.d_head))
        self.b_K = nn.Parameter(torch.zeros(cfg.n_heads, cfg.d_head))
        self.b_V = nn.Parameter(torch.zeros(cfg.n_heads, cfg.d_head))
        self.b_O = nn.Parameter(torch.zeros(cfg.d_model))
        self.q = Probe("batch pos head d_head")
        self.k = Probe("batch pos head d_head")
        self.v = Probe("batch pos head d_head")
        self.scores = Probe("batch head query key")
        self.pattern = Probe("batch head query key")
        self.z = Probe("batch pos head d_head")
        self.dropout = cfg.dropout
        self.mask = mask
        # In a tuple, because the model owns the scheme: it must not be registered here again.
        self._positions = (positions,)

    def forward(
        self, x: Float[Tensor, "batch pos d_model"], cache: KeysValues | None = None
    ) -> Float[Tensor, "batch pos d_model"]:
        """Mix information between positions.

        Args:
            x: The residual stream after its LayerNorm.
            cache: Keys and values of earlier positions; the new ones are added to it.
        """
        (positions,) = self._positions
        past = cache.n_pos if cache else 0
        here = torch.arange(past, past + x.shape[1], device=x.device)

        q, k, v = self._projected(x, cache)
        q, k, v = self.q(positions.turned(q, here)), self.k(positions.turned(k, here)), self.v(v)
        if cache is not None:
            k, v = cache.append(k, v)

        watched = self.scores.watched or self.pattern.watched
        # torch's fused kernel for processors works in float32: in bfloat16 it is slower than this.
        step_by_step = watched or (q.dtype == torch.bfloat16 and q.device.type == "cpu")
        z = self.z((self._explicit if step_by_step else self._fused)(q, k, v, here))
        return F.linear(z.flatten(2), as_matrix("W_O", self.W_O).T, self.b_O)

    def _projected(
        self, x: Float[Tensor, "batch pos d_model"], cache: KeysValues | None
    ) -> tuple[Float[Tensor, "batch pos head d_head"], ...]:
        # All heads' queries, keys and values in one product, which is faster than three.
        known = cache.projection if cache else None
        weights, biases = known or self._side_by_side()
        if cache:
            cache.projection = weights, biases
        joined = F.linear(x, weights.T, biases).unflatten(2, (3, *self.b_Q.shape))
        return joined.unbind(2)

    def _side_by_side(self) -> tuple[Tensor, Tensor]:
        weights = as_matrix("W_Q", torch.cat((self.W_Q, self.W_K, self.W_V)))
        return weights, torch.cat((self.b_Q, self.b_K, self.b_V)).flatten()

    def _explicit(
        self,
        q: Float[Tensor, "batch query head d_head"],
        k: Float[Tensor, "batch key head d_head"],
        v: Float[Tensor, "batch key head d_head"],
        here: Int[Tensor, " query"],
    ) -> Float[Tensor, "batch query head d_head"]:
        products = einsum(q, k, "batch query head d, batch key head d -> batch head query key")
        bias = self._bias(here, k.shape[1]).to(q.dtype)
        scores = self.scores(torch.add(bias, products, alpha=1 / math.sqrt(q.shape[-1])))
        pattern = self.pattern(scores.softmax(dim=-1))
        weights = F.dropout(pattern, self.dropout, self.training)
        return einsum(weights, v, "batch head query key, batch key head d -> batch query head d")

    def _fused(
        self,
        q: Float[Tensor, "batch query head d_head"],
        k: Float[Tensor, "batch key head d_head"],
        v: Float[Tensor, "batch key head d_head"],
        here: Int[Tensor, " query"],
    ) -> Float[Tensor, "batch query head d_head"]:
        q, k, v = (t.transpose(1, 2) for t in (q, k, v))  # batch head pos d_head, as torch has it
        n_queries, n_keys = q.shape[2], k.shape[2]
        plain = isinstance(self.mask, Causal) and not self._positions[0].lowers
        is_causal = plain and n_queries == n_keys
        sees_all = plain and n_queries == 1  # the newest token
        z = F.scaled_dot_product_attention(
            q,
            k,
            v,
            attn_mask=None if is_causal or sees_all else self._bias(here, n_keys).to(q.dtype),
            dropout_p=self.dropout if self.training else 0.0,
            is_causal=is_causal,
        )
        return z.transpose(1, 2)

    def _bias(self, here: Int[Tensor, " query"], n_keys: int) -> Float[Tensor, "*head query key"]:
        # What is added to the scores: the position scheme's bias, and -∞ where the mask forbids.
        query, key = here[:, None], torch.arange(n_keys, device=here.device)[None]
        forbidden = ~self.mask(query, key)
        bias = self._positions[0].bias(query, key)
        if bias is None:
            bias = torch.zeros(forbidden.shape, device=here.device)
        return bias.masked_fill(forbidden, float("-inf"))


def is_matrix(name: str) -> bool:
    """Tell matrices (`W_…`) from vectors: biases, and the weights of norms.

    The number of dimensions does not tell: b_Q is (n_heads, d_head), and no matrix.
    """
    return name.rpartition(".")[2].startswith("W_")


def as_matrix(name: str, weight: Tensor) -> Float[Tensor, "rows columns"]:
    """View a weight as the matrix that it multiplies by.

    W_Q, W_K and W_V become d_model × (n_heads · d_head), W_O becomes (n_heads · d_head) × d_model;
    a weight of two dimensions is its own matrix. The optimizer, low-rank adapters and rounding to
    int8 all work on this view.

    Args:
        name: The parameter's name; only its last part counts, such as W_Q.
        weight: The parameter, its gradient, or anything of the same shape.

    Raises:
        ValueError: If the shape is not one that the name can have.
    """
    match name.rpartition(".")[2], weight.ndim:
        case "W_Q" | "W_K" | "W_V", 3:
            return rearrange(weight, "head d_model d_head -> d_model (head d_head)")
        case "W_O", 3:
            return weight.flatten(0, 1)  # (head d_head) d_model
        case _, 2:
            return weight
    raise ValueError(f"{name} of shape {tuple(weight.shape)} is not one of the model's matrices.")


def from_matrix(name: str, matrix: Float[Tensor, "rows columns"], shape: torch.Size) -> Tensor:
    """Undo `as_matrix`: give a matrix the shape that the parameter has.

    Args:
        name: The parameter's name.
        matrix: What `as_matrix` returned, or anything of that shape.
        shape: The parameter's own shape.
    """
    if len(shape) == 2:
        return matrix
    n_heads = shape[0]
    if name.rpartition(".")[2] == "W_O":
        return rearrange(matrix, "(head d_head) d_model -> head d_head d_model", head=n_heads)
    return rearrange(matrix, "d_model (head d_head) -> head d_model d_head", head=n_heads)
