"""Presets: sizes that fit together, and which one a machine and a budget get."""

import pytest
import torch

from gptlab.gpt import GPT
from gptlab.positions import LearnedPositions, RotaryPositions
from gptlab.presets import PRESETS, Preset, default_preset, lesson_preset
from gptlab.schedule import Budget, Minutes, Steps

CPU, CUDA = torch.device("cpu"), torch.device("cuda")


def n_parameters(preset: Preset) -> int:
    with torch.device("meta"):
        return GPT(preset.config(preset.vocab_size)).n_parameters


@pytest.mark.parametrize("preset", PRESETS.values(), ids=lambda preset: preset.name)
def test_a_preset_is_a_model_that_can_be_built(preset: Preset):
    assert n_parameters(preset) > 100_000
    assert preset.purpose and PRESETS[preset.name] is preset


@pytest.mark.parametrize(("name", "millions"), [("10m", 10), ("30m", 30)])
def test_the_presets_for_a_gpu_have_the_size_of_their_name(name: str, millions: int):
    assert n_parameters(PRESETS[name]) / 1e6 == pytest.approx(millions, rel=0.2)
    assert PRESETS[name].n_ctx == 512


@pytest.mark.parametrize(
    ("device", "budget", "name"),
    [
        (CPU, Minutes(1.0), "laptop"),
        (CPU, Minutes(2.0), "laptop"),
        (CPU, Minutes(5.0), "laptop-large"),
        (CPU, Steps(500), "laptop"),
        (CPU, Steps(5000), "laptop-large"),
        (CUDA, Minutes(1.0), "10m"),
    ],
)
def test_more_time_gets_a_larger_model(device: torch.device, budget: Budget, name: str):
    assert default_preset(device, budget).name == name


def test_the_models_of_the_lessons_are_gpt2s_and_those_for_speed_turn_their_positions():
    kinds = {name: preset.positions for name, preset in PRESETS.items()}
    assert kinds.pop("lesson") is kinds.pop("shakespeare") is LearnedPositions
    assert set(kinds.values()) == {RotaryPositions}


def test_the_first_lesson_trains_what_its_device_can():
    assert [lesson_preset(device).name for device in (CPU, CUDA)] == ["lesson", "10m"]
