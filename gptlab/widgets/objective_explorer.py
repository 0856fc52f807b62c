"""`ObjectiveExplorer`: one body, two objectives, and your own text with a gap in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import traitlets

from gptlab.style import Picture
from gptlab.tokenizers import Tokenizer
from gptlab.widgets import objective_explorer_answers as answers
from gptlab.widgets.backends import open_models
from gptlab.widgets.base import TextWidget
from gptlab.widgets.esm import assembled, stylesheet
from gptlab.widgets.models import Models
from gptlab.widgets.objective_explorer_answers import Twins
from gptlab.widgets.objective_explorer_picture import draw
from gptlab.widgets.objective_explorer_words import objective_words
from gptlab.widgets.words import shared_words

HERE = Path(__file__).parent
TWINS = ("twin_next", "twin_masked")
EXAMPLE = "The king is [MASK]."


class ObjectiveExplorer(TextWidget):
    """Ask a causal and a masked model the same thing, and see what each may look at.

    Args:
        text: What is in the text field at first; `[MASK]` marks a gap.
        causal: The model that says the next token, as a name, a run's folder or a `GPT`.
        masked: The model that fills gaps. Only the two that ship answer in a page.
        tokenizer: The tokenizer of models that were passed as objects.
        objective: `next` or `masked`: whose mask and labels are shown.
        place: The token that is replaced in the leak test, counted from 0; −1 is the last one.

    Raises:
        traitlets.TraitError: There is no such objective.
        ValueError: The text holds a lone surrogate, an object came without its tokenizer, or a
            model has not the mask that its part needs.
        FileNotFoundError: There is no model of that name.
        TypeError: An argument is unknown, or a model is not one of gptlab's.
    """

    _esm = assembled(HERE / "js" / "objectives.js")
    _css = stylesheet(HERE / "css", "lab", "objectives")

    objective = traitlets.Enum(("next", "masked"), "next").tag(sync=True, argument=True)
    """Whose mask and labels are shown."""
    place = traitlets.Int(-1, min=-1).tag(sync=True, argument=True)
    """The token that is replaced, counted from 0; −1 is the last one."""
    answer = traitlets.Dict().tag(sync=True, computed=True)
    """What `objective_explorer_answers.answered` returns."""
    recorded = traitlets.Dict().tag(sync=True)
    """Logits of the kernel's, in what a page starts from; empty while the kernel answers."""

    def __init__(
        self,
        text: str = EXAMPLE,
        *,
        causal: Models = TWINS[0],
        masked: Models = TWINS[1],
        tokenizer: Tokenizer | None = None,
        **arguments: Any,
    ) -> None:
        opened = [open_models(model, tokenizer).open(0) for model in (causal, masked)]
        self.twins = Twins(*opened)
        self._shipped = (causal, masked) == TWINS
        super().__init__(text=text, **arguments)

    def page_weights(self) -> list[str] | None:
        """Name the weights that a page needs; None if only this kernel has the models."""
        return [f"model/{name}" for name in TWINS] if self._shipped else None

    def state(self) -> dict[str, Any]:
        """Return what a page starts from, with numbers that it can compare its own with."""
        return super().state() | {"recorded": answers.recorded(self.twins, self.answer)}

    def snapshot(self) -> Picture:
        """Draw both answers and the matrix of who may look at whom."""
        return draw(self.answer, self.objective)

    @traitlets.default("answer")
    def _answer(self) -> dict[str, Any]:
        return answers.answered(self.twins, self.text, self.place)

    @traitlets.default("words")
    def _words(self) -> dict[str, str]:
        return shared_words() | objective_words()

    @traitlets.observe("text", "place")
    def _answer_again(self, _change: object) -> None:
        if any(self.answer[name] != getattr(self, name) for name in ("text", "place")):
            self.answer = self._answer()
