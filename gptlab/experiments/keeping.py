"""Contenders after their training on the recall task, stored, so that a page can ask them itself.

One model of each kind, of the same size, trained on the same texts for the same number of steps,
each with the learning rate of the grid that suits it best. `recall-distance` trains anew for every
distance; these are asked at all distances of a text, so that one model can be watched at each.
`python -m tools.models recall` makes them again.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import safetensors.torch
import torch
from safetensors import safe_open
from torch import Tensor

from gptlab import checkpoints
from gptlab.experiments.comparing import Rules, compared, part_of
from gptlab.experiments.contenders import CONTENDERS, Model
from gptlab.experiments.experiment import Progress
from gptlab.experiments.results import RESULTS
from gptlab.experiments.tasks import FirstTokenRecall
from gptlab.files import write_atomically
from gptlab.gpt import GPT
from gptlab.provenance import made

FORMAT = 1
NAMES = ("tanh RNN", "GRU", "LSTM", "Transformer, 1 layer")
SEED = 0
TASK = FirstTokenRecall(length=64)
RULES = Rules(n_parameters=12_400, n_steps=600)
FILE = RESULTS.parent / "kept" / "recall.safetensors"
COMMAND = "python -m tools.models recall"


@dataclass(frozen=True)
class Kept:
    """A stored contender.

    Args:
        name: Which of `CONTENDERS`.
        model: The model, in evaluation mode.
    """

    name: str
    model: Model

    @property
    def n_kept(self) -> int:
        """Numbers that it carries from a token to the next, with its window full if it has one."""
        if isinstance(self.model, GPT):
            cfg = self.model.cfg
            return 2 * cfg.n_layers * cfg.n_ctx * cfg.d_model
        layers = self.model.layers
        return sum(getattr(layer, "n_states", 1) * self.model.cfg.d_model for layer in layers)


def train(progress: Progress, rules: Rules = RULES) -> dict[str, Model]:
    """Train the contenders that are kept, each after trying the learning rates of the grid.

    Args:
        progress: Told the share that is done.
        rules: What is the same for everyone.
    """
    models: dict[str, Model] = {}
    for number, name in enumerate(NAMES):
        part = part_of(progress, number, len(NAMES))
        models[name] = compared(CONTENDERS[name], TASK, rules, SEED, progress=part).model
    return models


def keep(models: Mapping[str, Model], file: Path = FILE) -> None:
    """Store contenders, in float32.

    Args:
        models: By their names in `CONTENDERS`.
        file: Where.
    """
    tensors = {
        f"{name}/{parameter}": value.detach().float().contiguous()
        for name, model in models.items()
        for parameter, value in model.named_parameters()
    }
    header = {
        "format": FORMAT,
        "made": made(COMMAND),
        "models": [_described(name, model) for name, model in models.items()],
    }
    data = safetensors.torch.save(tensors, metadata={"gptlab": json.dumps(header)})
    write_atomically(file, data)


def kept(file: Path = FILE) -> list[Kept]:
    """Open the contenders that were stored.

    Raises:
        FileNotFoundError: There are none; the message names the command.
        ValueError: The file was written by another version.
    """
    if not file.is_file():
        raise FileNotFoundError(
            f"there are no kept contenders at {file}. Make them with: {COMMAND}"
        )
    with safe_open(file, framework="pt") as opened:
        header = json.loads((opened.metadata() or {}).get("gptlab", "null"))
        tensors = {name: opened.get_tensor(name) for name in opened.keys()}  # noqa: SIM118
    if not isinstance(header, dict) or header.get("format") != FORMAT:
        raise ValueError(
            f"expected contenders of format {FORMAT} in {file}. Make them again with: {COMMAND}"
        )
    return list(_opened(header["models"], tensors))


def _opened(described: list[dict[str, Any]], tensors: dict[str, Tensor]) -> Iterator[Kept]:
    for facts in described:
        name, drawn = facts["name"], torch.Generator().manual_seed(SEED)
        model = CONTENDERS[name].build(
            facts["dial"], d_vocab=TASK.d_vocab, n_ctx=TASK.length, generator=drawn
        )
        for parameter, value in model.named_parameters():
            value.data.copy_(tensors[f"{name}/{parameter}"])
        yield Kept(name, model.eval())


def _described(name: str, model: Model) -> dict[str, Any]:
    if isinstance(model, GPT):
        facts: dict[str, Any] = {
            "dial": model.cfg.d_mlp,
            "transformer": checkpoints.describe(model),
        }
    else:
        facts = {"dial": model.cfg.d_model, "cell": type(model.layers[0]).__name__}
    return {"name": name, **facts}
