"""The Transformer of 2017: an encoder that reads, and a decoder that writes and looks at it.

Encoder blocks are the GPT's own, with a mask that hides nothing. A decoder block has one sublayer
more than a GPT block: cross-attention, whose keys and values come from the encoder.
"""

import torch
from einops import einsum
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from gptlab.attention import Attention
from gptlab.config import GPTConfig
from gptlab.gpt import INIT_STD
from gptlab.layers import MLP, Block
from gptlab.masks import Bidirectional, Causal
from gptlab.positions import LearnedPositions, NoPositions
from gptlab.probes import Probe


class CrossAttention(Attention):
    """Attention whose queries come from one text and whose keys and values come from another.

    pattern = softmax(q kᵀ / √d_head), output = Σ_head pattern v W_O: every query sees every key.

    Args:
        cfg: Sizes.

    Source: Vaswani et al. 2017, section 3.2.3, first item.
    """

    def __init__(self, cfg: GPTConfig) -> None:
        super().__init__(cfg, NoPositions(cfg), Bidirectional())

    # Two texts come in, where self-attention has one and its cache.
    def forward(  # type: ignore[override]
        self, x: Float[Tensor, "batch query d_model"], memory: Float[Tensor, "batch key d_model"]
    ) -> Float[Tensor, "batch query d_model"]:
        """Fetch information from the other text.

        Args:
            x: What asks: the decoder's stream after its LayerNorm.
            memory: What answers: the encoder's output.
        """
        project = "batch pos d_model, head d_model d_head -> batch pos head d_head"
        q = self.q(einsum(x, self.W_Q, project) + self.b_Q)
        k = self.k(einsum(memory, self.W_K, project) + self.b_K)
        v = self.v(einsum(memory, self.W_V, project) + self.b_V)
        z = self.z(self._explicit(q, k, v, torch.arange(x.shape[1], device=x.device)))
        joined = "batch pos head d_head, head d_head d_model -> batch pos d_model"
        return einsum(z, self.W_O, joined) + self.b_O


class DecoderBlock(nn.Module):
    """Three sublayers: masked self-attention, cross-attention, MLP; each adds to the stream.

    Args:
        cfg: Sizes.
        positions: Position scheme, shared by all blocks.

    Source: Vaswani et al. 2017, section 3.1; LayerNorm stands before each sublayer, as in GPT-2.
    """

    def __init__(self, cfg: GPTConfig, positions: LearnedPositions) -> None:
        super().__init__()
        self.ln1 = nn.LayerNorm(cfg.d_model)
        self.attn = Attention(cfg, positions, Causal())
        self.ln_cross = nn.LayerNorm(cfg.d_model)
        self.cross = CrossAttention(cfg)
        self.ln2 = nn.LayerNorm(cfg.d_model)
        self.mlp = MLP(cfg)
        self.resid_post = Probe("batch pos d_model")

    def forward(
        self, x: Float[Tensor, "batch query d_model"], memory: Float[Tensor, "batch key d_model"]
    ) -> Float[Tensor, "batch query d_model"]:
        """Return the decoder's stream after this block.

        Args:
            x: The decoder's stream.
            memory: The encoder's output.
        """
        x = x + self.attn(self.ln1(x))
        x = x + self.cross(self.ln_cross(x), memory)
        return self.resid_post(x + self.mlp(self.ln2(x)))


class EncDec(nn.Module):
    """An encoder and a decoder over one vocabulary; W_U = W_Eᵀ as in the GPT.

    memory = encoder(source), logits = decoder(target so far, memory).

    Args:
        cfg: Sizes; n_layers is the number of blocks on each side.
        generator: Where the initial weights are drawn from.

    Source: Vaswani et al. 2017, figure 1.
    """

    def __init__(self, cfg: GPTConfig, *, generator: torch.Generator | None = None) -> None:
        super().__init__()
        self.cfg = cfg
        self.W_E = nn.Parameter(torch.empty(cfg.d_vocab, cfg.d_model))
        self.positions = LearnedPositions(cfg)
        blocks = range(cfg.n_layers)
        self.encoder = nn.ModuleList(Block(cfg, self.positions, Bidirectional()) for _ in blocks)
        self.ln_encoder = nn.LayerNorm(cfg.d_model)
        self.memory = Probe("batch pos d_model")
        self.decoder = nn.ModuleList(DecoderBlock(cfg, self.positions) for _ in blocks)
        self.ln_f = nn.LayerNorm(cfg.d_model)
        with torch.no_grad():
            for name, weight in self.named_parameters():
                if name.rpartition(".")[2].startswith("W_"):
                    weight.normal_(0.0, INIT_STD, generator=generator)

    @property
    def n_parameters(self) -> int:
        """Numbers that training adjusts."""
        return sum(parameter.numel() for parameter in self.parameters())

    def encode(self, source: Int[Tensor, "batch source"]) -> Float[Tensor, "batch source d_model"]:
        """Read the whole source text at once: one vector for each of its tokens."""
        x = self._embedded(source)
        for block in self.encoder:
            x = block(x)
        return self.memory(self.ln_encoder(x))

    def decode(
        self, memory: Float[Tensor, "batch source d_model"], target: Int[Tensor, "batch pos"]
    ) -> Float[Tensor, "batch pos d_vocab"]:
        """Return the logits of the next target token after every position.

        Args:
            memory: What `encode` returned.
            target: The target so far, from its start sign on.
        """
        x = self._embedded(target)
        for block in self.decoder:
            x = block(x, memory)
        return self.ln_f(x) @ self.W_E.T

    def forward(
        self, source: Int[Tensor, "batch source"], target: Int[Tensor, "batch pos"]
    ) -> Float[Tensor, "batch pos d_vocab"]:
        """Return the logits of the next target token after every position."""
        return self.decode(self.encode(source), target)

    def _embedded(self, tokens: Tensor) -> Tensor:
        if tokens.shape[1] > self.cfg.n_ctx:
            raise ValueError(
                f"{tokens.shape[1]} tokens do not fit n_ctx={self.cfg.n_ctx}. Pass a shorter "
                "sentence, or build the model with a larger n_ctx."
            )
        here = torch.arange(tokens.shape[1], device=tokens.device)
        return F.embedding(tokens, self.W_E) + self.positions.added(here)
