"""Untrained weights look like GPT-2's first ones, and their hash is the page's."""

import hashlib

import numpy as np
import pytest
import torch

from gptlab.checkpoints import describe
from gptlab.config import GPTConfig
from gptlab.gpt import GPT
from gptlab.hashing import hash32, hashed, uniform
from gptlab.layers import NoNorm, replace
from gptlab.masks import SlidingWindow
from gptlab.positions import RotaryPositions
from gptlab.untrained import normal, untrained_twin

CFG = GPTConfig(d_vocab=300, n_ctx=16, d_model=64, n_layers=2, n_heads=4)


@pytest.fixture
def trained() -> GPT:
    model = GPT(CFG)
    with torch.no_grad():
        for weight in model.parameters():
            weight.fill_(3.0)
    return model


# The hash


def test_the_mixing_is_the_published_one() -> None:
    """lowbias32 of 1 as its author's C gives it, with our constant taken off first."""
    x = 1
    x = (x ^ x >> 16) * 0x7FEB352D % 2**32
    x = (x ^ x >> 15) * 0x846CA68B % 2**32
    x ^= x >> 16
    assert hashed(1 - 0x9E3779B9) == x


def test_each_flipped_bit_flips_about_half_of_the_hash() -> None:
    numbers = np.arange(4096, dtype=np.uint32)
    for bit in range(32):
        changed = hash32(numbers) ^ hash32(numbers ^ np.uint32(1 << bit))
        assert 15.5 < np.bitwise_count(changed).mean() < 16.5, bit


def test_no_two_numbers_share_a_hash() -> None:
    assert len(np.unique(hash32(np.arange(2**20, dtype=np.uint32)))) == 2**20


def test_a_number_outside_32_bits_counts_from_the_other_end() -> None:
    assert hashed(-1) == hashed(2**32 - 1)
    assert hashed(2**32 + 5) == hashed(5)


def test_uniform_numbers_fill_the_line_and_do_not_follow_each_other() -> None:
    numbers = np.array([uniform(seed, step) for seed in range(20) for step in range(500)])
    assert 0 <= numbers.min() < 0.001
    assert 0.999 < numbers.max() < 1
    counts, _edges = np.histogram(numbers, bins=20, range=(0, 1))
    assert abs(counts - 500).max() < 5 * np.sqrt(500)
    assert abs(np.corrcoef(numbers[:-1], numbers[1:])[0, 1]) < 0.04


# The weights


def test_numbers_are_sums_of_twelve_pieces_of_sixteen_bits() -> None:
    """Each hash gives two pieces; twelve pieces of 65,535 / 2 on average add up to 393,210."""
    start = hashed(hashed(5) ^ 2)
    stride = hashed(start) | 1
    hashes = [hashed(start + i * stride) for i in range(6)]
    total = sum((bits & 0xFFFF) + (bits >> 16) for bits in hashes)
    [number] = normal(1, 1.0, seed=5, number=2).tolist()
    assert number == (total - 393_210) / 65_536


def test_numbers_are_nearly_normal() -> None:
    """The sum of n uniform numbers has kurtosis 3 − 6/(5n); with n = 12 that is 2.9."""
    z = normal(400_000, 1.0, seed=0, number=0).astype(np.float64)
    assert abs(z.mean()) < 0.01
    assert abs(z.std() - 1) < 0.01
    assert abs((z**4).mean() - 2.9) < 0.03
    assert abs((abs(z) < 1).mean() - 0.6827) < 0.005


def test_weights_are_as_wide_as_gpt2s(trained: GPT) -> None:
    twin = untrained_twin(trained)
    for name, weight in twin.named_parameters():
        short = name.rpartition(".")[2]
        if short.startswith("W_"):
            std = 0.01 if short in ("W_O", "W_out") else 0.02  # 0.02 / √(2 · 2) = 0.01
            assert weight.std().item() == pytest.approx(std, rel=0.05), name
        else:
            assert weight.eq(1 if short == "weight" else 0).all(), name


def test_the_trained_model_is_left_as_it_was(trained: GPT) -> None:
    untrained_twin(trained)
    assert all(weight.eq(3).all() for weight in trained.parameters())


def test_sizes_and_parts_are_the_same() -> None:
    parts = {"positions": RotaryPositions, "mask": SlidingWindow(3), "norm": NoNorm}
    model = GPT(CFG, residual=replace, **parts)
    twin = untrained_twin(model)
    assert describe(twin) == describe(model)
    tokens = torch.tensor([[1, 2, 3]])
    assert twin(tokens).shape == model(tokens).shape


def test_a_seed_gives_the_same_weights_and_another_seed_others(trained: GPT) -> None:
    first, again, other = (untrained_twin(trained, seed).W_E for seed in (1, 1, 2))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_no_two_parameters_are_alike(trained: GPT) -> None:
    block = untrained_twin(trained).blocks[0].attn
    flat = torch.stack([weight.flatten() for weight in (block.W_Q, block.W_K, block.W_V)])
    assert (torch.corrcoef(flat) - torch.eye(3)).abs().max() < 0.05


def test_the_weights_never_change() -> None:
    """Stored pages and lessons show this control: another SHA-256 would be another model."""
    found = hashlib.sha256()
    for weight in untrained_twin(GPT(CFG), seed=1).parameters():
        found.update(weight.detach().numpy().astype("<f4").tobytes())
    assert found.hexdigest() == "3875b980a7dff1171db3371b159c348afc74fda41a162202901799aa3ffe0df1"
