"""Architectures that are compared with one another at the same number of parameters."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Protocol, runtime_checkable

import torch

from gptlab.config import GPTConfig
from gptlab.gpt import GPT
from gptlab.positions import Positions, RotaryPositions
from gptlab.rnn import GRU, LSTM, CausalConvolution, Cell, Elman, RecurrentLM, RNNConfig

Model = GPT | RecurrentLM
CLOSE = 0.02  # share by which two numbers of parameters may differ and still count as equal


@runtime_checkable
class Build(Protocol):
    """Makes a model whose number of parameters grows with one size, its dial."""

    def __call__(self, dial: int, *, d_vocab: int, n_ctx: int, generator: torch.Generator) -> Model:
        """Make the model.

        Args:
            dial: The size that is turned until the number of parameters fits.
            d_vocab: Tokens that there are.
            n_ctx: Positions of a text in training.
            generator: Draws the initial weights.
        """


@dataclass(frozen=True, kw_only=True)
class Contender:
    """An architecture whose size can be chosen.

    Args:
        name: What results and pictures call it.
        build: Makes it.
        dial: What the dial is, for readers.
    """

    name: str
    build: Build
    dial: str

    def sized(self, n_parameters: int, *, d_vocab: int, n_ctx: int) -> int:
        """Return the dial at which the model has a number of parameters, as nearly as it can.

        Args:
            n_parameters: How many.
            d_vocab: Tokens that there are.
            n_ctx: Positions of a text in training.

        Raises:
            ValueError: No model comes within 2 %.
        """

        def count(dial: int) -> int:
            drawn = torch.Generator().manual_seed(0)
            return self.build(dial, d_vocab=d_vocab, n_ctx=n_ctx, generator=drawn).n_parameters

        low, high = 1, 2
        while count(high) < n_parameters:
            low, high = high, 2 * high
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if count(middle) <= n_parameters else (low, middle)
        dial = min((low, high), key=lambda dial: abs(count(dial) - n_parameters))
        if abs(count(dial) / n_parameters - 1) > CLOSE:
            raise ValueError(
                f"{self.name}: expected a model of {n_parameters:,} parameters within {CLOSE:.0%}, "
                f"the nearest has {count(dial):,}. Choose another number."
            )
        return dial


def recurrent(name: str, cell: type[Cell], n_layers: int = 1) -> Contender:
    """Return a recurrent network; its dial is the width of the state.

    Args:
        name: What it is called.
        cell: One of `rnn.CELLS`.
        n_layers: Layers, one above the other.
    """

    def build(dial: int, *, d_vocab: int, n_ctx: int, generator: torch.Generator) -> Model:
        cfg = RNNConfig(d_vocab=d_vocab, n_ctx=n_ctx, d_model=dial, n_layers=n_layers)
        return RecurrentLM(cfg, cell=cell, generator=generator)

    return Contender(name=name, build=build, dial="d_model")


def convolution(name: str, n_layers: int, n_taps: int) -> Contender:
    """Return layers of causal convolution, each of which skips more; its dial is the width.

    With dilations 1, n_taps, n_taps², … it sees n_taps to the power of n_layers positions.

    Args:
        name: What it is called.
        n_layers: Layers.
        n_taps: Inputs that a position of a layer reads.
    """
    layers = tuple(
        partial(CausalConvolution, n_taps=n_taps, dilation=n_taps**i) for i in range(n_layers)
    )

    def build(dial: int, *, d_vocab: int, n_ctx: int, generator: torch.Generator) -> Model:
        cfg = RNNConfig(d_vocab=d_vocab, n_ctx=n_ctx, d_model=dial, n_layers=n_layers)
        return RecurrentLM(cfg, cell=layers, generator=generator)

    return Contender(name=name, build=build, dial="d_model")


def transformer(
    name: str,
    n_layers: int,
    d_model: int = 32,
    n_heads: int = 2,
    positions: Callable[[GPTConfig], Positions] = RotaryPositions,
) -> Contender:
    """Return a GPT; its dial is the width of the MLPs, which can be set to one.

    Args:
        name: What it is called.
        n_layers: Blocks.
        d_model: Width of the residual stream.
        n_heads: Heads.
        positions: The position scheme.
    """

    def build(dial: int, *, d_vocab: int, n_ctx: int, generator: torch.Generator) -> Model:
        cfg = GPTConfig(
            d_vocab=d_vocab,
            n_ctx=n_ctx,
            d_model=d_model,
            n_layers=n_layers,
            n_heads=n_heads,
            d_mlp=dial,
        )
        return GPT(cfg, positions=positions, generator=generator)

    return Contender(name=name, build=build, dial="d_mlp")


CONTENDERS: dict[str, Contender] = {
    contender.name: contender
    for contender in (
        recurrent("tanh RNN", Elman),
        recurrent("GRU", GRU),
        recurrent("LSTM", LSTM),
        convolution("convolution", n_layers=2, n_taps=4),
        transformer("Transformer, 1 layer", 1),
        transformer("Transformer, 2 layers", 2),
    )
}
"""Name to architecture, as lesson 5 compares them. The convolution sees 16 positions."""
