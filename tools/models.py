"""Make the models that ship inside the package, from training runs.

    python -m tools.models train        the runs, about 25 minutes on two cores
    python -m tools.models ship         round them, measure them, write gptlab/models/
    python -m tools.models twins        both for the two models of lesson 6 alone, 6 minutes
    python -m tools.models lesson       snapshots and log for lessons 0, 2 and 8, a minute
    python -m tools.models recall       the small models of lesson 5 that recall a key, 2 minutes
    python -m tools.models taught       the fine-tuned models of lesson 7's lab, 5 minutes
    python -m tools.models chat         the adapter of lesson 7's chat model, 4 minutes

`make models` does the first two. The weights are part of every lesson, so they change only together
with a rebuild of all notebooks.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from gptlab import checkpoints, provenance, rounding, runs, training
from gptlab.checkpoints import Checkpoint
from gptlab.cli.progress import progress_bar
from gptlab.data import Split, Splits
from gptlab.evaluation import Evaluation
from gptlab.experiments import keeping, taught
from gptlab.files import write_atomically
from gptlab.finetuning import dialogue
from gptlab.gpt import GPT
from gptlab.objectives import Objective

ROOT = Path(__file__).resolve().parents[1]
MODELS = ROOT / "gptlab" / "models"
RUNS = ROOT / "runs"
COMMANDS = {
    "shakespeare": "--preset shakespeare --steps 4400",
    "lesson": "--preset lesson --steps 500 --snapshots 8",
    "twin_next": "--preset twins --positions rotary --steps 4000",
    "twin_masked": "--preset twins --positions rotary --objective masked --steps 4000",
}
TWINS = tuple(name for name in COMMANDS if name.startswith("twin_"))
LARGEST = 2_500_000  # bytes, of the model and of all snapshots together
LARGEST_TWIN = 450_000
LARGEST_ADAPTER = 100_000


def train() -> None:
    """Run all trainings from the beginning."""
    for name in COMMANDS:
        _train(name)


def ship() -> None:
    """Write the rounded models with their logs, and the snapshots of the first lesson's model."""
    MODELS.mkdir(exist_ok=True)
    _ship_model("shakespeare", LARGEST)
    _ship_lesson()
    for name in TWINS:
        _ship_model(name, LARGEST_TWIN)


def twins() -> None:
    """Train and ship the two models of lesson 6, and leave the others as they are."""
    for name in TWINS:
        _train(name)
        _ship_model(name, LARGEST_TWIN)


def lesson() -> None:
    """Train and ship the run that the first lessons and lesson 8 show, and leave the others."""
    _train("lesson")
    _ship_lesson()


def recall() -> None:
    """Train the models of lesson 5 that recall a key, and write them beside their experiments."""
    with progress_bar("recalling") as move:
        models = keeping.train(move)
    keeping.FILE.parent.mkdir(exist_ok=True)
    keeping.keep(models)
    _check_size([keeping.FILE], LARGEST_TWIN)


def teach() -> None:
    """Fine-tune the models of lesson 7's lab, and write what was trained of each."""
    with progress_bar("teaching") as move:
        taught.teach(move)
    for file in sorted(taught.FOLDER.glob("*.safetensors")):
        _check_size([file], LARGEST_ADAPTER)


def chat() -> None:
    """Teach the model that ships to answer, and write what was trained."""
    run = dialogue.learning()
    with progress_bar("teaching to answer") as move:
        for result in training.train(run):
            move(result.progress, f"step {result.step} · loss {result.loss:.3f}")
    for what, loss in dialogue.ship(run, {"made": provenance.made(dialogue.COMMAND)}).items():
        print(f"replies, {what}: {loss:.4f} nats per token")
    _check_size([dialogue.FILE], LARGEST_ADAPTER)


def _train(name: str) -> None:
    options = COMMANDS[name].split()
    command = [*"-m gptlab.cli train".split(), *options, "--out", str(RUNS / name)]
    subprocess.run([sys.executable, *command], check=True)


def _ship_model(name: str, largest: int) -> None:
    made = checkpoints.read(RUNS / name, with_state=True)
    _ship_log(name, made.info)
    del made.info["log"]
    data = Splits.of(runs.open_corpus(made.info["corpus"]), made.tokenizer)
    small = rounding.rounded(made.model)
    objective = runs.objective_of(made.info)
    found = {
        "validation": _measured(objective, small, data.validation, "validation"),
        "test": _measured(objective, small, data.test, "test"),
        "validation before rounding": _measured(
            objective, made.model, data.validation, "validation before rounding"
        ),
    }
    measured = {
        key: {"nats_per_token": e.loss, "bits_per_byte": e.bits_per_byte}
        for key, e in found.items()
    }
    info = {**made.info, "measured": measured}
    path = MODELS / f"{name}.safetensors"
    checkpoints.save(Checkpoint(small, made.tokenizer, info), path, rounded=True)
    for key, evaluation in found.items():
        print(f"{key}: {evaluation}")
    cost = found["validation"].bits_per_byte - found["validation before rounding"].bits_per_byte
    print(f"rounding costs {cost:+.4f} bits per byte")
    _check_size([path], largest)


def _ship_log(name: str, info: dict[str, Any]) -> None:
    rows = [{"made": info["made"]}, *info["log"]]
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    write_atomically(MODELS / f"{name}.log.jsonl", lines.encode())


def _ship_lesson() -> None:
    folder = MODELS / "lesson_snapshots"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(RUNS / "lesson" / "snapshots", folder)
    _check_size(sorted(folder.iterdir()), LARGEST)
    _ship_log("lesson", checkpoints.read(RUNS / "lesson", with_state=True).info)


def _measured(objective: Objective, model: GPT, split: Split, what: str) -> Evaluation:
    with progress_bar(f"measuring {what}") as move:
        return objective.evaluate(model, split, progress=move)


def _check_size(files: list[Path], largest: int) -> None:
    size = sum(file.stat().st_size for file in files)
    print(f"{size:,} bytes in {len(files)} files from {files[0].relative_to(ROOT)} on")
    if size > largest:
        sys.exit(f"{size:,} bytes are more than {largest:,}: choose smaller sizes")


if __name__ == "__main__":
    for step in sys.argv[1:] or ("train", "ship"):
        {
            "train": train,
            "ship": ship,
            "twins": twins,
            "lesson": lesson,
            "recall": recall,
            "taught": teach,
            "chat": chat,
        }[step]()
