"""`SentenceProbability`: how probable a model finds your own sentence, token by token."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import traitlets

from gptlab.hashing import N_NUMBERS
from gptlab.style import Picture
from gptlab.widgets import sentence_probability_answers as answers
from gptlab.widgets.esm import assembled, stylesheet
from gptlab.widgets.models import ModelWidget
from gptlab.widgets.sentence_probability_picture import draw
from gptlab.widgets.sentence_probability_words import sentence_words
from gptlab.widgets.words import shared_words

HERE = Path(__file__).parent


class SentenceProbability(ModelWidget):
    """See the probability of a text as a product, token by token, and that of other orders.

    Args:
        text: What is in the text field at first.
        model: As for `ModelWidget`.
        tokenizer: The tokenizer of a model that was passed as an object.
        place: The token whose rivals are shown, counted from 0; −1 is the last one.
        seed: Which shuffles of the words are compared, 0 to 2³² − 1.

    Raises:
        ValueError: The text holds a lone surrogate, or an object came without its tokenizer.
        TraitError: A number is out of its range.
        TypeError: An argument is unknown, or the model is of an unknown kind.
    """

    _esm = assembled(HERE / "js" / "sentence.js")
    _css = stylesheet(HERE / "css", "lab", "sentence")

    place = traitlets.Int(-1, min=-1).tag(sync=True, argument=True)
    """The token whose rivals are shown, counted from 0; −1 is the last one."""
    seed = traitlets.Int(0, min=0, max=N_NUMBERS - 1).tag(sync=True, argument=True)
    """Which shuffles of the words are compared."""
    sentence = traitlets.Dict().tag(sync=True, computed=True)
    """What `sentence_probability_answers.scored` returns."""
    order = traitlets.Dict().tag(sync=True, computed=True)
    """What `sentence_probability_answers.in_other_orders` returns."""

    def state(self) -> dict[str, Any]:
        """Return what a page starts from, with numbers that it can compare its own with."""
        return super().state() | {"recorded": answers.recorded(self.backend, self.sentence)}

    def snapshot(self) -> Picture:
        """Draw the surprise of each token, and the other orders."""
        return draw(self.sentence, self.order)

    @traitlets.default("sentence")
    def _sentence(self) -> dict[str, Any]:
        return answers.scored(self.backend, self.text, self.checkpoint)

    @traitlets.default("order")
    def _order(self) -> dict[str, Any]:
        return answers.in_other_orders(self.backend, self.text, self.checkpoint, self.seed)

    @traitlets.default("words")
    def _words(self) -> dict[str, str]:
        return shared_words() | sentence_words()

    @traitlets.observe("text", "checkpoint", "seed")
    def _answer_again(self, change: dict[str, Any]) -> None:
        if change["name"] != "seed" and self._is_old(self.sentence, "text", "checkpoint"):
            self.sentence = self._sentence()
        if self._is_old(self.order, "text", "checkpoint", "seed"):
            self.order = self._order()

    def _is_old(self, answer: dict[str, Any], *names: str) -> bool:
        return any(answer[name] != getattr(self, name) for name in names)
