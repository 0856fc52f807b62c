"""What the widgets that ask a model have in common: one model, or several snapshots of one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import traitlets

from gptlab.tokenizers import Tokenizer
from gptlab.widgets.backends import Backend, OpenModels, open_models
from gptlab.widgets.base import TextWidget

EXAMPLE = "The cat sat on the mat"
Models = str | Path | Backend | Mapping[int, str | Path] | Any


class ModelWidget(TextWidget):
    """A widget that asks a model about a text of the learner's.

    Args:
        text: What is in the text field at first.
        model: `shakespeare` for the model that ships with gptlab, `lesson` for the snapshots of the
            first lesson's model, a run's folder (its snapshots, if it has some), a `GPT`, a Hugging
            Face model, or steps and files of snapshots. Only the first two can also answer in a
            page without a kernel.
        tokenizer: The tokenizer of a model that was passed as an object.

    Raises:
        ValueError: The text holds a lone surrogate, or an object came without its tokenizer.
        FileNotFoundError: There is no model of that name.
        TypeError: An argument is unknown, or the model is of an unknown kind.
    """

    checkpoint = traitlets.Int(0, min=0).tag(sync=True, argument=True)
    """Which of `checkpoints` answers, counted from 0."""
    checkpoints = traitlets.List(traitlets.Int()).tag(sync=True)
    """Training steps of the snapshots, in order; empty if there is one model."""
    model_name = traitlets.Unicode().tag(sync=True)
    """What the model is called."""
    recorded = traitlets.Dict().tag(sync=True)
    """Logits of the kernel's, in what a page starts from; empty while the kernel answers."""

    def __init__(
        self,
        text: str = EXAMPLE,
        *,
        model: Models = "shakespeare",
        tokenizer: Tokenizer | None = None,
        **arguments: Any,
    ) -> None:
        self.models: OpenModels = open_models(model, tokenizer)
        super().__init__(text=text, **arguments)
        self.checkpoints, self.model_name = list(self.models.steps), self.models.name

    @property
    def backend(self) -> Backend:
        """The model that answers at present."""
        return self.models.open(self.checkpoint)

    def page_weights(self) -> list[str] | None:
        """Name the weights that a page needs; None if only this kernel has the model."""
        return self.models.assets

    @traitlets.validate("checkpoint")
    def _known_checkpoint(self, proposal: dict[str, Any]) -> int:
        n, index = max(1, len(self.models.steps)), int(proposal["value"])
        if not 0 <= index < n:
            raise traitlets.TraitError(
                f"checkpoint counts the {n} snapshots from 0, so it goes to {n - 1}; got {index}."
            )
        return index
