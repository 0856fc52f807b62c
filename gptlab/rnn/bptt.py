"""Back-propagation through time, written out for the plain cell with one-hot inputs.

h_t = tanh(W_x[token_t] + h_{t−1} W_h + b), logits_t = h_t W_U, and loss_t is the cross-entropy with
the target of position t. Nothing here asks torch for a gradient.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, fields

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor
from torch.nn import functional as F

from gptlab.rnn.cells import rotation


@dataclass(frozen=True, kw_only=True)
class Weights:
    """The weights of a small recurrent network, or their gradients.

    Args:
        W_x: What each token adds to the hidden state.
        W_h: From the hidden state before.
        b: Added at every position.
        W_U: From the hidden state to the logits.
    """

    W_x: Float[Tensor, "d_vocab d_hidden"]
    W_h: Float[Tensor, "d_hidden d_hidden"]
    b: Float[Tensor, " d_hidden"]
    W_U: Float[Tensor, "d_hidden d_vocab"]

    def named(self) -> dict[str, Tensor]:
        """Map names to tensors."""
        return {part.name: getattr(self, part.name) for part in fields(self)}


def drawn(
    d_vocab: int, d_hidden: int, generator: torch.Generator, *, radius: float = 1.0
) -> Weights:
    """Draw float64 weights: W_h stretches every vector by `radius`, the rest is small.

    Args:
        d_vocab: Tokens.
        d_hidden: Width of the hidden state.
        generator: Where they are drawn from.
        radius: Size of all eigenvalues of W_h.
    """
    size = 1 / math.sqrt(d_hidden)
    return Weights(
        W_x=size * torch.randn(d_vocab, d_hidden, generator=generator).double(),
        W_h=rotation(d_hidden, generator, radius=radius).double(),
        b=torch.zeros(d_hidden).double(),
        W_U=size * torch.randn(d_hidden, d_vocab, generator=generator).double(),
    )


def read(weights: Weights, tokens: Int[Tensor, " pos"]) -> Float[Tensor, "pos d_hidden"]:
    """Read a text from an empty state, and return the hidden state at every position.

    Args:
        weights: The network.
        tokens: The text.
    """
    h = torch.zeros_like(weights.b)
    states = []
    for token in tokens:
        h = torch.tanh(weights.W_x[token] + h @ weights.W_h + weights.b)
        states.append(h)
    return torch.stack(states)


def losses(
    weights: Weights, states: Float[Tensor, "pos d_hidden"], targets: Int[Tensor, " pos"]
) -> Float[Tensor, " pos"]:
    """Return the loss at every position, in nats."""
    return F.cross_entropy(states @ weights.W_U, targets, reduction="none")


@dataclass(frozen=True, kw_only=True, eq=False)
class StepBack:
    """What one step of the walk back found.

    Args:
        position: The position that the walk has come to.
        arrived: Derivative of each position's loss by the hidden state here; 0 for losses that do
            not count, lie before, or lie beyond the reach.
        gradients: Of the summed loss by the weights: the sums over the steps taken so far.
    """

    position: int
    arrived: Float[Tensor, "loss d_hidden"]
    gradients: Weights


def walk_back(
    weights: Weights,
    tokens: Int[Tensor, " pos"],
    targets: Int[Tensor, " pos"],
    *,
    counts: Bool[Tensor, " pos"] | None = None,
    reach: int | None = None,
) -> Iterator[StepBack]:
    """Go from the last position to the first, and add up what each one contributes.

    With e_t = softmax(logits_t) − onehot(target_t), and G_t[s] = ∂ loss_s / ∂ h_t:

    G_t[t] = e_t W_Uᵀ,  G_t[s] = ((1 − h²_{t+1}) ⊙ G_{t+1}[s]) W_hᵀ for s > t,
    a_t = (1 − h²_t) ⊙ Σ_s G_t[s], and then ∂W_h += h_{t−1} ⊗ a_t, ∂b += a_t,
    ∂W_x[token_t] += a_t, ∂W_U += h_t ⊗ e_t.

    Args:
        weights: The network.
        tokens: The text.
        targets: What is to be predicted at each position.
        counts: Whether the loss at a position counts; all do if not given.
        reach: Positions that a loss is sent back to, its own included: truncation. No limit if not
            given.

    Yields:
        One step per position; the last one holds the whole gradient.

    Raises:
        ValueError: If `reach` is not positive.

    Source: Werbos 1990, equations 11 to 15; truncation per loss is Williams & Peng 1990, BPTT(h).
    """
    if reach is not None and reach < 1:
        raise ValueError(
            f"reach counts positions, the loss's own among them, so it is at least 1; got {reach}. "
            "Leave it out to go back to the beginning."
        )
    n_pos = len(tokens)
    states = read(weights, tokens)
    before = torch.cat((torch.zeros_like(states[:1]), states[:-1]))
    errors = (states @ weights.W_U).softmax(dim=-1)
    errors[torch.arange(n_pos), targets] -= 1.0
    if counts is not None:
        errors = errors * counts[:, None]
    sums = Weights(**{name: torch.zeros_like(weight) for name, weight in weights.named().items()})
    arrived = torch.zeros(n_pos, len(weights.b), dtype=weights.b.dtype)
    for t in range(n_pos - 1, -1, -1):
        if t + 1 < n_pos:
            arrived = ((1 - states[t + 1] ** 2) * arrived) @ weights.W_h.T
        arrived[t] = weights.W_U @ errors[t]
        if reach is not None:
            arrived[t + reach :] = 0.0
        a = (1 - states[t] ** 2) * arrived.sum(dim=0)
        sums.W_h.add_(torch.outer(before[t], a))
        sums.b.add_(a)
        sums.W_x[tokens[t]] += a
        sums.W_U.add_(torch.outer(states[t], errors[t]))
        so_far = {name: gradient.clone() for name, gradient in sums.named().items()}
        yield StepBack(position=t, arrived=arrived.clone(), gradients=Weights(**so_far))


def gradients(
    weights: Weights,
    tokens: Int[Tensor, " pos"],
    targets: Int[Tensor, " pos"],
    *,
    counts: Bool[Tensor, " pos"] | None = None,
    reach: int | None = None,
) -> Weights:
    """Return the gradient of the summed loss: the end of `walk_back`, with the same arguments."""
    *_, last = walk_back(weights, tokens, targets, counts=counts, reach=reach)
    return last.gradients
