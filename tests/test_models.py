"""The models that ship inside the package."""

from pathlib import Path

import pytest
import torch

import gptlab
from gptlab import checkpoints, rounding, runs

MODELS = Path(gptlab.__file__).parent / "models"
CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def shipped():
    return checkpoints.read(MODELS / "shakespeare.safetensors")


def test_the_files_are_small():
    assert (MODELS / "shakespeare.safetensors").stat().st_size <= 2_500_000
    assert sum(path.stat().st_size for path in checkpoints.snapshots().values()) <= 2_500_000


def test_the_rounded_numbers_are_the_model(shipped):
    again = rounding.rounded(shipped.model).state_dict()
    for name, weight in shipped.model.state_dict().items():
        assert torch.equal(again[name], weight), name


def test_it_says_how_it_was_made(shipped):
    made = shipped.info["made"]
    assert made["command"].startswith("gptlab train --preset shakespeare --steps")
    assert set(made) >= {"command", "date", "machine", "gptlab", "torch"}
    assert "commit" in made["gptlab"]
    assert shipped.info["training"]["seed"] == 0


def test_its_log_was_recorded_to_the_last_step(shipped):
    log = checkpoints.recorded_log("shakespeare")
    assert log[-1]["step"] == shipped.info["training"]["step"]
    assert log[-1]["validation"] < log[0]["loss"]
    before = shipped.info["measured"]["validation before rounding"]["nats_per_token"]
    assert log[-1]["validation"] == pytest.approx(before, abs=1e-4)


def test_its_training_text_is_the_corpus_of_today(shipped):
    from gptlab.data import Split

    train = Split.of(runs.open_corpus("shakespeare").train, shipped.tokenizer)
    assert runs.fingerprint(train) == shipped.info["training_text"]


def test_snapshots_go_from_the_first_step_to_the_last_and_learn():
    steps = checkpoints.snapshots()
    assert len(steps) == 8
    assert list(steps) == sorted(steps)
    assert min(steps) == 0
    text = runs.open_corpus("shakespeare").validation[:4000]
    losses = []
    for path in steps.values():
        model, tokenizer = checkpoints.load(path, "cpu")
        assert model.n_parameters <= 300_000
        losses.append(gptlab.evaluate(model, gptlab.data.Split.of(text, tokenizer)).loss)
    assert losses[0] > losses[3] > losses[7]


@pytest.mark.slow
def test_eval_repeats_the_recorded_losses(shipped):
    found = runs.measure("shakespeare", device=CPU)
    for split, evaluation in found.items():
        recorded = shipped.info["measured"][split]
        assert evaluation.loss == pytest.approx(recorded["nats_per_token"], abs=1e-4)
        assert evaluation.bits_per_byte == pytest.approx(recorded["bits_per_byte"], abs=1e-4)
