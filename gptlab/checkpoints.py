"""Models on disk: one safetensors file holds weights, sizes, tokenizer and how it was made.

One file, because it can be replaced in one move: weights and the state of an interrupted run can
then never belong to different steps.
"""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

import safetensors.torch
import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor, nn

from gptlab import masks, rounding, tokenizers
from gptlab.config import GPTConfig
from gptlab.devices import best_device
from gptlab.files import write_atomically
from gptlab.gpt import GPT
from gptlab.layers import NORMS, RESIDUALS
from gptlab.positions import POSITIONS
from gptlab.tokenizers import Tokenizer

FORMAT = 1
FILENAME = "checkpoint.safetensors"
_MODELS = resources.files("gptlab") / "models"


@dataclass
class Checkpoint:
    """What one file holds.

    Args:
        model: The model, on the CPU.
        tokenizer: The tokenizer that its ids come from.
        info: How it was made, as JSON values: corpus, seed, command, measured losses.
        state: Tensors that only a continued run needs; empty in a finished model.
    """

    model: GPT
    tokenizer: Tokenizer
    info: dict[str, Any] = field(default_factory=dict)
    state: dict[str, Tensor] = field(default_factory=dict)


def save(checkpoint: Checkpoint, path: Path, *, rounded: bool = False) -> None:
    """Write a checkpoint atomically.

    Args:
        checkpoint: What to write.
        path: The file; a folder takes `checkpoint.safetensors` inside it.
        rounded: Whether to store matrices as int8, a quarter of the size. What is read back then
            is the rounded model.

    Raises:
        ValueError: If a weight is infinite or not a number, or a part could not be built again.
        OSError: If the disk is full or the folder cannot be written; an earlier file still stands.
    """
    model = checkpoint.model
    _refuse_infinite(model, path)
    weights = rounding.pack(model) if rounded else model.state_dict()
    tensors = {f"model.{name}": tensor for name, tensor in weights.items()}
    tensors |= {f"state.{name}": tensor for name, tensor in checkpoint.state.items()}
    header = {
        "format": FORMAT,
        "rounded": rounded,
        "model": describe(model),
        "tokenizer": checkpoint.tokenizer.to_json(),
        "info": checkpoint.info,
    }
    data = safetensors.torch.save(
        {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()},
        metadata={"gptlab": json.dumps(header, ensure_ascii=False)},
    )
    write_atomically(_file(path), data)


def read(path: Path, *, with_state: bool = False) -> Checkpoint:
    """Read a checkpoint.

    Args:
        path: The file, or the folder of a run.
        with_state: Whether to read what only a continued run needs.

    Raises:
        FileNotFoundError: If there is none.
        ValueError: If the file is a pickle, is not whole, or its tensors do not fit its sizes.
    """
    file = _file(path)
    _refuse_unreadable(file)
    try:
        with safe_open(file, framework="pt") as opened:
            header = json.loads((opened.metadata() or {}).get("gptlab", "null"))
            wanted = ("model.", "state.") if with_state else ("model.",)
            names = [name for name in opened.keys() if name.startswith(wanted)]  # noqa: SIM118
            tensors = {name: opened.get_tensor(name) for name in names}
    except (SafetensorError, json.JSONDecodeError, UnicodeDecodeError) as problem:
        raise ValueError(
            f"{file} is not a whole safetensors file ({problem}); it was cut short or changed. "
            "Use an earlier copy, or train the model again."
        ) from problem
    if not isinstance(header, dict) or header.get("format") != FORMAT:
        raise ValueError(
            f"{file} was not written by this version of gptlab: expected a header of format "
            f"{FORMAT}. For a Hugging Face directory use gptlab.weights.from_hf."
        )
    model = rebuild(header["model"])
    weights = _part(tensors, "model.")
    _load_weights(model, rounding.unpack(model, weights) if header["rounded"] else weights, file)
    tokenizer = tokenizers.from_json(header["tokenizer"])
    return Checkpoint(model, tokenizer, header["info"], _part(tensors, "state."))


def load(name: str | Path, device: str | torch.device | None = None) -> tuple[GPT, Tokenizer]:
    """Open a model and its tokenizer, ready to be looked into.

    Args:
        name: `shakespeare` for the model that ships with gptlab, or a run's folder, or a file.
        device: Where to put it, such as "cpu"; the best one that is there if not given.

    Raises:
        FileNotFoundError: If there is no such model.
        ValueError: If the file is broken or of another kind.

    Example:
        >>> model, tokenizer = load("shakespeare", device="cpu")
        >>> model.cfg.n_ctx
        256
    """
    checkpoint = read(locate(name))
    model = checkpoint.model.to(device or best_device())
    model.eval()
    return model, checkpoint.tokenizer


