"""Sizes of a GPT: what is derived from them, and which are refused."""

from copy import copy
from dataclasses import FrozenInstanceError, replace
from typing import Any

import pytest

from gptlab.config import GPTConfig

CFG = GPTConfig(d_vocab=11, n_ctx=8, d_model=12, n_layers=2, n_heads=3)


def test_heads_share_the_width_and_the_mlp_is_four_times_as_wide():
    """12 / 3 heads = 4 wide each; 4 · 12 = 48, GPT-2's choice."""
    assert (CFG.d_head, CFG.d_mlp) == (4, 48)
    assert replace(CFG, d_mlp=5).d_mlp == 5


def test_a_configuration_does_not_change():
    with pytest.raises(FrozenInstanceError):
        CFG.n_ctx = 9  # type: ignore[misc]


@pytest.mark.parametrize("name", ["d_vocab", "n_ctx", "d_model", "n_layers", "n_heads"])
@pytest.mark.parametrize("size", [0, -1, 1.5, "8", None])
def test_a_size_is_a_whole_number_of_at_least_one(name: str, size: Any):
    """Set from behind, because the type check of the tests would refuse "8" first."""
    cfg = copy(CFG)
    object.__setattr__(cfg, name, size)
    with pytest.raises(ValueError, match=rf"{name} .*whole number of at least 1; got {size!r}"):
        cfg.__post_init__()


def test_a_negative_mlp_width_is_refused():
    with pytest.raises(ValueError, match=r"d_mlp .* at least 1; got -1"):
        replace(CFG, d_mlp=-1)


@pytest.mark.parametrize(("d_model", "n_heads", "advice"), [(13, 3, 12), (2, 3, 3), (100, 8, 96)])
def test_uneven_heads_are_refused_with_a_width_that_works(d_model: int, n_heads: int, advice: int):
    with pytest.raises(ValueError, match=rf"d_model={d_model} .* Choose d_model={advice},"):
        replace(CFG, d_model=d_model, n_heads=n_heads)
    assert replace(CFG, d_model=advice, n_heads=n_heads).d_model == advice


@pytest.mark.parametrize("dropout", [-0.1, 1.0, 2.0, float("nan")])
def test_dropout_is_a_share_below_one(dropout: float):
    with pytest.raises(ValueError, match=f"from 0 up to but not 1; got {dropout}"):
        replace(CFG, dropout=dropout)
