"""Muon, held against torch's own on two dimensions."""

import copy

import pytest
import torch
from torch import Tensor, nn

from gptlab.attention import as_matrix
from gptlab.muon import Muon, orthogonalised

SHAPES = [(16, 16), (12, 48), (48, 12), (1, 8), (8, 1)]
PER_HEAD = {"W_Q": (4, 16, 4), "W_K": (4, 16, 4), "W_V": (4, 16, 4), "W_O": (4, 4, 16)}
SETTINGS = {"lr": 0.02, "momentum": 0.9, "weight_decay": 0.1}


def weights(shapes: list[tuple[int, ...]], seed: int = 0) -> list[nn.Parameter]:
    generator = torch.Generator().manual_seed(seed)
    return [nn.Parameter(torch.randn(shape, generator=generator)) for shape in shapes]


def stepped(optimizer: torch.optim.Optimizer, params: list[nn.Parameter], n_steps: int) -> None:
    """Some steps along gradients that depend on the seed alone."""
    generator = torch.Generator().manual_seed(7)
    for _ in range(n_steps):
        for param in params:
            param.grad = torch.randn(param.shape, generator=generator)
        optimizer.step()


def named(params: list[nn.Parameter]) -> list[tuple[str, Tensor]]:
    return [("W_in", param) for param in params]


@pytest.mark.parametrize("n_steps", [1, 5])
def test_muon_equals_torch_on_matrices(n_steps: int):
    """torch works in bfloat16, 8 bits: steps of length about lr = 0.02 agree to some percent."""
    ours, theirs, start = weights(SHAPES), weights(SHAPES), weights(SHAPES)
    stepped(Muon(named(ours), **SETTINGS, dtype=torch.bfloat16), ours, n_steps)
    stepped(torch.optim.Muon(theirs, **SETTINGS), theirs, n_steps)
    for mine, other, before in zip(ours, theirs, start, strict=True):
        torch.testing.assert_close(mine, other, atol=3e-4 * n_steps, rtol=0)
        assert (mine - before).abs().max() > 3e-3 * n_steps


def test_in_float32_muon_agrees_with_torch_up_to_the_rounding_of_bfloat16():
    ours, theirs, start = weights(SHAPES), weights(SHAPES), weights(SHAPES)
    stepped(Muon(named(ours), **SETTINGS), ours, 1)
    stepped(torch.optim.Muon(theirs, **SETTINGS), theirs, 1)
    for mine, other, before in zip(ours, theirs, start, strict=True):
        assert (mine - other).norm() < 0.03 * (mine - before).norm()


def test_weights_kept_per_head_step_as_their_matrices_do():
    heads = weights(list(PER_HEAD.values()))
    matrices = [
        nn.Parameter(as_matrix(n, w.detach()).clone()) for n, w in zip(PER_HEAD, heads, strict=True)
    ]
    per_head = Muon(list(zip(PER_HEAD, heads, strict=True)), **SETTINGS)
    as_matrices = Muon(named(matrices), **SETTINGS)
    for seed in range(3):
        for name, head, matrix in zip(PER_HEAD, heads, matrices, strict=True):
            head.grad = weights([head.shape], seed)[0].detach()
            matrix.grad = as_matrix(name, head.grad).clone()
        per_head.step()
        as_matrices.step()
    for name, head, matrix in zip(PER_HEAD, heads, matrices, strict=True):
        torch.testing.assert_close(as_matrix(name, head), matrix, atol=1e-6, rtol=1e-5)


@pytest.mark.parametrize("shape", [(3, 16, 16), (2, 8, 32), (1, 1, 5)])
def test_orthogonalised_matrices_stretch_every_direction_about_alike(shape: tuple[int, ...]):
    """Steep ones too: singular values from 1 down to 1/20 come out between 0.6 and 1.3."""
    generator = torch.Generator().manual_seed(0)
    u, _, v = torch.linalg.svd(torch.randn(shape, generator=generator), full_matrices=False)
    steep = u @ torch.diag(torch.linspace(1, 0.05, shape[1])) @ v
    for matrices in (torch.randn(shape, generator=generator), steep):
        if shape[1] == shape[2]:
            matrices = matrices + 2 * torch.eye(shape[1])  # a square draw may be nearly singular
        values = torch.linalg.svdvals(orthogonalised(matrices))
        assert values.min() > 0.6 and values.max() < 1.3


def test_orthogonalising_keeps_the_directions():
    """What comes out is U f(S) Vᵀ with the same U and V: UᵀXV is diagonal."""
    m = torch.randn(1, 6, 9, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    u, _, vh = torch.linalg.svd(m, full_matrices=False)
    inside = (u.mT @ orthogonalised(m) @ vh.mT)[0]
    torch.testing.assert_close(inside, inside.diagonal().diag(), atol=1e-10, rtol=0)


def test_a_single_number_by_hand():
    """x = m/|m| = 1; each round x ← 3.4445x − 4.775x³ + 2.0315x⁵: .701, then 1.1 and so on."""
    x = 1.0
    for _ in range(5):
        x = 3.4445 * x - 4.7750 * x**3 + 2.0315 * x**5
    assert orthogonalised(torch.full((1, 1, 1), 9.0)).item() == pytest.approx(x, rel=1e-4)


def test_a_zero_gradient_moves_nothing():
    (weight,) = weights([(4, 6)])
    before, weight.grad = weight.detach().clone(), torch.zeros(4, 6)
    Muon(named([weight])).step()
    assert torch.equal(weight, before)


def test_weight_decay_by_hand():
    """With no gradient left, one step takes lr · decay = 0.1 · 0.5 = 5 % away."""
    weight = nn.Parameter(torch.full((2, 2), 4.0))
    weight.grad = torch.zeros(2, 2)
    Muon(named([weight]), lr=0.1, weight_decay=0.5).step()
    torch.testing.assert_close(weight.detach(), torch.full((2, 2), 3.8))


def test_a_weight_without_a_gradient_is_left_alone():
    still, moved = weights([(4, 6), (4, 6)])
    before, moved.grad = still.detach().clone(), torch.ones(4, 6)
    Muon(named([still, moved]), weight_decay=0.5).step()
    assert torch.equal(still, before)


def test_stacking_equal_shapes_changes_nothing():
    shapes = [(8, 32), (32, 8), (8, 32), (8, 8)]
    together, alone = weights(shapes), weights(shapes)
    optimizers = [Muon(named([param])) for param in alone]
    stack = Muon(named(together))
    for param, twin in zip(together, alone, strict=True):
        param.grad = twin.grad = param.detach().sin()
    stack.step()
    for optimizer in optimizers:
        optimizer.step()
    for param, twin in zip(together, alone, strict=True):
        torch.testing.assert_close(param, twin, atol=1e-6, rtol=1e-5)


def test_momentum_survives_saving():
    one, two = weights([(6, 6)]), weights([(6, 6)])
    first, second = Muon(named(one)), Muon(named(two))
    stepped(first, one, 3)
    with torch.no_grad():
        two[0].copy_(one[0])
    second.load_state_dict(copy.deepcopy(first.state_dict()))  # else both share the tensors
    stepped(first, one, 1)
    stepped(second, two, 1)
    assert torch.equal(one[0], two[0])


def test_what_is_no_matrix_is_refused():
    bias = nn.Parameter(torch.ones(3))
    bias.grad = torch.ones(3)
    with pytest.raises(ValueError, match="is not one of the model's matrices"):
        Muon([("b_out", bias)]).step()
