"""Adapters as whole numbers: what is read back is what a page reads, and little is lost."""

import json
from pathlib import Path

import pytest
import safetensors.torch
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from gptlab.finetuning import adapterfile
from gptlab.widgets.assets import asset


def tensors(seed: int = 0) -> dict[str, Tensor]:
    generator = torch.Generator().manual_seed(seed)
    shapes = {"blocks.0.attn.W_Q.A": (12, 3), "blocks.0.attn.W_Q.B": (3, 12), "b_head": (3,)}
    return {name: torch.randn(shape, generator=generator) for name, shape in shapes.items()}


def test_by_hand_each_long_side_has_its_scale(tmp_path: Path) -> None:
    """A of 2 × 1 lies down as one row [254, −2]: scale 254 / 127 = 2, numbers 127 and −1."""
    adapterfile.save({"W.A": torch.tensor([[254.0], [-2.0]])}, {"scale": 1.0}, tmp_path / "a")
    stored = safetensors.torch.load_file(tmp_path / "a")
    assert stored["W.A.int8"].tolist() == [[127, -1]]
    assert stored["W.A.scales"].tolist() == [2.0]
    assert adapterfile.read(tmp_path / "a")[0]["W.A"].tolist() == [[254.0], [-2.0]]


def test_what_is_read_back_is_what_was_rounded(tmp_path: Path) -> None:
    before = tensors()
    adapterfile.save(before, {"scale": 2.0, "kind": "chat"}, tmp_path / "a")
    weights, facts = adapterfile.read(tmp_path / "a")
    rounded = adapterfile.rounded(before)
    assert (facts["scale"], facts["kind"]) == (2.0, "chat")
    assert weights.keys() == before.keys()
    for name, weight in weights.items():
        assert torch.equal(weight, rounded[name])
        assert weight.shape == before[name].shape


@given(st.integers(0, 1000))
def test_rounding_moves_a_number_by_half_a_scale_at_most_and_a_second_time_by_nothing(
    seed: int,
) -> None:
    before = tensors(seed)
    after = adapterfile.rounded(before)
    for name, weight in before.items():
        assert (weight - after[name]).abs().max() <= weight.abs().max() / 127 * 0.51
    for name, weight in adapterfile.rounded(after).items():
        assert torch.equal(weight, after[name])


def test_a_file_that_is_not_whole_is_refused(tmp_path: Path) -> None:
    adapterfile.save(tensors(), {"scale": 1.0}, tmp_path / "a")
    whole = (tmp_path / "a").read_bytes()
    (tmp_path / "cut").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ValueError, match="is not a whole safetensors file"):
        adapterfile.read(tmp_path / "cut")
    with pytest.raises(FileNotFoundError, match="there is no adapter at"):
        adapterfile.read(tmp_path / "missing")


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    header = {"gptlab": json.dumps({"format": 1})}
    (tmp_path / "a").write_bytes(safetensors.torch.save({"x": torch.zeros(1)}, metadata=header))
    with pytest.raises(ValueError, match="expected an adapter of format 1"):
        adapterfile.read(tmp_path / "a")


def test_a_weight_that_is_no_number_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="infinite or not a number"):
        adapterfile.save({"W.A": torch.full((2, 2), torch.nan)}, {"scale": 1.0}, tmp_path / "a")
    assert not (tmp_path / "a").exists()


def test_an_adapter_that_there_is_not_is_no_asset() -> None:
    with pytest.raises(ValueError, match="there is no asset 'adapter/nothing'"):
        asset("adapter/nothing")
