"""How a Transformer learns where a token stands: five schemes with one interface.

Attention by itself compares vectors and does not see order. A scheme can tell it in three ways:
add a vector to the residual stream, turn queries and keys, or lower the scores of distant keys.
Each class below uses one of them, and `NoPositions` none.
"""

from collections.abc import Callable

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from gptlab.config import GPTConfig


class Positions(nn.Module):
    """The interface; on its own it is the scheme that tells nothing.

    A scheme that adds vectors says so in `adds`, and then has `added`.
    """

    adds = False

    @property
    def lowers(self) -> bool:
        """Whether the scheme has a `bias` of its own."""
        return type(self).bias is not Positions.bias

    def added(self, positions: Int[Tensor, " pos"]) -> Float[Tensor, "pos d_model"]:
        """Return what is added to the token vectors."""
        raise NotImplementedError(f"{type(self).__name__} adds no vectors: its `adds` is False.")

    def turned(
        self, x: Float[Tensor, "batch pos head d_head"], positions: Int[Tensor, " pos"]
    ) -> Float[Tensor, "batch pos head d_head"]:
        """Return queries or keys as attention shall compare them."""
        return x

    def bias(
        self, query: Int[Tensor, "query 1"], key: Int[Tensor, "1 key"]
    ) -> Float[Tensor, "head query key"] | None:
        """Return what is added to the scores, or None."""
        return None


class NoPositions(Positions):
    """Leave positions out: order then reaches a causal model only through its mask.

    Source: Haviv et al. 2022, section 3.
    """

    def __init__(self, cfg: GPTConfig) -> None:
        super().__init__()


class LearnedPositions(Positions):
    """Add a trained vector per position, as GPT-2 does: x = W_E[token] + W_pos[position].

    Source: Radford et al. 2018 (GPT), equation 2.
    """

    adds = True

    def __init__(self, cfg: GPTConfig) -> None:
        super().__init__()
        self.W_pos = nn.Parameter(torch.empty(cfg.n_ctx, cfg.d_model))

    def added(self, positions: Int[Tensor, " pos"]) -> Float[Tensor, "pos d_model"]:
        """Return one row of W_pos per position."""
        return self.W_pos[positions]


class SinusoidalPositions(Positions):
    """Add fixed waves: sin(pos · ω_i) in even places, cos(pos · ω_i) in odd ones.

    The waves slow down from pair to pair: ω_i = base^(−2i/d_model).

    Source: Vaswani et al. 2017, section 3.5.
    """

    adds = True
    waves: Tensor

    def __init__(self, cfg: GPTConfig, base: float = 10_000.0) -> None:
        super().__init__()
        self.register_buffer("waves", sinusoids(cfg.n_ctx, cfg.d_model, base), persistent=False)

    def added(self, positions: Int[Tensor, " pos"]) -> Float[Tensor, "pos d_model"]:
        """Return the waves' heights at each position."""
        return self.waves[positions]


class RotaryPositions(Positions):
    """Turn each pair of query and key coordinates by an angle that grows with the position.

    A query at m and a key at n then compare by their distance m − n alone.

    Args:
        cfg: Sizes.
        base: Ratio between the slowest and the fastest pair's angle per position, about.
        squeeze: By what a position is divided before it is turned; above 1, a longer text keeps to
            angles that were trained.

    Source: Su et al. 2021 (RoFormer), equation 34; the pairs are coordinates i and i + d_head/2.
        Chen et al. 2023, section 2.3, for `squeeze` (position interpolation).
    """

    cos: Tensor
    sin: Tensor

    def __init__(
        self, cfg: GPTConfig, base: int | float = 10_000.0, squeeze: int | float = 1
    ) -> None:
        super().__init__()
        if cfg.d_head % 2:
            raise ValueError(
                f"rotary positions turn pairs of coordinates, but d_head={cfg.d_head} is odd. "
                "Choose d_model and n_heads so that d_head is even."
            )
        self.base, self.squeeze = base, squeeze
        angle = _angles(cfg.n_ctx, cfg.d_head, base) / squeeze
        self.register_buffer("cos", angle.cos().float(), persistent=False)
        self.register_buffer("sin", angle.sin().float(), persistent=False)

    def turned(
        self, x: Float[Tensor, "batch pos head d_head"], positions: Int[Tensor, " pos"]
    ) -> Float[Tensor, "batch pos head d_head"]:
        """Return every pair (a, b) as (a cos θ − b sin θ, a sin θ + b cos θ)."""
        cos, sin = self.cos[positions, None], self.sin[positions, None]
        a, b = x.chunk(2, dim=-1)
        return torch.cat((a * cos - b * sin, a * sin + b * cos), dim=-1).to(x.dtype)


class AlibiPositions(Positions):
    """Lower each score in proportion to distance, with one slope per head: −slope · |query − key|.

    Source: Press et al. 2022 (ALiBi), section 3; slopes 2^(−8h/n_heads) for h = 1 … n_heads.
    """

    slopes: Tensor

    def __init__(self, cfg: GPTConfig) -> None:
        super().__init__()
        head = torch.arange(1, cfg.n_heads + 1)
        self.register_buffer("slopes", 2.0 ** (-8 * head / cfg.n_heads), persistent=False)

    def bias(
        self, query: Int[Tensor, "query 1"], key: Int[Tensor, "1 key"]
    ) -> Float[Tensor, "head query key"]:
        """Return minus slope times distance."""
        return -self.slopes[:, None, None] * (query - key).abs()


def sinusoids(n_ctx: int, d_model: int, base: float = 10_000.0) -> Float[Tensor, "n_ctx d_model"]:
    """Compute the table of waves that `SinusoidalPositions` adds.

    Args:
        n_ctx: Number of positions (rows).
        d_model: Width of a row; even places hold sines, odd places cosines.
        base: Ratio between the longest and the shortest wavelength, about.

    Source: Vaswani et al. 2017, section 3.5.

    Example:
        Position 0 is all sin 0 = 0 and cos 0 = 1:

        >>> sinusoids(1, 4).tolist()
        [[0.0, 1.0, 0.0, 1.0]]
    """
    angle = _angles(n_ctx, d_model, base)
    return torch.stack((angle.sin(), angle.cos()), dim=-1).flatten(1)[:, :d_model].float()


def _angles(n_ctx: int, width: int, base: int | float) -> Float[Tensor, "n_ctx n_waves"]:
    # In float64: at position 100,000 float32 angles are off by hundredths of a radian.
    speed = base ** (-torch.arange(0, width, 2, dtype=torch.float64) / width)
    return torch.arange(n_ctx, dtype=torch.float64)[:, None] * speed


POSITIONS: dict[str, Callable[[GPTConfig], Positions]] = {
    scheme.__name__: scheme
    for scheme in (
        NoPositions,
        LearnedPositions,
        SinusoidalPositions,
        RotaryPositions,
        AlibiPositions,
    )
}
