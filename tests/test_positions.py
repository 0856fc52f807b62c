"""Position schemes: what each adds, turns or subtracts."""

import math

import pytest
import torch

from gptlab.config import GPTConfig
from gptlab.positions import (
    POSITIONS,
    AlibiPositions,
    LearnedPositions,
    NoPositions,
    RotaryPositions,
    SinusoidalPositions,
    sinusoids,
)

CFG = GPTConfig(d_vocab=11, n_ctx=32, d_model=16, n_layers=1, n_heads=2)


def column(n_pos: int) -> torch.Tensor:
    return torch.arange(n_pos)[:, None]


@pytest.mark.parametrize(
    ("position", "place", "expected"),
    [
        (0, 0, 0.0),  # sin 0
        (0, 1, 1.0),  # cos 0
        (1, 0, math.sin(1)),  # ω_0 = 10000^0 = 1
        (2, 1, math.cos(2)),
        (5, 2, math.sin(5 / 100)),  # ω_1 = 10000^(−2/4) = 1/100
        (5, 3, math.cos(5 / 100)),
    ],
)
def test_sinusoids_by_hand(position: int, place: int, expected: float):
    """d = 4 has two waves, ω_0 = 1 and ω_1 = 1/100; sines in even places, cosines in odd ones."""
    assert sinusoids(6, 4)[position, place].item() == pytest.approx(expected, abs=1e-7)


def test_a_shift_of_position_is_one_turn_of_every_wave():
    """(sin, cos)(p + 3) is (sin, cos)(p) turned by 3ω, the same turn for every p (section 3.5)."""
    sin, cos = sinusoids(20, 8).double().unflatten(1, (4, 2)).unbind(-1)
    turn = 3 * 10_000.0 ** (-torch.arange(4, dtype=torch.float64) / 4)
    expected = sin[:-3] * turn.cos() + cos[:-3] * turn.sin()
    torch.testing.assert_close(sin[3:], expected, atol=1e-6, rtol=0)


def test_sinusoids_stay_exact_far_out():
    """In float32 the angle 100,000 · 10000^(−1/2) would already be off by some thousandths."""
    exact = math.sin(100_000 * 10_000 ** (-2 / 8))
    assert sinusoids(100_001, 8)[100_000, 2].item() == pytest.approx(exact, abs=1e-6)


def test_sinusoidal_positions_are_not_trained_and_not_saved():
    scheme = SinusoidalPositions(CFG)
    assert torch.equal(scheme.added(torch.tensor([3, 0])), sinusoids(32, 16)[[3, 0]])
    assert not list(scheme.parameters()) and not scheme.state_dict()


def test_learned_positions_look_up_their_rows():
    scheme = LearnedPositions(CFG)
    with torch.no_grad():
        scheme.W_pos.copy_(torch.arange(32 * 16).view(32, 16))
    assert scheme.added(torch.tensor([2, 0])).tolist() == scheme.W_pos[[2, 0]].tolist()
    assert scheme.added(torch.tensor([2]))[0, 0].item() == 32.0  # row 2 begins after 2 · 16


def test_rotary_turns_a_quarter_by_hand():
    """With d_head = 2 there is one pair with ω = 1: (1, 0) at position p becomes (cos p, sin p)."""
    scheme = RotaryPositions(GPTConfig(d_vocab=2, n_ctx=4, d_model=2, n_layers=1, n_heads=1))
    turned = scheme.turned(torch.tensor([1.0, 0.0]).expand(1, 4, 1, 2), torch.arange(4))
    expected = [[math.cos(p), math.sin(p)] for p in range(4)]
    torch.testing.assert_close(turned[0, :, 0], torch.tensor(expected))


def test_rotary_scores_depend_on_distance_alone():
    scheme, generator = RotaryPositions(CFG), torch.Generator().manual_seed(0)
    q, k = torch.randn(2, 1, 1, 2, 8, generator=generator)

    def score(m: int, n: int) -> torch.Tensor:
        turned = (scheme.turned(x, torch.tensor([p])) for x, p in ((q, m), (k, n)))
        return torch.stack(list(turned)).prod(0).sum(-1)

    for distance in (0, 1, 7):
        for m in (8, 20, 31):
            torch.testing.assert_close(score(m, m - distance), score(7, 7 - distance))
    assert not torch.allclose(score(9, 8), score(9, 7))  # and on distance they do depend


def test_rotary_keeps_lengths_and_leaves_position_zero_alone():
    scheme = RotaryPositions(CFG)
    x = torch.randn(2, 32, 2, 8, generator=torch.Generator().manual_seed(0))
    turned = scheme.turned(x, torch.arange(32))
    torch.testing.assert_close(turned.norm(dim=-1), x.norm(dim=-1))
    assert torch.equal(turned[:, 0], x[:, 0])


def test_rotary_needs_pairs():
    odd = GPTConfig(d_vocab=2, n_ctx=4, d_model=9, n_layers=1, n_heads=3)
    with pytest.raises(ValueError, match=r"d_head=3 is odd.*Choose d_model and n_heads"):
        RotaryPositions(odd)


def test_alibi_slopes_of_eight_heads_are_those_of_the_paper():
    """Press et al., section 3: 1/2, 1/4, …, 1/256."""
    scheme = AlibiPositions(GPTConfig(d_vocab=2, n_ctx=4, d_model=8, n_layers=1, n_heads=8))
    assert scheme.slopes.tolist() == [2.0**-h for h in range(1, 9)]


def test_alibi_lowers_scores_by_slope_times_distance():
    """Two heads: slopes 2^−4 and 2^−8; query 2 is 2, 1, 0 away from keys 0, 1, 2."""
    bias = AlibiPositions(CFG).bias(column(3), column(3).T)
    assert bias[0, 2].tolist() == [-2 / 16, -1 / 16, 0]
    assert bias[1, 2].tolist() == [-2 / 256, -1 / 256, 0]


def test_no_positions_change_nothing():
    scheme, x = NoPositions(CFG), torch.ones(1, 2, 2, 8)
    assert not scheme.adds
    assert scheme.bias(column(2), column(2).T) is None
    assert scheme.turned(x, torch.arange(2)) is x


@pytest.mark.parametrize("name", POSITIONS)
def test_every_scheme_works_one_way_only(name: str):
    scheme, x = POSITIONS[name](CFG), torch.ones(1, 3, 2, 8)
    if name == "LearnedPositions":
        torch.nn.init.ones_(scheme.W_pos)
    ways = [
        scheme.adds and bool(scheme.added(torch.arange(3)).any()),
        not torch.equal(scheme.turned(x, torch.arange(3)), x),
        scheme.bias(column(3), column(3).T) is not None,
    ]
    assert sum(ways) == (name != "NoPositions")
