"""From a model's name, file or object to backends."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from gptlab import checkpoints
from gptlab.catalogue import text as _
from gptlab.gpt import GPT
from gptlab.tokenizers import Tokenizer
from gptlab.widgets.backends.gpt import GPTBackend
from gptlab.widgets.backends.huggingface import HuggingFaceBackend, is_hugging_face
from gptlab.widgets.backends.reading import Backend

SHIPPED = "shakespeare"
LESSON = "lesson"
MOST_OPEN = 16  # snapshots kept in memory; those of the first lesson are eight


@dataclass(frozen=True, kw_only=True)
class OpenModels:
    """One model, or the snapshots of one.

    Args:
        name: What it is called.
        steps: Training steps of the snapshots, in order; empty if there is one model.
        open: Returns the backend of a snapshot, counted from 0.
        assets: What a page loads, one name for each snapshot; None if it cannot have the model.
    """

    name: str
    open: Callable[[int], Backend]
    steps: tuple[int, ...] = ()
    assets: list[str] | None = None


def open_models(model: Any, tokenizer: Tokenizer | None = None) -> OpenModels:
    """Open what a learner passed as a model.

    Args:
        model: A name, a run's folder, a file, steps and files, a `GPT`, a Hugging Face model, a
            backend, or what is open already.
        tokenizer: The tokenizer of a model that is an object.

    Raises:
        FileNotFoundError: There is no such model.
        TypeError: The model is of another kind.
        ValueError: An object came without its tokenizer, or a tokenizer with a file that has one.
    """
    if isinstance(model, OpenModels):
        return model
    if isinstance(model, str | Path | Mapping):
        if tokenizer is not None:
            raise ValueError(
                f"{model!r} has a tokenizer of its own, and another one came with it. Leave the "
                "tokenizer out."
            )
        return _of_files(model)
    if isinstance(model, GPT):
        backend: Backend = GPTBackend(model, _needed(tokenizer))
    elif is_hugging_face(model):
        backend = HuggingFaceBackend(model, _needed(tokenizer))
    elif isinstance(model, Backend):
        backend = model
    else:
        raise TypeError(
            f"expected a model's name, a run's folder, a GPT or a Hugging Face model; got "
            f"{type(model).__name__}."
        )
    return OpenModels(name=_("your model"), open=lambda _index: backend)


def _needed(tokenizer: Tokenizer | None) -> Tokenizer:
    if tokenizer is None:
        raise ValueError(
            "a model that is an object needs its tokenizer, or nobody knows what its ids mean. "
            "Pass tokenizer=... too."
        )
    return tokenizer


def _of_files(model: str | Path | Mapping[int, str | Path]) -> OpenModels:
    if isinstance(model, Mapping):
        return _snapshots(_("your snapshots"), {s: Path(f) for s, f in model.items()}, None)
    if model == LESSON:
        files = checkpoints.snapshots()
        return _snapshots(LESSON, files, [f"model/{LESSON}@{step}" for step in files])
    saved = {_step(file): file for file in sorted(Path(model).glob("snapshots/step-*.safetensors"))}
    if saved:
        return _snapshots(Path(model).name, saved, None)
    file = checkpoints.locate(model)
    assets = [f"model/{SHIPPED}"] if model == SHIPPED else None
    backend = _opened(file, file.stat().st_mtime_ns)
    return OpenModels(name=Path(model).name, open=lambda _index: backend, assets=assets)


def _snapshots(name: str, files: Mapping[int, Path], assets: list[str] | None) -> OpenModels:
    if not files:
        raise ValueError("there is no snapshot to open. Pass steps and files: {0: path, ...}.")
    steps = tuple(sorted(files))

    def opened(index: int) -> Backend:
        file = files[steps[index]]
        return _opened(file, file.stat().st_mtime_ns)

    return OpenModels(name=name, open=opened, steps=steps, assets=assets)


def _step(file: Path) -> int:
    return int(file.stem.removeprefix("step-"))


@lru_cache(maxsize=MOST_OPEN)
def _opened(file: Path, _changed: int) -> GPTBackend:
    # The time of the last change is part of the key: a file that was written anew is read anew.
    model, tokenizer = checkpoints.load(file)
    return GPTBackend(model, tokenizer)