def locate(name: str | Path) -> Path:
    """Find the file of a shipped model or of a run.

    Raises:
        FileNotFoundError: If there is neither.
    """
    file = _file(Path(name))
    shipped = Path(str(_MODELS / f"{name}.safetensors"))
    for candidate in (file, shipped):
        if candidate.is_file():
            return candidate
    known = ", ".join(path.stem for path in sorted(shipped.parent.glob("*.safetensors")))
    raise FileNotFoundError(
        f"there is no model {str(name)!r}: neither {file} nor one that ships with gptlab "
        f"({known or 'none'}). Train one with: gptlab train --out {name}"
    )


def recorded_log(name: str) -> list[dict[str, Any]]:
    """Return the log of a shipped model's training, one row per logged step.

    Rows have step, seconds, loss, lr and grad_norm; some have validation and bits_per_byte too.

    Raises:
        FileNotFoundError: If no model of that name ships with gptlab.
    """
    file = Path(str(_MODELS / f"{name}.log.jsonl"))
    if not file.is_file():
        file = locate(name).with_suffix(".log.jsonl")
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    return rows[1:]  # the first line says how the model was made


def snapshots(name: str = "lesson") -> dict[int, Path]:
    """Return the files of a shipped model's snapshots by training step, in order; `load` opens one.

    Raises:
        FileNotFoundError: If there are none of that name.
    """
    files = sorted(Path(str(_MODELS / f"{name}_snapshots")).glob("step-*.safetensors"))
    if not files:
        raise FileNotFoundError(
            f"there are no snapshots of {name!r}; gptlab ships those of lesson."
        )
    return {int(file.stem.removeprefix("step-")): file for file in files}


def describe(model: GPT) -> dict[str, Any]:
    """Return the sizes and parts that `rebuild` makes the same, untrained model from."""
    return {
        "sizes": asdict(model.cfg),
        "positions": type(model.positions).__name__,
        "mask": masks.to_json(model.mask),
        "norm": _name_of(model.norm, NORMS),
        "residual": _name_of(model.residual, RESIDUALS),
    }


def rebuild(description: dict[str, Any]) -> GPT:
    """Make the model that `describe` described, with weights still to be filled in.

    Raises:
        ValueError: If a part or a size is unknown.
    """
    try:
        return GPT(
            GPTConfig(**description["sizes"]),
            positions=POSITIONS[description["positions"]],
            mask=masks.from_json(description["mask"]),
            norm=NORMS[description["norm"]],
            residual=RESIDUALS[description["residual"]],
        )
    except (KeyError, TypeError) as problem:
        raise ValueError(
            f"the model's description names a part that this version does not know: {problem}. "
            f"Known positions: {', '.join(POSITIONS)}; norms: {', '.join(NORMS)}."
        ) from problem


def fingerprint(model: nn.Module) -> str:
    """Return the SHA-256 of all weights and their names: equal as long as no bit has changed."""
    found = hashlib.sha256()
    for name, weight in model.state_dict().items():
        found.update(name.encode())
        found.update(weight.detach().cpu().contiguous().numpy().tobytes())
    return found.hexdigest()


def _file(path: Path) -> Path:
    return Path(path) / FILENAME if Path(path).is_dir() or not Path(path).suffix else Path(path)


def _part(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {n.removeprefix(prefix): t for n, t in tensors.items() if n.startswith(prefix)}


def _name_of(part: object, table: dict[str, Any]) -> str:
    for name, known in table.items():
        if known is part:
            return name
    raise ValueError(
        f"{part!r} is not in the table of parts ({', '.join(table)}), so a saved model could not "
        "be built again. Add it there first."
    )


def _refuse_infinite(model: GPT, path: Path) -> None:
    for name, weight in model.named_parameters():
        if not weight.isfinite().all():
            raise ValueError(
                f"{name} holds numbers that are infinite or not a number, so nothing was written "
                f"to {path}. Continue from the last checkpoint with a smaller learning rate."
            )


def _refuse_unreadable(file: Path) -> None:
    if not file.is_file():
        raise FileNotFoundError(f"there is no checkpoint at {file}. Train one with gptlab train.")
    with file.open("rb") as opened:
        start = opened.read(8)
    # safetensors begins with the length of its header, which may begin like a pickle by chance.
    has_header = 8 + int.from_bytes(start, "little") <= file.stat().st_size
    if not has_header and start.startswith((b"PK", b"\x80")):
        raise ValueError(
            f"{file} is a pickle (torch.save writes those), and opening one can run any code. "
            "gptlab reads safetensors only: ask for that form, or convert the file where you "
            "trust it with safetensors.torch.save_file."
        )


def _load_weights(model: GPT, weights: dict[str, Tensor], file: Path) -> None:
    expected = {name: tuple(tensor.shape) for name, tensor in model.state_dict().items()}
    came = {name: tuple(tensor.shape) for name, tensor in weights.items()}
    if expected != came:
        wrong = sorted(n for n in expected.keys() | came.keys() if expected.get(n) != came.get(n))
        first = wrong[0]
        raise ValueError(
            f"{len(wrong)} tensors in {file} do not fit the sizes it names; {first}: expected "
            f"{expected.get(first, 'none')}, got {came.get(first, 'none')}. The file was changed; "
            "use another copy."
        )
    model.load_state_dict(weights)
