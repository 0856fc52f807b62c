"""Fine-tuned models, stored as what was trained: adapters and heads that a page can carry.

Each tells the genre of a play from one speech, as `finetuning` measures it in three seeds; these
are one seed each, with the numbers that were measured on exactly these weights, rounding and all.
What has no adapter, because every weight was trained, is kept as its numbers alone.
`python -m tools.models taught` makes them again.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import torch

from gptlab import checkpoints, corpora
from gptlab.data import Split
from gptlab.evaluation import evaluate
from gptlab.experiments.comparing import part_of
from gptlab.experiments.experiment import Progress
from gptlab.experiments.results import RESULTS
from gptlab.files import write_atomically
from gptlab.finetuning import (
    Classifier,
    Full,
    LastLayer,
    LoRA,
    Method,
    Task,
    adapterfile,
    balanced,
    genre,
    load_trained,
    macro_interval,
    merged,
    share_trained,
    train_best,
    trained,
    with_head,
    without_head,
)
from gptlab.finetuning.baselines import by_counted_words
from gptlab.gpt import GPT
from gptlab.provenance import made
from gptlab.schedule import Steps
from gptlab.tokenizers import Tokenizer
from gptlab.training import Training
from gptlab.untrained import untrained_twin

MODEL = "shakespeare"
METHODS = ("lora", "last-layer", "full", "scratch")
CONTROL = "control"
RANKS, CONTROL_RANK = (1, 4, 8), 4
LABELS = (30, 150, 750)
SEED, N_STEPS, BATCH, LOOKS = 0, 60, 16, 4
LONGEST = 96  # tokens that are read of a text, its last ones
N_VALIDATED, N_TESTED = 150, 600  # speeches, each genre as often as any other
N_OLD = 12_000  # characters of a held-out play on which the loss on the old text is measured
FOLDER = RESULTS.parent / "kept" / "taught"
COMMAND = "python -m tools.models taught"


@dataclass(frozen=True, kw_only=True)
class Run:
    """What was measured about one fine-tuned model.

    Args:
        method: One of `METHODS`, or `CONTROL`: LoRA on a model with random weights.
        rank: Of the adapter; 0 where there is none.
        n_labels: Labelled speeches that were learned from.
        accuracy: Macro-accuracy on the speeches of held-out plays.
        low: Where its 95 % interval begins.
        high: Where it ends.
        loss: Of the body on old text afterwards, in nats per token.
        share: Of all weights that were trained.
        adapter: Name of the asset that holds them; empty if they are not kept.
    """

    method: str
    rank: int
    n_labels: int
    accuracy: float
    low: float
    high: float
    loss: float
    share: float
    adapter: str


@dataclass(frozen=True, kw_only=True)
class Lab:
    """The stored models and what was measured about them.

    Args:
        base: The model that was fine-tuned.
        tokenizer: Its own.
        classes: The labels, in the order of the logits.
        runs: Fine-tuned models.
        controls: The same on a model with random weights, one for each number of labels.
        baselines: Macro-accuracy of who always names one class (`majority`), and of TF-IDF with
            logistic regression (`tfidf`) by number of labels.
        loss_before: Of the base on old text, in nats per token.
        folder: Where the adapters are.
    """

    base: GPT
    tokenizer: Tokenizer
    classes: tuple[str, ...]
    runs: tuple[Run, ...]
    controls: tuple[Run, ...]
    baselines: Mapping[str, Any]
    loss_before: float
    folder: Path = FOLDER
    _opened: dict[str, Classifier] = field(default_factory=dict, repr=False)

    def run(self, method: str, rank: int, n_labels: int) -> Run:
        """Find a run; the rank counts for LoRA alone.

        Raises:
            ValueError: There is none.
        """
        for run in self.runs:
            if (run.method, run.n_labels) == (method, n_labels) and (
                method != "lora" or run.rank == rank
            ):
                return run
        raise ValueError(
            f"no run was kept of {method} with rank {rank} and {n_labels} labels. There are "
            f"{', '.join(METHODS)}, ranks {RANKS} and {LABELS} labels."
        )

    def control(self, n_labels: int) -> Classifier:
        """Open the control that had as many labels."""
        return self.classifier(next(run for run in self.controls if run.n_labels == n_labels))

    def classifier(self, run: Run) -> Classifier:
        """Open the classifier of a run, its adapter beside the weights.

        Raises:
            ValueError: Its weights were not kept.
        """
        if not run.adapter:
            raise ValueError(
                f"the weights of {run.method} were not kept, only what was measured. Choose lora "
                "or last-layer."
            )
        if run.adapter not in self._opened:
            body = self._random if run.method == CONTROL else self.base
            model = prepared(body, method_of(run.method, run.rank), self.classes)
            weights, _facts = adapterfile.read(file_of(run.adapter, self.folder))
            load_trained(model, weights)
            self._opened[run.adapter] = model.eval()
        return self._opened[run.adapter]

    @cached_property
    def _random(self) -> GPT:
        return untrained_twin(self.base)

    def table(self) -> dict[str, Any]:
        """Return all that was measured as JSON values, for a page."""
        return {
            "classes": list(self.classes),
            "runs": [asdict(run) for run in self.runs],
            "controls": [asdict(run) for run in self.controls],
            "baselines": dict(self.baselines),
            "loss_before": self.loss_before,
            "n_read": LONGEST,
            "n_tested": N_TESTED,
        }


def method_of(name: str, rank: int) -> Method:
    """Return the method that a run's name and rank stand for."""
    if name in ("lora", CONTROL):
        return LoRA(rank=rank)
    return LastLayer() if name == "last-layer" else Full()


