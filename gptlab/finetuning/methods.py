"""Which weights a fine-tuning trains: all of them, the last layer, or small changes beside them."""

from dataclasses import dataclass
from typing import ClassVar, Protocol, TypeVar, runtime_checkable

import torch
from torch import Tensor, nn

from gptlab.finetuning.classifier import HEAD
from gptlab.finetuning.lora import add_lora, plain_name
from gptlab.gpt import GPT
from gptlab.training import Recipe

Model = TypeVar("Model", bound=GPT)

BATCH = 32


@runtime_checkable
class Method(Protocol):
    """What decides which weights are trained."""

    @property
    def recipe(self) -> Recipe:
        """How to train these weights; chosen on held-out plays (docs/log.md)."""
        ...

    def prepare(self, model: GPT, generator: torch.Generator) -> None:
        """Freeze what stays, in the model itself, and add what is new."""
        ...


@dataclass(frozen=True, kw_only=True)
class Full:
    """Train every weight.

    Source: Radford et al. 2018 (GPT), section 3.2.
    """

    recipe: ClassVar[Recipe] = Recipe(
        batch_size=BATCH, matrix_lr=2e-3, lr=3e-4, warmup=0.1, decay=0.9, evaluations=10
    )

    def prepare(self, model: GPT, generator: torch.Generator) -> None:
        """Leave every weight free."""
        for weight in model.parameters():
            weight.requires_grad_(True)


@dataclass(frozen=True, kw_only=True)
class LastLayer:
    """Train the last layer alone: the head, where there is one.

    A language model's last layer is its unembedding, which is the embedding too (they are tied), so
    that alone it cannot be trained: without a head, the last block and the last norm are.

    Source: Alain and Bengio 2017 (linear probes); "feature-based" in Devlin et al. 2019, section
        5.3.
    """

    recipe: ClassVar[Recipe] = Recipe(
        batch_size=BATCH, matrix_lr=0.0, lr=3e-3, warmup=0.1, decay=0.9, evaluations=10
    )

    def prepare(self, model: GPT, generator: torch.Generator) -> None:
        """Freeze everything below the last layer."""
        names = dict(model.named_parameters())
        last = HEAD if HEAD[0] in names else (f"blocks.{model.cfg.n_layers - 1}.", "ln_f.")
        for name, weight in names.items():
            weight.requires_grad_(name.startswith(last))


@dataclass(frozen=True, kw_only=True)
class LoRA:
    """Train changes of low rank beside some matrices, and the head, where there is one.

    W + (alpha / rank) · A B

    Args:
        rank: Of each change.
        alpha: How much the changes count; divided by the rank, so that ranks can be compared.
        matrices: Globs over the names of the matrices.

    Raises:
        ValueError: If the rank is not positive.

    Source: Hu et al. 2022 (LoRA), section 4.1.
    """

    recipe: ClassVar[Recipe] = Recipe(
        batch_size=BATCH, matrix_lr=0.0, lr=1e-3, warmup=0.1, decay=0.9, evaluations=10
    )
    rank: int = 8
    alpha: float = 16.0
    matrices: tuple[str, ...] = ("blocks.*.attn.W_*",)

    def __post_init__(self) -> None:
        if not isinstance(self.rank, int) or self.rank < 1:
            raise ValueError(f"rank is a whole number from 1 on; got {self.rank!r}.")

    def prepare(self, model: GPT, generator: torch.Generator) -> None:
        """Freeze everything but the head, and put changes beside the matrices."""
        scale = self.alpha / self.rank
        add_lora(model, self.matrices, rank=self.rank, scale=scale, generator=generator)
        for name, weight in model.named_parameters():
            if name in HEAD:
                weight.requires_grad_(True)


METHODS: dict[str, type[Full] | type[LastLayer] | type[LoRA]] = {
    "full": Full,
    "last-layer": LastLayer,
    "lora": LoRA,
}


def trained(model: nn.Module) -> dict[str, Tensor]:
    """Return the weights that training changes, by the names that a stored run has."""
    return {plain_name(name): w for name, w in model.named_parameters() if w.requires_grad}


def share_trained(model: nn.Module) -> float:
    """Return which share of a model's numbers training changes, 0 to 1."""
    return sum(w.numel() for w in trained(model).values()) / sum(
        w.numel() for w in model.parameters()
    )


def load_trained(model: nn.Module, tensors: dict[str, Tensor]) -> None:
    """Put weights that `trained` returned into a model that the same method prepared.

    Raises:
        ValueError: If names or shapes differ.
    """
    weights = trained(model)
    expected, came = (
        {name: tuple(t.shape) for name, t in group.items()} for group in (weights, tensors)
    )
    if expected != came:
        wrong = min(n for n in expected.keys() | came.keys() if expected.get(n) != came.get(n))
        raise ValueError(
            f"these weights belong to another method, rank or model; {wrong}: expected "
            f"{expected.get(wrong, 'none')}, got {came.get(wrong, 'none')}. Prepare the model as "
            "it was when they were trained."
        )
    with torch.no_grad():
        for name, weight in weights.items():
            weight.copy_(tensors[name])
