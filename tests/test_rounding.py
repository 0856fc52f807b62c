"""Rounding to int8: exact products, small errors, nothing changed the second time."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from torch import Tensor

from gptlab.attention import as_matrix
from gptlab.config import GPTConfig
from gptlab.gpt import GPT
from gptlab.layers import NoNorm
from gptlab.positions import RotaryPositions
from gptlab.rounding import from_int8, pack, round_to_int8, rounded, unpack

CFG = GPTConfig(d_vocab=13, n_ctx=9, d_model=20, n_layers=2, n_heads=2, d_mlp=33)
MATRICES = arrays(
    np.float32,
    array_shapes(min_dims=2, max_dims=2, max_side=6),
    elements=st.floats(width=32, allow_nan=False, allow_infinity=False),
).map(torch.from_numpy)


def gpt(seed: int = 0, **parts) -> GPT:
    """A model whose biases and norms are random too."""
    generator = torch.Generator().manual_seed(seed)
    model = GPT(CFG, generator=generator, **parts)
    with torch.no_grad():
        for weight in model.parameters():
            weight.add_(torch.randn(weight.shape, generator=generator), alpha=0.1)
    return model


def restored(name: str, weight: Tensor) -> Tensor:
    return from_int8(name, *round_to_int8(name, weight), weight.shape)


def test_rounding_by_hand():
    """Row 1: max 1.27, scale 0.01, so 0.5 → 50 and −0.104 → −10. Row 2: max 12.7, scale 0.1."""
    weight = torch.tensor([[1.27, 0.5, -0.104], [-12.7, 0.04, 0.16]])
    numbers, scales = round_to_int8("W_in", weight)
    assert numbers.dtype == torch.int8
    assert numbers.tolist() == [[127, 50, -10], [-127, 0, 2]]
    torch.testing.assert_close(scales, torch.tensor([0.01, 0.1]), rtol=2**-16, atol=0)


def test_halves_go_to_the_even_neighbour():
    """Scale 2: 1 / 2 = 0.5 → 0, 3 / 2 = 1.5 → 2, 5 / 2 = 2.5 → 2."""
    numbers, _ = round_to_int8("W_in", torch.tensor([[254.0, 1.0, 3.0, 5.0, -1.0, -3.0]]))
    assert numbers.tolist() == [[127, 0, 2, 2, 0, -2]]


def test_heads_stand_side_by_side_in_a_row():
    """A row of W_Q is one coordinate of the stream, and its scale serves all heads."""
    weight = torch.zeros(2, 3, 4)  # head, d_model, d_head
    weight[0, 1, 2], weight[1, 1, 3] = 127.0, -254.0
    numbers, scales = round_to_int8("blocks.0.attn.W_Q", weight)
    assert scales.tolist() == [0.0, 2.0, 0.0]
    assert numbers.tolist() == [[0] * 8, [0, 0, 64, 0, 0, 0, 0, -127], [0] * 8]


@pytest.mark.parametrize("name", ["W_Q", "W_O"])
def test_a_weight_gets_its_own_shape_back(name: str):
    weight = gpt().state_dict()[f"blocks.0.attn.{name}"]
    again = restored(name, weight)
    assert again.shape == weight.shape
    torch.testing.assert_close(again, weight, rtol=0, atol=weight.abs().max().item() / 253)


@given(weight=MATRICES)
def test_no_weight_moves_by_more_than_half_a_step(weight: Tensor):
    """Half a step, and the share 2⁻¹⁶ of the row's maximum that cutting the scale costs."""
    again = restored("W_in", weight).double()
    top = weight.double().abs().amax(dim=1, keepdim=True)
    step = top / 127
    coarse = 127 * 2.0**-142  # below float32's smallest normal number, cutting the scale costs more
    assert ((again - weight.double()).abs() <= step * (0.5 + 127 * 2.0**-16) + coarse).all()


@given(weight=MATRICES)
def test_every_product_is_exact_in_float32(weight: Tensor):
    """So JavaScript's Math.fround(q * scale), computed in float64, is the same number."""
    numbers, scales = round_to_int8("W_in", weight)
    in_float64 = numbers.double() * scales.double()[:, None]
    assert torch.equal(from_int8("W_in", numbers, scales, weight.shape).double(), in_float64)


@given(weight=MATRICES)
def test_rounding_a_second_time_changes_nothing(weight: Tensor):
    numbers, scales = round_to_int8("W_in", weight)
    again = round_to_int8("W_in", from_int8("W_in", numbers, scales, weight.shape))
    assert torch.equal(again[0], numbers) and torch.equal(again[1], scales)


