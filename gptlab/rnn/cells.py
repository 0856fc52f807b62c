"""Recurrent cells written out: Elman's, the GRU and the LSTM.

A cell reads one position after the other and carries a state along. Nobody watching its gates, it
takes torch's fused loop; watched, it goes step by step, and a test holds the two equal.
"""

import math
from collections.abc import Callable

import torch
from einops import rearrange
from jaxtyping import Float
from torch import Tensor, nn

from gptlab.probes import Probe

State = tuple[Tensor, ...]
"""What a layer carries from one position to the next; its size does not depend on the length."""


class Layer(nn.Module):
    """What a recurrent model is made of: a layer that reads on from a state.

    Args:
        d_in: Width of the vectors that it reads.
        d_hidden: Width of the vectors that it writes.
    """

    def __init__(self, d_in: int, d_hidden: int) -> None:
        super().__init__()
        self.d_in, self.d_hidden = d_in, d_hidden
        self.hidden = Probe("batch pos d_hidden")

    def start(self, x: Float[Tensor, "batch pos d_in"]) -> State:
        """Return the state before the first position, all zeros, for a batch like `x`."""
        raise NotImplementedError

    def forward(
        self, x: Float[Tensor, "batch pos d_in"], state: State | None = None
    ) -> tuple[Float[Tensor, "batch pos d_hidden"], State]:
        """Read positions in order; return what is written at each, and the state after the last."""
        raise NotImplementedError

    def draw_weights(self, generator: torch.Generator | None) -> None:
        """Draw the initial weights."""
        raise NotImplementedError


class Cell(Layer):
    """A recurrent layer: the same weights at every position, a state from one to the next.

    `W_x` reads the input and `W_h` the hidden state before. Both have one matrix per gate, as `b`
    has one vector.

    Args:
        d_in: Width of the vectors that it reads.
        d_hidden: Width of the hidden state.
    """

    gate_names: tuple[str, ...]
    n_states = 1
    _fused: Callable[..., tuple[Tensor, ...]]

    def __init__(self, d_in: int, d_hidden: int) -> None:
        super().__init__(d_in, d_hidden)
        n_gates = len(self.gate_names)
        self.W_x = nn.Parameter(torch.empty(n_gates, d_in, d_hidden))
        self.W_h = nn.Parameter(torch.empty(n_gates, d_hidden, d_hidden))
        self.b = nn.Parameter(torch.zeros(n_gates, d_hidden))
        self.gates = nn.ModuleDict({name: Probe("batch pos d_hidden") for name in self.gate_names})

    def step(self, x: Float[Tensor, "batch d_in"], state: State) -> tuple[State, State]:
        """Read one position.

        Args:
            x: The input there.
            state: The state before.

        Returns:
            The state after, hidden state first; and the gates, in the order of `gate_names`.
        """
        raise NotImplementedError

    def start(self, x: Float[Tensor, "batch pos d_in"]) -> State:
        """Return the state before the first position, all zeros, for a batch like `x`."""
        return (x.new_zeros(len(x), self.d_hidden),) * self.n_states

    def forward(
        self, x: Float[Tensor, "batch pos d_in"], state: State | None = None
    ) -> tuple[Float[Tensor, "batch pos d_hidden"], State]:
        """Read positions in order; return the hidden state at each, and the state after the last.

        Args:
            x: The inputs.
            state: The state to read on from; none at the beginning of a text.

        Raises:
            ValueError: If somebody tries to replace a gate, which can be read only.
        """
        watched = any(probe.watched for probe in self._watchable())
        read = self._step_by_step if watched else self._at_once
        hidden, state = read(x, self.start(x) if state is None else state)
        return self.hidden(hidden), state

    def draw_weights(self, generator: torch.Generator | None) -> None:
        """Draw W_x around 0 and make each matrix of W_h a rotation, which keeps lengths.

        Source: Glorot & Bengio 2010, section 4.2; Saxe et al. 2014, section 3.
        """
        self.W_x.normal_(0.0, 1 / math.sqrt(self.d_in), generator=generator)
        for matrix in self.W_h:
            matrix.copy_(rotation(self.d_hidden, generator))

    def _watchable(self) -> list[Probe]:
        # In the order in which a step gives them.
        return [probe for probe in self.gates.values() if isinstance(probe, Probe)]

    def _step_by_step(self, x: Tensor, state: State) -> tuple[Tensor, State]:
        hidden, seen = [], []
        for x_t in x.unbind(1):
            state, gates = self.step(x_t, state)
            hidden.append(state[0])
            seen.append((*gates, *state[1:]))
        for probe, over_time in zip(self._watchable(), zip(*seen, strict=True), strict=True):
            value = torch.stack(over_time, dim=1)
            if probe(value) is not value:
                raise ValueError(
                    "a gate acts within each step and can be read, not replaced. Patch "
                    "layers.{i}.hidden, or call the cell's own step() with the gates that you want."
                )
        return torch.stack(hidden, dim=1), state

    def _at_once(self, x: Tensor, state: State) -> tuple[Tensor, State]:
        weights = (rearrange(W, "gate i o -> (gate o) i") for W in (self.W_x, self.W_h))
        parameters = [*weights, self.b.flatten(), self._inner_bias().flatten()]
        before = tuple(part[None].contiguous() for part in state)
        first = before if self.n_states > 1 else before[0]
        hidden, *after = type(self)._fused(
            x, first, parameters, True, 1, 0.0, self.training, False, True
        )
        return hidden, tuple(part[0] for part in after)

    def _inner_bias(self) -> Tensor:
        # torch adds a second bias to h W_h, which differs from the first in the GRU alone.
        return torch.zeros_like(self.b)