def prepared(body: GPT, method: Method, classes: Sequence[str]) -> Classifier:
    """Return a classifier before it has learned anything."""
    model = with_head(body, classes)
    method.prepare(model, torch.Generator().manual_seed(SEED))
    return model


def teach(progress: Progress, folder: Path = FOLDER) -> None:
    """Fine-tune in every way, measure on plays that nobody has read, and store what was trained.

    Args:
        progress: Told the share that is done.
        folder: Where to.
    """
    base, tokenizer = checkpoints.load(MODEL, device="cpu")
    task = _task()
    wanted = [*_wanted()]
    runs = [
        _run(base, tokenizer, task, *which, folder, part_of(progress, number, len(wanted)))
        for number, which in enumerate(wanted)
    ]
    facts = {
        "made": made(COMMAND),
        "model": MODEL,
        "classes": task.classes,
        "runs": [asdict(run) for run in runs],
        "baselines": {
            "majority": 1 / len(task.classes),
            "tfidf": [_by_counts(task.fewer(n, seed=SEED)) for n in LABELS],
        },
        "loss_before": evaluate(base, _old_text(tokenizer)).loss,
    }
    write_atomically(folder / "measured.json", (json.dumps(facts, indent=1) + "\n").encode())


@cache
def kept(folder: Path = FOLDER) -> Lab:
    """Open what `teach` stored.

    Raises:
        FileNotFoundError: There is nothing; the message names the command.
    """
    file = folder / "measured.json"
    if not file.is_file():
        raise FileNotFoundError(f"there are no taught models at {file}. Make them with: {COMMAND}")
    facts = json.loads(file.read_text(encoding="utf-8"))
    base, tokenizer = checkpoints.load(facts["model"], device="cpu")
    runs = [Run(**run) for run in facts["runs"]]
    return Lab(
        base=base,
        tokenizer=tokenizer,
        classes=tuple(facts["classes"]),
        runs=tuple(run for run in runs if run.method != CONTROL),
        controls=tuple(run for run in runs if run.method == CONTROL),
        baselines=facts["baselines"],
        loss_before=facts["loss_before"],
        folder=folder,
    )


def file_of(adapter: str, folder: Path = FOLDER) -> Path:
    """Return the file of an asset such as `adapter/lora-4-150`."""
    return folder / f"{adapter.removeprefix('adapter/')}.safetensors"


def _task() -> Task:
    whole = genre()
    return replace(
        whole,
        validation=balanced(whole.validation, whole.classes, N_VALIDATED),
        test=balanced(whole.test, whole.classes, N_TESTED),
    )


def _wanted() -> Iterator[tuple[str, int, int]]:
    for n in LABELS:
        yield from (("lora", rank, n) for rank in RANKS)
        yield from ((name, 0, n) for name in METHODS[1:])
        yield CONTROL, CONTROL_RANK, n


def _run(
    base: GPT,
    tokenizer: Tokenizer,
    task: Task,
    name: str,
    rank: int,
    n_labels: int,
    folder: Path,
    progress: Progress,
) -> Run:
    body = untrained_twin(base) if name in ("scratch", CONTROL) else base
    method = method_of(name, rank)
    model = prepared(body, method, task.classes)
    given = task.fewer(n_labels, seed=SEED)
    data = given.splits(tokenizer, body.cfg.d_vocab, LONGEST)
    objective = given.objective(body.cfg.d_vocab)
    recipe = replace(method.recipe, batch_size=BATCH, evaluations=LOOKS)
    run = Training(
        model, data, budget=Steps(N_STEPS), recipe=recipe, seed=SEED, objective=objective
    )
    for result in train_best(run):
        progress(result.progress)
    adapter = "" if isinstance(method, Full) else _stored(model, name, rank, n_labels, folder)
    judged = objective.evaluate(model, data.test)
    where = macro_interval(judged.truth, judged.predicted, [one.group for one in given.test])
    return Run(
        method=name,
        rank=rank,
        n_labels=n_labels,
        accuracy=where.value,
        low=where.low,
        high=where.high,
        loss=evaluate(without_head(merged(model)), _old_text(tokenizer)).loss,
        share=share_trained(model),
        adapter=adapter,
    )


def _stored(model: Classifier, name: str, rank: int, n_labels: int, folder: Path) -> str:
    """Store what was trained, and go on with what is read back."""
    adapter = f"adapter/{name}-{rank}-{n_labels}" if rank else f"adapter/{name}-{n_labels}"
    scale = LoRA(rank=rank).alpha / rank if rank else 1.0
    file = file_of(adapter, folder)
    file.parent.mkdir(parents=True, exist_ok=True)
    facts = {"scale": scale, "base": MODEL, "method": name, "rank": rank, "n_labels": n_labels}
    adapterfile.save(trained(model), facts, file)
    load_trained(model, adapterfile.read(file)[0])
    return adapter


def _old_text(tokenizer: Tokenizer) -> Split:
    return Split.of(corpora.shakespeare().validation[:N_OLD], tokenizer)


def _by_counts(given: Task) -> dict[str, float]:
    truth = [given.classes.index(one.label) for one in given.test]
    groups = [one.group for one in given.test]
    where = macro_interval(truth, by_counted_words(given), groups)
    n = len(given.train)
    return {"n_labels": n, "accuracy": where.value, "low": where.low, "high": where.high}
