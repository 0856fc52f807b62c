"""Recurrent networks: cells written out, a language model made of them, and their training."""

from gptlab.rnn.cells import CELLS, GRU, LSTM, Cell, Elman, Layer, State, rotation
from gptlab.rnn.convolution import CausalConvolution
from gptlab.rnn.model import Memory, RecurrentLM, RNNConfig
from gptlab.rnn.streams import loss_on, pieces, study
from gptlab.rnn.writing import write

__all__ = [
    "CELLS",
    "GRU",
    "LSTM",
    "CausalConvolution",
    "Cell",
    "Elman",
    "Layer",
    "Memory",
    "RNNConfig",
    "RecurrentLM",
    "State",
    "loss_on",
    "pieces",
    "rotation",
    "study",
    "write",
]