@given(weight=MATRICES)
def test_a_negative_weight_rounds_like_the_positive_one(weight: Tensor):
    assert torch.equal(restored("W_in", -weight), -restored("W_in", weight))


def test_the_error_is_that_of_even_steps():
    """Even steps of width s have mean squared error s² / 12."""
    weight = torch.randn(64, 4096, generator=torch.Generator().manual_seed(0))
    _, scales = round_to_int8("W_in", weight)
    mean_square = (restored("W_in", weight) - weight).square().mean(dim=1)
    torch.testing.assert_close(mean_square, scales.square() / 12, rtol=0.1, atol=0)


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), -float("inf")])
def test_a_weight_that_is_no_number_is_refused(bad: float):
    with pytest.raises(ValueError, match=r"^blocks\.0\.mlp\.W_in holds numbers that are infinite"):
        round_to_int8("blocks.0.mlp.W_in", torch.tensor([[1.0, bad]]))


def test_a_packed_model_holds_int8_matrices_and_float32_vectors():
    model = gpt()
    packed = pack(model)
    for name, weight in model.state_dict().items():
        if not name.rpartition(".")[2].startswith("W_"):
            assert torch.equal(packed[name], weight)
            continue
        rows, columns = as_matrix(name, weight).shape
        assert packed[f"{name}.int8"].dtype == torch.int8
        assert packed[f"{name}.int8"].shape == (rows, columns)
        assert packed[f"{name}.scales"].shape == (rows,)
        assert name not in packed
    assert packed["blocks.1.attn.b_Q"].shape == (2, 10)


def test_a_packed_model_takes_about_a_quarter_of_the_room():
    """Matrices shrink to a quarter; scales and biases cost some of that in a model this small."""
    model = gpt()
    size = sum(tensor.nbytes for tensor in pack(model).values())
    assert size < 0.45 * sum(tensor.nbytes for tensor in model.state_dict().values())


@pytest.mark.parametrize("parts", [{}, {"positions": RotaryPositions}, {"norm": NoNorm}])
def test_a_rounded_model_survives_packing_bit_for_bit(parts: dict):
    model = rounded(gpt(**parts))
    state = unpack(gpt(seed=1, **parts), pack(model))
    assert state.keys() == model.state_dict().keys()
    for name, weight in model.state_dict().items():
        assert torch.equal(state[name], weight), name


def test_rounding_leaves_the_model_itself_alone_and_stays_close():
    model = gpt().eval()
    before = {name: weight.clone() for name, weight in model.state_dict().items()}
    tokens = torch.arange(9)[None]
    other = rounded(model)
    for name, weight in model.state_dict().items():
        assert torch.equal(weight, before[name]), name
    assert not torch.equal(other.W_E, model.W_E)
    torch.testing.assert_close(other(tokens), model(tokens), rtol=0, atol=0.05)


def test_a_model_in_another_precision_is_packed_as_float32():
    packed = pack(gpt().double())
    assert {tensor.dtype for tensor in packed.values()} == {torch.int8, torch.float32}


@pytest.mark.parametrize(
    ("name", "change", "message"),
    [
        ("W_E.scales", None, r"W_E\.scales: expected float32 \(13,\), got none"),
        ("blocks.2.attn.b_O", torch.zeros(20), r"blocks\.2\.attn\.b_O: expected no such tensor"),
        ("W_E.scales", torch.zeros(12), r"expected float32 \(13,\), got float32 \(12,\)"),
        ("W_E.int8", torch.zeros(13, 20), r"expected int8 \(13, 20\), got float32 \(13, 20\)"),
        ("ln_f.bias", torch.zeros(20).double(), r"expected float32 \(20,\), got float64 \(20,\)"),
    ],
)
def test_a_tensor_that_does_not_fit_is_named(name: str, change: Tensor | None, message: str):
    packed = pack(gpt())
    packed.pop(name, None)
    if change is not None:
        packed[name] = change
    with pytest.raises(ValueError, match=message):
        unpack(gpt(), packed)


def test_the_tensors_of_an_unrounded_model_are_refused():
    model = gpt()
    with pytest.raises(ValueError, match=r"do not fit this model: W_E\.int8: expected int8"):
        unpack(model, model.state_dict())


def test_modules_other_than_gpt_can_be_packed():
    mlp = gpt().blocks[0].mlp
    packed = pack(mlp)
    assert set(packed) == {
        "W_in.int8",
        "W_in.scales",
        "b_in",
        "W_out.int8",
        "W_out.scales",
        "b_out",
    }
    mlp.load_state_dict(unpack(mlp, packed))
