"""New tokens beside frozen weights: train their rows of the embedding, and no other."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import ClassVar

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.utils import parametrize

from gptlab.finetuning.chat import CHAT_TOKENS
from gptlab.finetuning.methods import LoRA
from gptlab.gpt import GPT
from gptlab.training import Recipe


class LastRows(nn.Module):
    """The last rows of an embedding, trained while all others stay.

    Args:
        weight: The embedding.
        n: How many rows.
        siblings: All parameters of the module that the embedding belongs to, in their order, which
            `merged` brings back.
    """

    def __init__(
        self, weight: Float[Tensor, "row d_model"], n: int, siblings: Iterable[str]
    ) -> None:
        super().__init__()
        self.siblings = tuple(siblings)
        self.rows = nn.Parameter(weight.detach()[-n:].clone())

    def forward(self, weight: Float[Tensor, "row d_model"]) -> Float[Tensor, "row d_model"]:
        """Return the embedding with these rows in the place of its last ones."""
        return torch.cat((weight[: -len(self.rows)], self.rows))


@dataclass(frozen=True, kw_only=True)
class ChatLoRA(LoRA):
    """LoRA, and the rows of the chat's new tokens, which nothing has trained before."""

    recipe: ClassVar[Recipe] = replace(LoRA.recipe, lr=3e-3, batch_size=8, evaluations=1)

    def prepare(self, model: GPT, generator: torch.Generator) -> None:
        """Freeze everything else."""
        super().prepare(model, generator)
        siblings = [name for name, _weight in model.named_parameters(recurse=False)]
        rows = LastRows(model.W_E, len(CHAT_TOKENS), siblings)
        parametrize.register_parametrization(model, "W_E", rows)
