"""A recurrent language model, called like the GPT: tokens in, logits for every position out."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from gptlab.probes import Probe
from gptlab.rnn.cells import Elman, Layer, State


@dataclass(frozen=True, kw_only=True)
class RNNConfig:
    """Sizes of a recurrent model.

    Args:
        d_vocab: Width of the logits, one per token of the vocabulary.
        n_ctx: Positions of one training window; no limit when the model runs.
        d_model: Width of the token vectors and of every hidden state.
        n_layers: Layers, one above the other.
        dropout: Share of numbers between layers that is zeroed while training.

    Raises:
        ValueError: If a size is not positive.
    """

    d_vocab: int
    n_ctx: int
    d_model: int
    n_layers: int = 1
    dropout: float = 0.0

    def __post_init__(self) -> None:
        for name in ("d_vocab", "n_ctx", "d_model", "n_layers"):
            size = getattr(self, name)
            if not isinstance(size, int) or size < 1:
                raise ValueError(
                    f"{name} counts something, so it must be a whole number of at least 1; "
                    f"got {size!r}."
                )
        if not 0 <= self.dropout < 1:
            raise ValueError(f"dropout is a share from 0 up to but not 1; got {self.dropout!r}.")


@dataclass
class Memory:
    """What a recurrent model knows of the text so far: one state per layer, of fixed size.

    Pass the same one with the next tokens, and the model reads on where it stopped.

    Args:
        states: Each layer's state; none before the first token.
        n_pos: Tokens read so far.
    """

    states: list[State] = field(default_factory=list)
    n_pos: int = 0

    @property
    def n_numbers(self) -> int:
        """Numbers that are kept for one text."""
        return sum(part[0].numel() for state in self.states for part in state)

    def detach(self) -> None:
        """Forget how the states were computed, so that gradients end here: truncation."""
        self.states = [tuple(part.detach() for part in state) for state in self.states]


class RecurrentLM(nn.Module):
    """A language model that reads one token after the other and keeps a state of fixed size.

    x = √d_model · W_E[tokens], h_i = layer_i(h_{i−1}), logits = h_n W_Eᵀ.

    Args:
        cfg: Sizes.
        cell: Makes a layer from the widths that it reads and writes, such as `Elman`, `GRU`, `LSTM`
            or `functools.partial(CausalConvolution, n_taps=8)`; or one such maker for each layer.
        generator: Where the initial weights are drawn from, so that a seed gives the same model.

    Raises:
        ValueError: If there are not as many makers as layers.

    Source: Mikolov et al. 2010 (RNNLM), section 2; the tied matrix is Press & Wolf 2017, its scale
    Vaswani et al. 2017, section 3.4.
    """

    def __init__(
        self,
        cfg: RNNConfig,
        *,
        cell: Callable[[int, int], Layer] | tuple[Callable[[int, int], Layer], ...] = Elman,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        self.cfg = cfg
        makers = cell if isinstance(cell, tuple) else (cell,) * cfg.n_layers
        if len(makers) != cfg.n_layers:
            raise ValueError(
                f"{len(makers)} cells were passed for n_layers={cfg.n_layers}. Pass one for all "
                "layers, or a tuple with one for each."
            )
        self.W_E = nn.Parameter(torch.empty(cfg.d_vocab, cfg.d_model))
        self.embed = Probe("batch pos d_model")
        layers = [make(cfg.d_model, cfg.d_model) for make in makers]
        self.layers = nn.ModuleList(layers)
        self.dropout = nn.Dropout(cfg.dropout)
        with torch.no_grad():
            self.W_E.normal_(0.0, 1 / math.sqrt(cfg.d_model), generator=generator)
            for layer in layers:
                layer.draw_weights(generator)

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
        self, tokens: Int[Tensor, "batch pos"], memory: Memory | None = None
    ) -> Float[Tensor, "batch pos d_vocab"]:
        """Return the logits of the next token after every position.

        Args:
            tokens: Token ids, as many as you like.
            memory: What was read before, from an earlier call; it is updated.

        Raises:
            ValueError: If there is no token, or an id is out of range (looked at on the CPU only).
        """
        self._check(tokens)
        x = self.embed(F.embedding(tokens, self.W_E) * math.sqrt(self.cfg.d_model))
        before = memory.states if memory is not None else []
        after = []
        for i, layer in enumerate(self.layers):
            x, state = layer(self.dropout(x), before[i] if before else None)
            after.append(state)
        if memory is not None:
            memory.states, memory.n_pos = after, memory.n_pos + tokens.shape[1]
        return self.dropout(x) @ self.W_U

    def _check(self, tokens: Tensor) -> None:
        if tokens.ndim != 2 or tokens.numel() == 0:
            raise ValueError(
                "tokens have two axes, batch and position, and hold at least one token; got shape "
                f"{tuple(tokens.shape)}. Pass one text as tokens[None]."
            )
        # On an accelerator this look would make the processor wait, and the kernel checks anyway.
        if tokens.device.type == "cpu" and not torch.compiler.is_compiling():
            low, high = tokens.aminmax()
            if low < 0 or high >= self.cfg.d_vocab:
                raise ValueError(
                    f"token ids go from 0 to {self.cfg.d_vocab - 1}; got {low} to {high}. "
                    "Encode the text with the tokenizer that belongs to this model."
                )