class Elman(Cell):
    """The plain recurrent cell: h = tanh(x W_x + h′ W_h + b), h′ the hidden state before.

    Source: Elman 1990, figure 2, with tanh.
    """

    gate_names = ("new",)
    _fused = staticmethod(torch.rnn_tanh)

    def step(self, x: Float[Tensor, "batch d_in"], state: State) -> tuple[State, State]:
        """Read one position: the new hidden state is the only gate."""
        (h,) = state
        new = torch.tanh(x @ self.W_x[0] + h @ self.W_h[0] + self.b[0])
        return (new,), (new,)


class GRU(Cell):
    """A cell that keeps part of its hidden state: h = (1 − z) ⊙ n + z ⊙ h′.

    r = σ(x W_xr + h′ W_hr + b_r), z = σ(x W_xz + h′ W_hz + b_z),
    n = tanh(x W_xn + b_n + r ⊙ (h′ W_hn + b_hn)).

    Source: Cho et al. 2014, equations 5 to 8; the reset gate acts after W_hn, as in torch.
    """

    gate_names = ("reset", "keep", "new")
    _fused = staticmethod(torch.gru)

    def __init__(self, d_in: int, d_hidden: int) -> None:
        super().__init__(d_in, d_hidden)
        self.b_hn = nn.Parameter(torch.zeros(d_hidden))

    def step(self, x: Float[Tensor, "batch d_in"], state: State) -> tuple[State, State]:
        """Read one position: decide what to reset, what to keep, and what is new."""
        (h,) = state
        (W_xr, W_xz, W_xn), (W_hr, W_hz, W_hn), (b_r, b_z, b_n) = self.W_x, self.W_h, self.b
        reset = torch.sigmoid(x @ W_xr + h @ W_hr + b_r)
        keep = torch.sigmoid(x @ W_xz + h @ W_hz + b_z)
        new = torch.tanh(x @ W_xn + b_n + reset * (h @ W_hn + self.b_hn))
        return ((1 - keep) * new + keep * h,), (reset, keep, new)

    def _inner_bias(self) -> Tensor:
        nothing = torch.zeros_like(self.b_hn)
        return torch.stack((nothing, nothing, self.b_hn))


class LSTM(Cell):
    """A cell with a second state c that is added to, not multiplied: c = f ⊙ c′ + i ⊙ g.

    i, f, o = σ(x W_x + h′ W_h + b), g = tanh(x W_x + h′ W_h + b), each with weights of its own;
    h = o ⊙ tanh(c).

    Source: Hochreiter & Schmidhuber 1997, section 4; the forget gate is Gers et al. 2000.
    """

    gate_names = ("input", "forget", "new", "output")
    n_states = 2
    _fused = staticmethod(torch.lstm)

    def __init__(self, d_in: int, d_hidden: int) -> None:
        super().__init__(d_in, d_hidden)
        self.memory = Probe("batch pos d_hidden")

    def step(self, x: Float[Tensor, "batch d_in"], state: State) -> tuple[State, State]:
        """Read one position: decide what to write, what to forget, and what to show."""
        h, c = state
        i, f, g, o = (
            x @ W_x + h @ W_h + b for W_x, W_h, b in zip(self.W_x, self.W_h, self.b, strict=True)
        )
        write, forget, new, show = i.sigmoid(), f.sigmoid(), g.tanh(), o.sigmoid()
        c = forget * c + write * new
        return (show * c.tanh(), c), (write, forget, new, show)

    def _watchable(self) -> list[Probe]:
        return [*super()._watchable(), self.memory]

    def draw_weights(self, generator: torch.Generator | None) -> None:
        """Draw as for every cell, and let the forget gate begin open: its bias is 1.

        Source: Jozefowicz et al. 2015, section 2.3.
        """
        super().draw_weights(generator)
        self.b[self.gate_names.index("forget")] = 1.0


def rotation(
    d: int, generator: torch.Generator | None = None, *, radius: float = 1.0
) -> Float[Tensor, "d d"]:
    """Draw a random orthogonal matrix times `radius`: it stretches every vector by that factor.

    Args:
        d: Width.
        generator: Where it is drawn from.
        radius: The absolute value of all its eigenvalues.

    Source: Saxe et al. 2014, section 3; Mezzadri 2007, section 5 (why the signs are set).
    """
    q, r = torch.linalg.qr(torch.randn(d, d, generator=generator))
    return radius * q * r.diagonal().sign()


CELLS: dict[str, type[Cell]] = {"tanh": Elman, "GRU": GRU, "LSTM": LSTM}
