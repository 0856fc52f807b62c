"""The GPT with one part taken out or changed, so that what the part is for can be measured.

Every variant is built from the same sizes and the same generator, so that nothing else differs.
"""

from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from gptlab.attention import KeysValues
from gptlab.config import GPTConfig
from gptlab.gpt import GPT, INIT_STD
from gptlab.layers import MLP, Block, NoNorm, replace
from gptlab.positions import NoPositions
from gptlab.sizes import n_parameters

Stream = Float[Tensor, "batch pos d_model"]
Bend = Callable[[Tensor], Tensor]
"""What stands between the two matrices of an MLP."""


class Silent(nn.Module):
    """A sublayer that adds nothing, in the place of attention or of the MLP."""

    def forward(self, x: Stream, cache: KeysValues | None = None) -> Stream:
        """Return zeros."""
        return torch.zeros_like(x)


class BentMLP(MLP):
    """The MLP with another bend in place of GELU: bend(x W_in + b_in) W_out + b_out.

    Args:
        cfg: Sizes.
        bend: What stands between the matrices.
    """

    def __init__(self, cfg: GPTConfig, bend: Bend) -> None:
        super().__init__(cfg)
        self.bend = bend

    def forward(self, x: Stream) -> Stream:
        """Transform each position's vector."""
        post = self.post(self.bend(self.pre(F.linear(x, self.W_in.T, self.b_in))))
        return F.linear(post, self.W_out.T, self.b_out)


class PostNormBlock(Block):
    """A block as in 2017: LayerNorm after each addition, so in the stream itself.

    mid = norm(x + attention(x)), output = norm(mid + mlp(mid)).

    Source: Vaswani et al. 2017, section 3.1.
    """

    def forward(self, x: Stream, cache: KeysValues | None = None) -> Stream:
        """Return the stream after this block.

        Args:
            x: The residual stream.
            cache: This block's keys and values of earlier positions.
        """
        x = self.resid_pre(x)
        mid = self.resid_mid(self.ln1(x + self.attn_out(self.attn(x, cache))))
        return self.resid_post(self.ln2(mid + self.mlp_out(self.mlp(mid))))


class Untied(GPT):
    """A GPT whose unembedding is a matrix of its own, d_model · d_vocab numbers more."""

    def __init__(self, cfg: GPTConfig, *, generator: torch.Generator | None = None) -> None:
        super().__init__(cfg, generator=generator)
        drawn = torch.empty(cfg.d_model, cfg.d_vocab).normal_(0.0, INIT_STD, generator=generator)
        self.W_own = nn.Parameter(drawn)

    @property
    def W_U(self) -> Float[Tensor, "d_model d_vocab"]:
        """The unembedding, not tied."""
        return self.W_own


def add_then_relu(stream: Tensor, output: Tensor) -> Tensor:
    """Add, and then cut off what is negative, as in a ResNet: relu(stream + output).

    Source: He et al. 2016, figure 2.
    """
    return F.relu(stream + output)


def straight(x: Tensor) -> Tensor:
    """Bend nothing: two matrices in a row."""
    return x


def without_attention(cfg: GPTConfig, generator: torch.Generator) -> GPT:
    """Build a GPT whose positions never hear of each other."""
    return _each_block(GPT(cfg, generator=generator), "attn", lambda _block: Silent())


def without_mlp(cfg: GPTConfig, generator: torch.Generator) -> GPT:
    """Build a GPT of attention alone."""
    return _each_block(GPT(cfg, generator=generator), "mlp", lambda _block: Silent())


def bent(bend: Bend) -> Callable[[GPTConfig, torch.Generator], GPT]:
    """Return what builds a GPT with another bend in its MLPs."""

    def build(cfg: GPTConfig, generator: torch.Generator) -> GPT:
        return _with_bend(GPT(cfg, generator=generator), bend)

    return build


def without_bends(cfg: GPTConfig, generator: torch.Generator) -> GPT:
    """Build a GPT without GELU and without LayerNorm: between its matrices only softmax bends."""
    model = GPT(cfg, norm=NoNorm, generator=generator)
    return _with_bend(model, straight)


def post_norm(cfg: GPTConfig, generator: torch.Generator) -> GPT:
    """Build a GPT whose LayerNorms stand after the additions."""
    model = GPT(cfg, generator=generator)
    for block in model.blocks:
        block.__class__ = PostNormBlock  # the same parts, wired otherwise
    return model


def narrowed(cfg: GPTConfig, generator: torch.Generator) -> GPT:
    """Build a whole GPT with about as many parameters as one without MLPs has: a control.

    A part that is taken out takes its parameters along. This model loses as many by being narrower.
    """
    wanted = without_mlp(cfg, torch.Generator()).n_parameters
    sizes = vars(cfg) | {"d_mlp": 0}
    widths = range(cfg.n_heads, cfg.d_model + 1, cfg.n_heads)
    models = (GPTConfig(**sizes | {"d_model": width}) for width in widths)
    nearest = min(models, key=lambda small: abs(n_parameters(small) - wanted))
    return GPT(nearest, generator=generator)


def _with_bend(model: GPT, bend: Bend) -> GPT:
    def swapped(block: Block) -> MLP:
        mlp = BentMLP(model.cfg, bend)
        mlp.load_state_dict(block.mlp.state_dict())
        return mlp

    return _each_block(model, "mlp", swapped)


def _each_block(model: GPT, part: str, make: Callable[[Block], nn.Module]) -> GPT:
    for block in model.blocks:
        assert isinstance(block, Block)  # what a GPT is made of
        setattr(block, part, make(block))
    return model


VARIANTS: dict[str, Callable[[GPTConfig, torch.Generator], GPT]] = {
    "whole": lambda cfg, generator: GPT(cfg, generator=generator),
    "no residual": lambda cfg, generator: GPT(cfg, residual=replace, generator=generator),
    "neither": lambda cfg, generator: GPT(cfg, norm=NoNorm, residual=replace, generator=generator),
    "no LayerNorm": lambda cfg, generator: GPT(cfg, norm=NoNorm, generator=generator),
    "no attention": without_attention,
    "no MLP": without_mlp,
    "no positions": lambda cfg, generator: GPT(cfg, positions=NoPositions, generator=generator),
    "no GELU": bent(straight),
    "ReLU for GELU": bent(F.relu),
    "W_U untied": lambda cfg, generator: Untied(cfg, generator=generator),
    "LayerNorm after": post_norm,
    "ReLU after adding": lambda cfg, generator: GPT(
        cfg, residual=add_then_relu, generator=generator
    ),
    "narrower": narrowed,
}
"""Name to what builds it; `whole` is what the others are compared with, `neither` has no residual
connections and no LayerNorm."""
