"""`FinetuneLab`: the same body fine-tuned in several ways, and asked about your own text."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any

import traitlets

from gptlab.experiments import taught
from gptlab.experiments.taught import Lab
from gptlab.style import Picture
from gptlab.widgets import finetune_lab_answers as answers
from gptlab.widgets.base import TextWidget
from gptlab.widgets.esm import assembled, stylesheet
from gptlab.widgets.finetune_lab_picture import draw
from gptlab.widgets.finetune_lab_words import finetune_words
from gptlab.widgets.words import shared_words

HERE = Path(__file__).parent
EXAMPLE = "My lord, the king is slain, and his son doth flee to France."
_ASKED = ("text", "method", "rank", "n_labels")


class FinetuneLab(TextWidget):
    """Fine-tune by choice, and see what each way does to a text of yours, before and after.

    Nothing is trained here: the adapters were trained once, and are applied to the model that ships
    with gptlab, in a page too. A way that trains every weight is shown by what was measured.

    Args:
        text: What is in the text field at first.
        method: `lora`, `last-layer`, `full`, or `scratch` for a model without pre-training.
        rank: Of LoRA's changes: 1, 4 or 8.
        n_labels: Labelled speeches that it learned from: 30, 150 or 750.

    Raises:
        FileNotFoundError: The adapters are not there; the message names the command.
        ValueError: The text holds a lone surrogate.
        traitlets.TraitError: A choice is none of those above.
        TypeError: An argument is unknown.
    """

    _esm = assembled(HERE / "js" / "finetune.js")
    _css = stylesheet(HERE / "css", "lab", "finetune")

    method = traitlets.Enum(taught.METHODS, "lora").tag(sync=True, argument=True)
    """Which weights are trained."""
    rank = traitlets.Enum(taught.RANKS, 4).tag(sync=True, argument=True)
    """Of LoRA's changes."""
    n_labels = traitlets.Enum(taught.LABELS, 150).tag(sync=True, argument=True)
    """Labelled speeches that it learned from."""
    table = traitlets.Dict().tag(sync=True)
    """What was measured: `Lab.table`."""
    answer = traitlets.Dict().tag(sync=True, computed=True)
    """What `finetune_lab_answers.answered` returns."""
    recorded = traitlets.Dict().tag(sync=True)
    """Logits of the kernel's, in what a page starts from; empty while the kernel answers."""

    def __init__(self, text: str = EXAMPLE, **arguments: Any) -> None:
        super().__init__(text=text, **arguments)

    @cached_property
    def lab(self) -> Lab:
        """The models, and what was measured about them."""
        return taught.kept()

    def page_weights(self) -> list[str] | None:
        """Name the model and the adapters that a page needs."""
        runs = (*self.lab.runs, *self.lab.controls)
        return [f"model/{taught.MODEL}", *(run.adapter for run in runs if run.adapter)]

    def state(self) -> dict[str, Any]:
        """Return what a page starts from, with numbers that it can compare its own with."""
        return super().state() | {"recorded": answers.recorded(self.lab, self.answer)}

    def snapshot(self) -> Picture:
        """Draw the shares of the labels, the next tokens and what was measured."""
        return draw(self.lab, self.answer)

    @traitlets.default("answer")
    def _answer(self) -> dict[str, Any]:
        return answers.answered(self.lab, self.text, self.method, self.rank, self.n_labels)

    @traitlets.default("table")
    def _table(self) -> dict[str, Any]:
        return self.lab.table()

    @traitlets.default("words")
    def _words(self) -> dict[str, str]:
        return shared_words() | finetune_words()

    @traitlets.observe(*_ASKED)
    def _answer_again(self, _change: object) -> None:
        if any(self.answer[name] != getattr(self, name) for name in _ASKED):
            self.answer = self._answer()
