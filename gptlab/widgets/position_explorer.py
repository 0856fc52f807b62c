"""`PositionExplorer`: drag the tokens of your own sentence, and see which outputs notice."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import traitlets

from gptlab.style import Picture
from gptlab.widgets import position_explorer_answers as answers
from gptlab.widgets.esm import assembled, stylesheet
from gptlab.widgets.models import ModelWidget
from gptlab.widgets.position_explorer_answers import TABLES, OrderedModel
from gptlab.widgets.position_explorer_picture import draw
from gptlab.widgets.position_explorer_words import position_words
from gptlab.widgets.words import shared_words

HERE = Path(__file__).parent


class PositionExplorer(ModelWidget):
    """Put the tokens of a text in another order, look at tables of positions, and turn a clock.

    Args:
        text: What is in the text field at first; the newest 64 tokens of it are read.
        model: `shakespeare` for the model that ships with gptlab, `lesson` for the snapshots of the
            first lesson's model, a run's folder, a `GPT`, or steps and files of snapshots.
        tokenizer: The tokenizer of a model that was passed as an object.
        order: Which token is read at each place, counted from 0; as typed if empty.
        scheme: Which table is shown: `learned`, `sinusoidal` or `untrained`.
        first: A position, whose row is compared with all others.
        second: The position that it is compared with in numbers.
        pair: The pair of coordinates that the clock shows, counted from 0.
        query_position: Where the query of the clock stands.
        key_position: Where its key stands.
        checkpoint: Which of several snapshots answers.

    Raises:
        traitlets.TraitError: There is no such table or checkpoint, or a number is below 0.
        ValueError: The text holds a lone surrogate, or an object came without its tokenizer.
        FileNotFoundError: There is no model of that name.
        TypeError: An argument is unknown, or the model is not one of gptlab's.
    """

    _esm = assembled(HERE / "js" / "positions.js")
    _css = stylesheet(HERE / "css", "lab", "positions")

    order: traitlets.List[int] = traitlets.List(traitlets.Int(min=0)).tag(sync=True, argument=True)
    """Which token is read at each place, counted from 0; as typed if empty."""
    scheme = traitlets.Enum(TABLES, "learned").tag(sync=True, argument=True)
    """Which table of positions is shown."""
    first = traitlets.Int(20, min=0).tag(sync=True, argument=True)
    """The position whose row is compared with all others."""
    second = traitlets.Int(25, min=0).tag(sync=True, argument=True)
    """The position that it is compared with in numbers."""
    pair = traitlets.Int(0, min=0).tag(sync=True, argument=True)
    """The pair of coordinates that the clock shows, counted from 0."""
    query_position = traitlets.Int(3, min=0).tag(sync=True, argument=True)
    """Where the query of the clock stands."""
    key_position = traitlets.Int(1, min=0).tag(sync=True, argument=True)
    """Where the key of the clock stands."""
    shuffled = traitlets.Dict().tag(sync=True, computed=True)
    """What `position_explorer_answers.shuffled` returns, and the `checkpoint`."""
    table = traitlets.Dict().tag(sync=True, computed=True)
    """What `position_explorer_answers.table` returns, and the `checkpoint`."""

    _ordered: OrderedModel | None = None

    @property
    def ordered(self) -> OrderedModel:
        """The present model and its controls."""
        now = self._ordered
        if now is None or now.backend is not self.backend:
            now = self._ordered = OrderedModel(self.backend)
        return now

    def state(self) -> dict[str, Any]:
        """Return what a page starts from, with numbers that it can compare its own with."""
        recorded = answers.recorded(self.ordered, self.shuffled) | {"checkpoint": self.checkpoint}
        return super().state() | {"recorded": recorded}

    def snapshot(self) -> Picture:
        """Draw which outputs change, the table of positions, and the clock."""
        clock = (self.pair, self.query_position, self.key_position)
        return draw(self.shuffled, self.table, self.first, self.second, clock)

    @traitlets.default("shuffled")
    def _shuffled(self) -> dict[str, Any]:
        return self._at(answers.shuffled(self.ordered, self.text, self.order))

    @traitlets.default("table")
    def _table(self) -> dict[str, Any]:
        return self._at(answers.table(self.ordered, self.scheme))

    def _at(self, answer: dict[str, Any]) -> dict[str, Any]:
        return answer | {"checkpoint": self.checkpoint}

    @traitlets.default("words")
    def _words(self) -> dict[str, str]:
        return shared_words() | position_words()

    @traitlets.observe("text", "order", "scheme", "checkpoint")
    def _answer_again(self, _change: object) -> None:
        if self.shuffled["text"] != self.text and self.order == self.shuffled["order"]:
            self.order = []  # an order belongs to the text that it was made for
        # Several inputs may change in one message; the first call answers them all.
        if self._is_stale(self.shuffled, "text", "order", "checkpoint"):
            self.shuffled = self._shuffled()
        if self._is_stale(self.table, "scheme", "checkpoint"):
            self.table = self._table()

    def _is_stale(self, answer: dict[str, Any], *inputs: str) -> bool:
        return any(answer[name] != getattr(self, name) for name in inputs)
