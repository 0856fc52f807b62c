"""A training run in a folder: made, interrupted, continued, read.

runs/a/checkpoint.safetensors   weights, sizes, tokenizer, optimizers, how far it got
runs/a/log.jsonl                one line for every logged step
runs/a/snapshots/               weights along the way, if asked for
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

from gptlab import checkpoints, corpora, tokenizers
from gptlab.checkpoints import Checkpoint
from gptlab.config import GPTConfig
from gptlab.corpora import Corpus
from gptlab.data import Split, Splits
from gptlab.evaluation import Evaluation
from gptlab.files import write_atomically
from gptlab.gpt import GPT
from gptlab.objectives import NextToken, Objective, from_json
from gptlab.positions import LearnedPositions, Positions
from gptlab.schedule import BUDGETS, Budget
from gptlab.tokenizers import Tokenizer
from gptlab.training import Recipe, StepResult, Training

BYTES_PER_MERGE = 500


@dataclass
class Run:
    """A training run with everything that belongs to it on disk.

    Args:
        folder: Where it is kept.
        training: The run itself.
        tokenizer: Its tokenizer.
        corpus: The corpus's name or path, by which `open_corpus` finds it.
        log: What was logged so far, one dictionary per line of the log.
        made: How it was made: command, date, machine, versions.
    """

    folder: Path
    training: Training
    tokenizer: Tokenizer
    corpus: str
    log: list[dict[str, Any]] = field(default_factory=list)
    made: dict[str, Any] = field(default_factory=dict)

    def record(self, result: StepResult) -> None:
        """Add a step to the log; it reaches the disk with the next `save`."""
        row = {
            "step": result.step,
            "seconds": round(result.seconds, 2),
            "loss": round(result.loss, 5),
            "lr": round(result.lr, 7),
            "grad_norm": round(result.grad_norm, 4),
        }
        if result.validation is not None:
            row["validation"] = round(result.validation.loss, 5)
            row["bits_per_byte"] = round(result.validation.bits_per_byte, 5)
        self.log.append(row)

    def save(self) -> None:
        """Write checkpoint and log, each atomically; the checkpoint alone is enough to go on."""
        checkpoints.save(self._checkpoint(with_state=True), self.folder / checkpoints.FILENAME)
        lines = "".join(json.dumps(row) + "\n" for row in self.log)
        write_atomically(self.folder / "log.jsonl", lines.encode())

    def save_snapshot(self) -> Path:
        """Write the present weights, rounded to int8, beside the checkpoint."""
        path = self.folder / "snapshots" / f"step-{self.training.step:06d}.safetensors"
        checkpoints.save(self._checkpoint(with_state=False), path, rounded=True)
        return path

    def _checkpoint(self, *, with_state: bool) -> Checkpoint:
        info = {
            "corpus": self.corpus,
            "training_text": fingerprint(self.training.data.train),
            "training": self.training.counters(),
            "made": self.made,
            **({"log": self.log} if with_state else {}),
        }
        state = self.training.state() if with_state else {}
        return Checkpoint(self.training.model, self.tokenizer, info, state)


def start(
    folder: Path,
    *,
    corpus: str,
    tokenizer: Tokenizer,
    sizes: GPTConfig,
    positions: Callable[[GPTConfig], Positions] = LearnedPositions,
    budget: Budget,
    recipe: Recipe,
    seed: int,
    objective: Objective = NextToken(),  # noqa: B008 (frozen)
    device: torch.device,
    **options: Any,
) -> Run:
    """Begin a run with a new model.

    Args:
        folder: Where to keep it; it must not hold a run already.
        corpus: Name or path of the corpus.
        tokenizer: Turns its text into ids.
        sizes: Sizes of the model.
        positions: Makes its position scheme.
        budget: How long to train.
        recipe: How to train.
        seed: Fixes initial weights and batches.
        objective: What is asked of the model; its mask is the model's.
        device: What trains it.
        options: Passed on to `Training`.

    Raises:
        FileExistsError: If the folder holds a run.
    """
    if (folder / checkpoints.FILENAME).exists():
        raise FileExistsError(
            f"{folder} already holds a run. Continue it with --resume {folder}, or choose another "
            "folder with --out."
        )
    data = Splits.of(open_corpus(corpus), tokenizer)
    generator = torch.Generator().manual_seed(seed)
    model = GPT(sizes, positions=positions, mask=objective.mask, generator=generator).to(device)
    asked: dict[str, Any] = {"recipe": recipe, "seed": seed, "objective": objective}
    training = Training(model, data, budget=budget, **asked, **options)
    return Run(folder, training, tokenizer, corpus)


def resume(folder: Path, *, device: torch.device, **options: Any) -> Run:
    """Continue a run where its last checkpoint stands.

    Args:
        folder: The run's folder.
        device: What trains it on; the same one gives the same numbers.
        options: Passed on to `Training`.

    Raises:
        FileNotFoundError: If there is no checkpoint.
        ValueError: If the checkpoint is broken or has no training state, or the text changed.
    """
    checkpoint = checkpoints.read(folder, with_state=True)
    if not checkpoint.state:
        raise ValueError(
            f"{folder} holds a finished model without the state of its optimizers, so training "
            "cannot go on from it. Resume the folder of the run itself."
        )
    info, counters = checkpoint.info, checkpoint.info["training"]
    data = Splits.of(open_corpus(info["corpus"]), checkpoint.tokenizer)
    if fingerprint(data.train) != info["training_text"]:
        raise ValueError(
            f"the text of {info['corpus']} is no longer the one that {folder} was trained on. "
            "Bring back the old text, or start a new run with --out."
        )
    ((kind, amount),) = counters["budget"].items()
    training = Training(
        checkpoint.model.to(device),
        data,
        budget=BUDGETS[kind](amount),
        recipe=Recipe(**counters["recipe"]),
        seed=counters["seed"],
        objective=objective_of(info),
        **options,
    )
    training.restore(checkpoint.state, counters)
    return Run(folder, training, checkpoint.tokenizer, info["corpus"], info["log"], info["made"])


def measure(
    name: str | Path,
    *,
    device: torch.device,
    corpus: str | None = None,
    progress: Callable[[float], None] | None = None,
) -> dict[str, Evaluation]:
    """Measure a model on the held-out splits of its corpus.

    Args:
        name: A shipped model's name, or a run's folder.
        device: What computes.
        corpus: Another corpus to measure on, by name or path; its own if not given.
        progress: Called with the share of the present split that is done.

    Returns:
        Validation, and test where the corpus has that split.
    """
    checkpoint = checkpoints.read(checkpoints.locate(name))
    text = open_corpus(corpus or checkpoint.info["corpus"])
    parts = {"validation": text.validation, "test": text.test}
    model, objective = checkpoint.model.to(device), objective_of(checkpoint.info)
    return {
        part: objective.evaluate(model, Split.of(content, checkpoint.tokenizer), progress=progress)
        for part, content in parts.items()
        if content
    }


def objective_of(info: Mapping[str, Any]) -> Objective:
    """Return what a stored model was asked, from the `info` of its checkpoint."""
    # A run of before there was a choice does not say.
    return from_json(info["training"].get("objective", {"kind": "NextToken"}))


def open_corpus(name: str) -> Corpus:
    """Open a corpus by the name or path that the command line takes.

    Args:
        name: `shakespeare`, `tiny-shakespeare`, or the path of a text file or folder.
    """
    match name:
        case "shakespeare":
            return corpora.shakespeare()
        case "tiny-shakespeare":
            return corpora.tiny_shakespeare()
    return corpora.load(Path(name))


def make_tokenizer(kind: str, corpus: str, vocab_size: int) -> Tokenizer:
    """Make the tokenizer that the command line names.

    Args:
        kind: `bpe` or `bpe:SIZE` (trained on the training text), `chars`, or a published one:
            `gpt2`, `cl100k`, `o200k`.
        corpus: Name or path of the corpus.
        vocab_size: Largest size of the BPE if `kind` names none; a small text gets less.

    Raises:
        ValueError: If the kind is unknown.
    """
    published = {"gpt2": tokenizers.gpt2, "cl100k": tokenizers.cl100k, "o200k": tokenizers.o200k}
    family, _, size = kind.partition(":")
    if kind in published:
        return published[kind]()
    text = open_corpus(corpus)
    if kind == "chars":
        return tokenizers.CharTokenizer(alphabet=text.alphabet())
    if family == "bpe" and (not size or size.isdigit()):
        # A token is worth learning when it occurs often; a small text gets a small vocabulary.
        n = int(size) if size else min(vocab_size, 256 + len(text.train) // BYTES_PER_MERGE)
        return tokenizers.train_bpe(text.train, n, name=f"{Path(corpus).stem}-bpe-{n}")
    raise ValueError(
        f"unknown tokenizer {kind!r}; expected bpe, bpe:SIZE (such as bpe:1024), chars, "
        f"{', '.join(published)}."
    )


def fingerprint(split: Split) -> str:
    """Return the SHA-256 of a split's ids, by which a resumed run knows its text again."""
    return hashlib.sha256(split.ids.cpu().numpy().tobytes()).hexdigest()
