"""Make the models that ship inside the package, from training runs.

    python -m tools.models train        the runs, about 20 minutes on two cores
    python -m tools.models ship         round them, measure them, write gptlab/models/

`make models` does both. The weights are part of every lesson, so they change only together with a
rebuild of all notebooks.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import torch

from gptlab import checkpoints, rounding, runs
from gptlab.checkpoints import Checkpoint
from gptlab.cli.progress import progress_bar
from gptlab.data import Splits
from gptlab.evaluation import Evaluation, evaluate
from gptlab.files import write_atomically

ROOT = Path(__file__).resolve().parents[1]
MODELS = ROOT / "gptlab" / "models"
RUNS = ROOT / "runs"
COMMANDS = {
    "shakespeare": "--preset shakespeare --steps 4400",
    "lesson": "--preset lesson --steps 500 --snapshots 8",
}
LARGEST = 2_500_000  # bytes, of the model and of all snapshots together


def train() -> None:
    """Run both trainings from the beginning."""
    for name, options in COMMANDS.items():
        command = [*"-m gptlab.cli train".split(), *options.split(), "--out", str(RUNS / name)]
        subprocess.run([sys.executable, *command], check=True)


def ship() -> None:
    """Write the rounded model with its log, and the snapshots of the first lesson's model."""
    MODELS.mkdir(exist_ok=True)
    _ship_model("shakespeare")
    _ship_snapshots("lesson")


def _ship_model(name: str) -> None:
    made = checkpoints.read(RUNS / name, with_state=True)
    log = made.info.pop("log")
    data = Splits.of(runs.open_corpus(made.info["corpus"]), made.tokenizer)
    small = rounding.rounded(made.model)
    found = {
        "validation": _measured(small, data, "validation"),
        "test": _measured(small, data, "test"),
        "validation before rounding": _measured(made.model, data, "validation"),
    }
    measured = {
        key: {"nats_per_token": e.loss, "bits_per_byte": e.bits_per_byte}
        for key, e in found.items()
    }
    info = {**made.info, "measured": measured}
    path = MODELS / f"{name}.safetensors"
    checkpoints.save(Checkpoint(small, made.tokenizer, info), path, rounded=True)
    lines = "".join(json.dumps(row) + "\n" for row in [{"made": info["made"]}, *log])
    write_atomically(MODELS / f"{name}.log.jsonl", lines.encode())
    for key, evaluation in found.items():
        print(f"{key}: {evaluation}")
    cost = found["validation"].bits_per_byte - found["validation before rounding"].bits_per_byte
    print(f"rounding costs {cost:+.4f} bits per byte")
    _check_size([path])


def _ship_snapshots(name: str) -> None:
    folder = MODELS / f"{name}_snapshots"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(RUNS / name / "snapshots", folder)
    _check_size(sorted(folder.iterdir()))


def _measured(model: torch.nn.Module, data: Splits, split: str) -> Evaluation:
    with progress_bar(f"measuring {split}") as move:
        return evaluate(model, getattr(data, split), progress=move)  # type: ignore[arg-type]


def _check_size(files: list[Path]) -> None:
    size = sum(file.stat().st_size for file in files)
    print(f"{size:,} bytes in {len(files)} files from {files[0].relative_to(ROOT)} on")
    if size > LARGEST:
        sys.exit(f"{size:,} bytes are more than {LARGEST:,}: choose smaller sizes")


if __name__ == "__main__":
    for step in sys.argv[1:] or ("train", "ship"):
        {"train": train, "ship": ship}[step]()
