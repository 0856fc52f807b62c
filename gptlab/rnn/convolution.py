"""A causal convolution: each position reads a fixed number of inputs up to its own."""

import math

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from gptlab.rnn.cells import Layer, State


class CausalConvolution(Layer):
    """A layer that sees `n_taps` inputs: y_t = gelu(Σ_j x_{t − j·dilation} W_j + b).

    What it carries along when it reads a stream are the inputs that it will need again.

    Args:
        d_in: Width of the vectors that it reads.
        d_hidden: Width of the vectors that it writes.
        n_taps: Inputs that it reads, its own position's among them.
        dilation: Distance between two of them.

    Raises:
        ValueError: If `n_taps` or `dilation` is not positive.

    Source: van den Oord et al. 2016 (WaveNet), section 2.1; Bai et al. 2018, section 3.
    """

    def __init__(self, d_in: int, d_hidden: int, *, n_taps: int = 4, dilation: int = 1) -> None:
        super().__init__(d_in, d_hidden)
        if n_taps < 1 or dilation < 1:
            raise ValueError(
                f"n_taps and dilation count positions, at least 1; got {n_taps} and {dilation}. "
                "n_taps=4, dilation=1 reads a position and the three before it."
            )
        self.n_taps, self.dilation = n_taps, dilation
        self.W_x = nn.Parameter(torch.empty(n_taps, d_in, d_hidden))
        self.b = nn.Parameter(torch.zeros(d_hidden))

    @property
    def reach(self) -> int:
        """Positions before its own that it can see: (n_taps − 1) · dilation."""
        return (self.n_taps - 1) * self.dilation

    def start(self, x: Float[Tensor, "batch pos d_in"]) -> State:
        """Return the inputs before the first position: zeros."""
        return (x.new_zeros(len(x), self.reach, self.d_in),)

    def forward(
        self, x: Float[Tensor, "batch pos d_in"], state: State | None = None
    ) -> tuple[Float[Tensor, "batch pos d_hidden"], State]:
        """Read positions in order; return what is written at each, and the inputs to keep."""
        known = torch.cat((*(state or self.start(x)), x), dim=1)
        # Tap j stands j · dilation places back; torch's first tap is the farthest.
        kernel = self.W_x.flip(0).permute(2, 1, 0)
        y = F.conv1d(known.mT, kernel, self.b, dilation=self.dilation).mT
        return self.hidden(F.gelu(y, approximate="tanh")), (known[:, len(known[0]) - self.reach :],)

    def draw_weights(self, generator: torch.Generator | None) -> None:
        """Draw the weights so that what is written is about as large as what is read.

        Source: He et al. 2015, equation 10.
        """
        std = math.sqrt(2 / (self.n_taps * self.d_in))
        self.W_x.normal_(0.0, std, generator=generator)
