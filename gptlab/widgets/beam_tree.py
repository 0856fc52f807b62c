"""`BeamTree`: a beam search on the learner's prompt, with what it dropped."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import traitlets

from gptlab.style import Picture
from gptlab.widgets import beam_tree_numbers as numbers
from gptlab.widgets.beam_tree_picture import draw
from gptlab.widgets.beam_tree_words import beam_words
from gptlab.widgets.esm import assembled, stylesheet
from gptlab.widgets.models import ModelWidget
from gptlab.widgets.words import shared_words

HERE = Path(__file__).parent
_ASKED = ("text", "checkpoint", "width", "n_steps", "length_power", "stop")


class BeamTree(ModelWidget):
    """Search for likely continuations of a text, and see what is kept and what is dropped.

    Args:
        text: What is in the text field at first: the prompt.
        model: As for `ModelWidget`.
        tokenizer: The tokenizer of a model that was passed as an object.
        checkpoint: Which snapshot answers, counted from 0.
        width: Beams to keep; 1 is greedy decoding.
        n_steps: Tokens to add at most.
        length_power: 0 compares log-probabilities, 1 means per token; it matters where texts end.
        stop: What ends a text: `never`, `sentence` or `line`.

    Raises:
        ValueError: The text holds a lone surrogate, or an object came without its tokenizer.
        traitlets.TraitError: A number is out of its range, or there is no such end.
        TypeError: An argument is unknown, or the model is of an unknown kind.
    """

    _esm = assembled(HERE / "js" / "beams.js")
    _css = stylesheet(HERE / "css", "lab", "beams")

    width = traitlets.Int(3, min=1, max=5).tag(sync=True, argument=True)
    """Beams to keep, 1 to 5."""
    n_steps = traitlets.Int(5, min=1, max=10).tag(sync=True, argument=True)
    """Tokens to add at most, 1 to 10."""
    length_power = traitlets.Float(0.0, min=0.0, max=1.5).tag(sync=True, argument=True)
    """Power of the length that a log-probability is divided by, 0 to 1.5."""
    stop = traitlets.Enum(tuple(numbers.STOPS), "never").tag(sync=True, argument=True)
    """What ends a text."""
    answer = traitlets.Dict().tag(sync=True, computed=True)
    """What `beam_tree_numbers.grown` returns."""

    def state(self) -> dict[str, Any]:
        """Return what a page starts from, with numbers that it can compare its own with."""
        return super().state() | {"recorded": numbers.recorded(self.backend, self.answer)}

    def snapshot(self) -> Picture:
        """Draw the tree as it is at present."""
        return draw(self.answer, self.model_name)

    @traitlets.default("answer")
    def _answer(self) -> dict[str, Any]:
        asked = {name: getattr(self, name) for name in _ASKED}
        return numbers.grown(self.backend, numbers.Asked(**asked))

    @traitlets.default("words")
    def _words(self) -> dict[str, Any]:
        return shared_words() | beam_words()

    @traitlets.observe(*_ASKED)
    def _answer_again(self, _change: object) -> None:
        if any(self.answer[name] != getattr(self, name) for name in _ASKED):
            self.answer = self._answer()
