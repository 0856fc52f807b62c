"""Fine-tuning runs in a folder: interrupted, continued, opened to be measured.

runs/g/adapter.safetensors   what was trained, rounded to int8 (adapterfile.py), and how
runs/g/control.safetensors   the same, begun with random weights in place of the base's
runs/g/unfinished.safetensors   while it goes on: exact weights and the optimizers' memory
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import safetensors.torch
import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from gptlab import runs
from gptlab.files import write_atomically
from gptlab.finetuning import adapterfile
from gptlab.finetuning.labelling import Judged
from gptlab.finetuning.methods import LoRA, load_trained, trained
from gptlab.finetuning.running import Prepared, prepare
from gptlab.finetuning.settings import Settings
from gptlab.finetuning.stopping import Best
from gptlab.training import StepResult, Training

ADAPTER, CONTROL = "adapter.safetensors", "control.safetensors"
UNFINISHED = "unfinished.safetensors"


@dataclass
class Unfinished:
    """A run while it goes on.

    Args:
        prepared: Model, texts and objective.
        training: The run itself.
        best: The best weights so far.
        made: How it was made: command, date, machine, versions.
        log: What was measured on the way, one dictionary per look at the validation loss.
    """

    prepared: Prepared
    training: Training
    best: Best = field(default_factory=Best)
    made: dict[str, Any] = field(default_factory=dict)
    log: list[dict[str, Any]] = field(default_factory=list)

    def record(self, result: StepResult) -> None:
        """Add a step to the log, if the validation loss was measured at it."""
        if result.validation is None:
            return
        row = {"step": result.step, "loss": result.loss, "validation": result.validation.loss}
        if isinstance(result.validation, Judged):
            row["macro_accuracy"] = result.validation.macro_accuracy
        self.log.append({name: round(value, 5) for name, value in row.items()})

    def save(self, folder: Path) -> None:
        """Write all that going on needs, atomically, into one file."""
        groups = {
            "trained": trained(self.training.model),
            "best": self.best.weights,
            "state": self.training.state(),
        }
        tensors = {
            f"{group}.{name}": tensor.detach().cpu().contiguous()
            for group, part in groups.items()
            for name, tensor in part.items()
        }
        header = _facts(self.prepared) | {
            "training": self.training.counters(),
            "best": {k: getattr(self.best, k) for k in ("loss", "step", "n_worse")},
            "made": self.made,
            "log": self.log,
        }
        data = safetensors.torch.save(tensors, metadata={"gptlab": json.dumps(header)})
        write_atomically(folder / UNFINISHED, data)

    def finish(self, folder: Path, *, control: bool = False) -> None:
        """Write what was trained, and take the state of the run away."""
        facts = _facts(self.prepared) | {
            "control": control,
            "training": self.training.counters(),
            "best_step": self.best.step,
            "made": self.made,
            "log": self.log,
        }
        file = folder / (CONTROL if control else ADAPTER)
        adapterfile.save(trained(self.training.model), facts, file)
        if not control:
            (folder / UNFINISHED).unlink(missing_ok=True)


def start(settings: Settings, folder: Path, *, device: torch.device, **options: Any) -> Unfinished:
    """Begin a run in a folder that holds none.

    Args:
        settings: What to do.
        folder: Where it will be kept.
        device: What trains.
        options: Passed on to `Training`.

    Raises:
        FileExistsError: If the folder holds a run.
        FileNotFoundError: If there is no such base or table.
        ValueError: If the settings do not fit.
    """
    if (folder / UNFINISHED).exists():
        raise FileExistsError(
            f"{folder} holds a run that was stopped. Go on with it: gptlab finetune --resume "
            f"{folder}, or choose another folder with --out."
        )
    if (folder / ADAPTER).exists() or (folder / "checkpoint.safetensors").exists():
        raise FileExistsError(
            f"{folder} already holds a finished run. Choose another folder with --out."
        )
    prepared = prepare(settings, device=device)
    return Unfinished(prepared, prepared.training(**options))


def resume(folder: Path, *, device: torch.device, **options: Any) -> Unfinished:
    """Go on with a run where it was stopped; the same device gives the same numbers.

    Args:
        folder: The run's folder.
        device: What trains.
        options: Passed on to `Training`.

    Raises:
        FileNotFoundError: If no run was stopped there.
        ValueError: If the file is broken, or base or texts are no longer the same.
    """
    file = folder / UNFINISHED
    if not file.is_file():
        done = (folder / ADAPTER).is_file()
        told = "is finished" if done else "is not there"
        raise FileNotFoundError(
            f"there is nothing to go on with: the run in {folder} {told}. Begin one with gptlab "
            "finetune --out and another folder."
        )
    try:
        with safe_open(file, framework="pt") as opened:
            header = json.loads((opened.metadata() or {})["gptlab"])
            tensors = {name: opened.get_tensor(name) for name in opened.keys()}  # noqa: SIM118
        prepared = prepare(Settings.from_json(header["settings"]), device=device)
        counters, best = header["training"], Best(**header["best"])
    except (SafetensorError, json.JSONDecodeError, KeyError, TypeError) as problem:
        raise ValueError(
            f"{file} is not a whole run of this version of gptlab ({problem}). Begin anew with "
            "another folder."
        ) from problem
    _check(header, prepared, file)
    run = prepared.training(**options)
    load_trained(run.model, _part(tensors, "trained."))
    run.restore(_part(tensors, "state."), counters)
    best.weights = _part(tensors, "best.")
    return Unfinished(prepared, run, best, header["made"], header["log"])


def is_stored(folder: str | Path) -> bool:
    """Tell whether a folder holds a finished fine-tuning run."""
    return (Path(folder) / ADAPTER).is_file()


def open_run(
    folder: Path, *, device: torch.device, control: bool = False
) -> tuple[Prepared, dict[str, Any]]:
    """Open a finished run: its base with what was trained put in, and its texts.

    Args:
        folder: The run's folder.
        device: Where to put the model.
        control: Whether to open the one that began with random weights.

    Returns:
        The run, and what its file says about how it was made.

    Raises:
        FileNotFoundError: If there is no such run.
        ValueError: If the file is broken, or base or texts are no longer the same.
    """
    file = Path(folder) / (CONTROL if control else ADAPTER)
    weights, facts = adapterfile.read(file)
    settings = Settings.from_json(facts["settings"])
    prepared = prepare(settings, device=device, untrained=control)
    _check(facts, prepared, file)
    load_trained(prepared.model, weights)
    prepared.model.eval()
    return prepared, facts


def _facts(prepared: Prepared) -> dict[str, Any]:
    settings = prepared.settings
    method = settings.trains()
    facts: dict[str, Any] = {
        "settings": settings.to_json(),
        "base": settings.base,
        "base_sha256": prepared.base,
        "texts_sha256": runs.fingerprint(prepared.data.train),
        "classes": list(prepared.task.classes) if prepared.task else [],
    }
    if isinstance(method, LoRA):
        facts |= {"rank": method.rank, "scale": method.alpha / method.rank}
    return facts


def _check(header: dict[str, Any], prepared: Prepared, file: Path) -> None:
    now = _facts(prepared)
    for name, what in (("base_sha256", "base model"), ("texts_sha256", "training text")):
        if header[name] != now[name]:
            raise ValueError(
                f"the {what} is no longer the one that {file} was trained with. Bring it back, or "
                "train anew."
            )


def _part(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {n.removeprefix(prefix): t for n, t in tensors.items() if n.startswith(prefix)}
