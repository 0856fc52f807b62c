"""GPT: tokens in, one row of logits for every position out."""

import math
from collections.abc import Callable

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from gptlab.attention import KeysValues
from gptlab.config import GPTConfig
from gptlab.layers import Block, Residual, add
from gptlab.masks import Causal, Mask, looks_ahead
from gptlab.positions import LearnedPositions, Positions
from gptlab.probes import Probe

INIT_STD = 0.02  # GPT-2's initial standard deviation


class GPT(nn.Module):
    """A decoder-only Transformer, GPT-2's architecture unless other parts are passed in.

    h₀ = W_E[tokens] + W_pos, h_i = block_i(h_{i−1}), logits = norm(h_n) W_U with W_U = W_Eᵀ.

    Args:
        cfg: Sizes.
        positions: Makes the position scheme.
        mask: Which keys each query sees.
        norm: Makes a normalisation layer of a given width.
        residual: How a sublayer's output joins the stream.
        generator: Where the initial weights are drawn from, so that a seed gives the same model.

    Source: Radford et al. 2018 (GPT), equation 2; Radford et al. 2019 (GPT-2), section 2.3.
    """

    def __init__(
        self,
        cfg: GPTConfig,
        *,
        positions: Callable[[GPTConfig], Positions] = LearnedPositions,
        mask: Mask = Causal(),  # noqa: B008 (frozen)
        norm: Callable[[int], nn.Module] = nn.LayerNorm,
        residual: Residual = add,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        self.cfg, self.mask, self.norm, self.residual = cfg, mask, norm, residual
        self.W_E = nn.Parameter(torch.empty(cfg.d_vocab, cfg.d_model))
        self.embed = Probe("batch pos d_model")
        self.positions = positions(cfg)
        if self.positions.adds:
            self.pos_embed = Probe("pos d_model")
        self.dropout = nn.Dropout(cfg.dropout) if cfg.dropout else nn.Identity()
        self.blocks = nn.ModuleList(
            Block(cfg, self.positions, mask, norm, residual) for _ in range(cfg.n_layers)
        )
        self.ln_f = norm(cfg.d_model)
        self.ln_final = Probe("batch pos d_model")
        self._draw_weights(generator)

    @property
    def W_U(self) -> Float[Tensor, "d_model d_vocab"]:
        """The unembedding, tied to the embedding: W_U = W_Eᵀ."""
        return self.W_E.T

    @property
    def device(self) -> torch.device:
        """Where the weights lie."""
        return self.W_E.device

    @property
    def n_parameters(self) -> int:
        """Numbers that training adjusts."""
        return sum(parameter.numel() for parameter in self.parameters())

    def forward(
        self, tokens: Int[Tensor, "batch pos"], cache: list[KeysValues] | None = None
    ) -> Float[Tensor, "batch pos d_vocab"]:
        """Return the logits of the next token after every position.

        Args:
            tokens: Token ids.
            cache: One `KeysValues` per block, from `new_cache`; `tokens` then are the positions
                that follow what the cache holds.

        Raises:
            ValueError: If there is no token, an id is out of range (looked at on the CPU only), or
                they do not fit n_ctx.
        """
        past = cache[0].n_pos if cache else 0
        self._check(tokens, past)
        x = self.embed(F.embedding(tokens, self.W_E))
        here = torch.arange(past, past + tokens.shape[1], device=tokens.device)
        if self.positions.adds:
            x = x + self.pos_embed(self.positions.added(here))
        x = self.dropout(x)
        for i, block in enumerate(self.blocks):
            x = block(x, cache[i] if cache else None)
        return self.ln_final(self.ln_f(x)) @ self.W_U

    def new_cache(self) -> list[KeysValues]:
        """Return an empty cache of keys and values, one entry per block.

        Raises:
            ValueError: If the mask lets positions see later ones.
        """
        if looks_ahead(self.mask, self.cfg.n_ctx):
            raise ValueError(
                f"with the mask {self.mask}, positions see later ones, so keys and values change "
                "with every new token and cannot be kept. Read the whole text each time "
                "(cached=False), or build the model with masks.Causal()."
            )
        return [KeysValues() for _ in self.blocks]

    def _check(self, tokens: Tensor, past: int) -> None:
        if tokens.ndim != 2:
            raise ValueError(
                f"tokens have two axes, batch and position; got shape {tuple(tokens.shape)}. Pass "
                "one text as tokens[None]."
            )
        if tokens.numel() == 0:
            raise ValueError(
                "there is no token to start from; pass at least one, for example the ids of a "
                "line break."
            )
        n_pos = past + tokens.shape[1]
        if n_pos > self.cfg.n_ctx:
            advice = "Start with a new cache" if past else f"Pass tokens[:, -{self.cfg.n_ctx}:]"
            raise ValueError(
                f"{n_pos} tokens do not fit n_ctx={self.cfg.n_ctx}. {advice}, or build the model "
                f"with GPTConfig(n_ctx={n_pos})."
            )
        # On an accelerator this look would make the processor wait, and the kernel checks anyway.
        if tokens.device.type == "cpu" and not torch.compiler.is_compiling():
            low, high = tokens.aminmax()
            if low < 0 or high >= self.cfg.d_vocab:
                raise ValueError(
                    f"token ids go from 0 to {self.cfg.d_vocab - 1}; got {low} to {high}. "
                    "Encode the text with the tokenizer that belongs to this model."
                )

    def _draw_weights(self, generator: torch.Generator | None) -> None:
        into_stream = INIT_STD / math.sqrt(2 * self.cfg.n_layers)  # GPT-2, section 2.3
        with torch.no_grad():
            for name, weight in self.named_parameters():
                short = name.rpartition(".")[2]
                if short.startswith("W_"):
                    std = into_stream if short in ("W_O", "W_out") else INIT_STD
                    weight.normal_(0.0, std, generator=generator)
