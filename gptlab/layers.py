"""The rest of a block: the MLP, and the block that joins attention and MLP to the stream."""

from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from gptlab.attention import Attention, KeysValues
from gptlab.config import GPTConfig
from gptlab.masks import Mask
from gptlab.positions import Positions
from gptlab.probes import Probe

Residual = Callable[[Tensor, Tensor], Tensor]
"""How a sublayer's output joins the stream: (stream, output) → new stream."""


def add(stream: Tensor, output: Tensor) -> Tensor:
    """Keep the stream and add to it: the residual connection.

    Source: He et al. 2016, equation 1.
    """
    return stream + output


def replace(stream: Tensor, output: Tensor) -> Tensor:
    """Go on with the output alone: a network without residual connections."""
    return output


class NoNorm(nn.Identity):
    """Leave the stream as it is: a network without LayerNorm."""


NORMS: dict[str, Callable[[int], nn.Module]] = {
    "LayerNorm": nn.LayerNorm,
    "RMSNorm": nn.RMSNorm,
    "NoNorm": NoNorm,
}
RESIDUALS: dict[str, Residual] = {"add": add, "replace": replace}


class MLP(nn.Module):
    """Two matrices with a bend between: gelu(x W_in + b_in) W_out + b_out, at each position alone.

    Source: Vaswani et al. 2017, equation 2; the bend is Hendrycks & Gimpel 2016, section 2, in the
    tanh form that GPT-2 uses.
    """

    def __init__(self, cfg: GPTConfig) -> None:
        super().__init__()
        self.W_in = nn.Parameter(torch.empty(cfg.d_model, cfg.d_mlp))
        self.b_in = nn.Parameter(torch.zeros(cfg.d_mlp))
        self.W_out = nn.Parameter(torch.empty(cfg.d_mlp, cfg.d_model))
        self.b_out = nn.Parameter(torch.zeros(cfg.d_model))
        self.pre = Probe("batch pos d_mlp")
        self.post = Probe("batch pos d_mlp")

    def forward(self, x: Float[Tensor, "batch pos d_model"]) -> Float[Tensor, "batch pos d_model"]:
        """Transform each position's vector."""
        pre = self.pre(F.linear(x, self.W_in.T, self.b_in))
        post = self.post(F.gelu(pre, approximate="tanh"))
        return F.linear(post, self.W_out.T, self.b_out)


class Block(nn.Module):
    """One layer of the Transformer: attention moves information, the MLP works on it.

    mid = x + attention(norm(x)), output = mid + mlp(norm(mid)).

    Args:
        cfg: Sizes.
        positions: Position scheme, shared by all blocks.
        mask: Which keys each query sees.
        norm: Makes a normalisation layer of a given width.
        residual: How a sublayer's output joins the stream.

    Source: Radford et al. 2019 (GPT-2), section 2.3: LayerNorm moved to the input of each sublayer.
    """

    def __init__(
        self,
        cfg: GPTConfig,
        positions: Positions,
        mask: Mask,
        norm: Callable[[int], nn.Module] = nn.LayerNorm,
        residual: Residual = add,
    ) -> None:
        super().__init__()
        stream = "batch pos d_model"
        self.resid_pre = Probe(stream)
        self.ln1 = norm(cfg.d_model)
        self.attn = Attention(cfg, positions, mask)
        self.attn_out = Probe(stream)
        self.resid_mid = Probe(stream)
        self.ln2 = norm(cfg.d_model)
        self.mlp = MLP(cfg)
        self.mlp_out = Probe(stream)
        self.resid_post = Probe(stream)
        self.dropout = nn.Dropout(cfg.dropout) if cfg.dropout else nn.Identity()
        self.residual = residual

    def forward(
        self, x: Float[Tensor, "batch pos d_model"], cache: KeysValues | None = None
    ) -> Float[Tensor, "batch pos d_model"]:
        """Return the stream after this block.

        Args:
            x: The residual stream.
            cache: This block's keys and values of earlier positions.
        """
        x = self.resid_pre(x)
        attended = self.attn_out(self.dropout(self.attn(self.ln1(x), cache)))
        mid = self.resid_mid(self.residual(x, attended))
        worked = self.mlp_out(self.dropout(self.mlp(self.ln2(mid))))
        return self.resid_post(self.residual(mid, worked))
