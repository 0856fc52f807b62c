"""Back-propagation through time by hand equals autograd, whole and truncated."""

import math

import pytest
import torch

from gptlab.rnn import bptt
from gptlab.rnn.bptt import Weights

N_POS, D_VOCAB = 9, 5


def seed(n: int) -> torch.Generator:
    return torch.Generator().manual_seed(n)


@pytest.fixture
def weights() -> Weights:
    return bptt.drawn(D_VOCAB, 4, seed(0), radius=1.2)


@pytest.fixture
def text() -> torch.Tensor:
    return torch.randint(D_VOCAB, (N_POS + 1,), generator=seed(1))


def by_autograd(
    weights: Weights, tokens: torch.Tensor, targets: torch.Tensor, counts: torch.Tensor, reach: int
) -> dict[str, torch.Tensor]:
    """Each loss on a graph that is cut `reach` positions before it."""
    live = {name: w.clone().requires_grad_() for name, w in weights.named().items()}
    states = bptt.read(weights, tokens)
    total = torch.zeros((), dtype=torch.float64)
    for s in range(len(tokens)):
        start = max(0, s - reach + 1)
        h = states[start - 1] if start else torch.zeros(4, dtype=torch.float64)
        for token in tokens[start : s + 1]:
            h = torch.tanh(live["W_x"][token] + h @ live["W_h"] + live["b"])
        total = total - counts[s] * (h @ live["W_U"]).log_softmax(0)[targets[s]]
    total.backward()
    return {name: w.grad for name, w in live.items()}


@pytest.mark.parametrize("reach", [1, 3, N_POS])
@pytest.mark.parametrize("only_last", [False, True])
def test_the_walk_equals_autograd(
    weights: Weights, text: torch.Tensor, reach: int, only_last: bool
) -> None:
    tokens, targets = text[:-1], text[1:]
    counts = torch.arange(N_POS) >= (N_POS - 1 if only_last else 0)
    found = bptt.gradients(weights, tokens, targets, counts=counts, reach=reach)
    expected = by_autograd(weights, tokens, targets, counts, reach)
    for name, gradient in found.named().items():
        torch.testing.assert_close(gradient, expected[name], rtol=0, atol=1e-12)


def test_without_a_limit_it_reaches_the_beginning(weights: Weights, text: torch.Tensor) -> None:
    whole = bptt.gradients(weights, text[:-1], text[1:])
    far = bptt.gradients(weights, text[:-1], text[1:], reach=100)
    assert torch.equal(whole.W_h, far.W_h)


def test_each_step_is_the_derivative_by_that_state(weights: Weights, text: torch.Tensor) -> None:
    tokens, targets = text[:-1], text[1:]
    h, states = torch.zeros(4, dtype=torch.float64), []
    for token in tokens:
        h = torch.tanh(weights.W_x[token] + h @ weights.W_h + weights.b).requires_grad_()
        h.retain_grad()
        states.append(h)
    loss = bptt.losses(weights, torch.stack(states), targets)
    for step in bptt.walk_back(weights, tokens, targets):
        for s in range(N_POS):
            (expected,) = torch.autograd.grad(
                loss[s], states[step.position], retain_graph=True, allow_unused=True
            )
            expected = torch.zeros(4).double() if s < step.position else expected
            torch.testing.assert_close(step.arrived[s], expected, rtol=0, atol=1e-12)


def test_the_walk_goes_from_the_last_position_to_the_first(
    weights: Weights, text: torch.Tensor
) -> None:
    walk = list(bptt.walk_back(weights, text[:-1], text[1:], reach=2))
    assert [step.position for step in walk] == list(range(N_POS - 1, -1, -1))
    for step in walk:
        reached = (step.arrived != 0).any(dim=1).nonzero().flatten().tolist()
        assert reached == [s for s in (step.position, step.position + 1) if s < N_POS]


def test_one_unit_two_steps_by_hand() -> None:
    """Tokens 0, 0 with W_x = 0, b = 0: both states are 0 and both slopes of tanh are 1.

    The logits are 0, so e = (−½, ½) at target 0. With W_U = (1, −1), e W_Uᵀ = −1 at each position.
    Loss 1 reaches state 0 through W_h = ½: −½. So a_1 = −1 and a_0 = −1 − ½.
    """
    one = torch.ones(1, 1, dtype=torch.float64)
    weights = Weights(
        W_x=torch.zeros(2, 1).double(),
        W_h=0.5 * one,
        b=torch.zeros(1).double(),
        W_U=torch.tensor([[1.0, -1.0]]).double(),
    )
    tokens = torch.tensor([0, 0])
    last, first = bptt.walk_back(weights, tokens, tokens)
    assert last.arrived.flatten().tolist() == [0.0, -1.0]
    assert first.arrived.flatten().tolist() == [-1.0, -0.5]
    assert first.gradients.b.item() == -2.5
    assert first.gradients.W_x.flatten().tolist() == [-2.5, 0.0]
    assert first.gradients.W_h.item() == 0.0
    losses = bptt.losses(weights, bptt.read(weights, tokens), tokens)
    assert losses.tolist() == pytest.approx([math.log(2)] * 2)


def test_a_reach_of_nothing_is_refused(weights: Weights, text: torch.Tensor) -> None:
    with pytest.raises(ValueError, match="at least 1; got 0"):
        next(bptt.walk_back(weights, text[:-1], text[1:], reach=0))
