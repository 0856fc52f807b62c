"""`AttentionExplorer`: where every head looks in the learner's own text, and whether it matters."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import traitlets

from gptlab.style import Picture
from gptlab.widgets import attending
from gptlab.widgets.attending import AttendedText
from gptlab.widgets.attention_picture import draw
from gptlab.widgets.attention_words import attention_words
from gptlab.widgets.esm import assembled, stylesheet
from gptlab.widgets.models import ModelWidget
from gptlab.widgets.words import shared_words

HERE = Path(__file__).parent


class AttentionPart(ModelWidget):
    """What a widget with the attention view has: a chosen head, and the answers about it."""

    layer = traitlets.Int(0, min=0).tag(sync=True, argument=True)
    """The layer whose head is shown large, counted from 0."""
    head = traitlets.Int(0, min=0).tag(sync=True, argument=True)
    """The head that is shown large, counted from 0 in its layer."""
    query = traitlets.Int(None, allow_none=True, min=0).tag(sync=True, argument=True)
    """The held token that looks, counted from 0; None if no pair is held."""
    key = traitlets.Int(None, allow_none=True, min=0).tag(sync=True, argument=True)
    """The held token that is looked at."""
    seed = traitlets.Int(0, min=0).tag(sync=True, argument=True)
    """Chooses the random head that the shown one is compared with."""
    attention = traitlets.Dict().tag(sync=True, computed=True)
    """What `attending.attention` returns, and the `checkpoint`."""
    effect = traitlets.Dict().tag(sync=True, computed=True)
    """What `attending.effect` returns, and the `checkpoint`."""

    _asked: AttendedText | None = None

    @property
    def asked(self) -> AttendedText:
        """The text as the present model reads it."""
        backend, now = self.backend, self._asked
        if now is None or now.text != self.text or now.backend is not backend:
            now = self._asked = AttendedText(backend, self.text)
        return now

    @traitlets.default("attention")
    def _attention(self) -> dict[str, Any]:
        return self._at(attending.attention(self.asked, self.layer, self.head))

    @traitlets.default("effect")
    def _effect(self) -> dict[str, Any]:
        return self._at(attending.effect(self.asked, self.layer, self.head, self.seed))

    def _recorded(self) -> dict[str, Any]:
        return self._at(attending.recorded(self.asked))

    def _at(self, answer: dict[str, Any]) -> dict[str, Any]:
        return answer | {"checkpoint": self.checkpoint}

    @traitlets.observe("text", "checkpoint", "layer", "head", "seed")
    def _answer_again(self, _change: object) -> None:
        # Several inputs may change in one message; the first call answers them all.
        if self._is_stale(self.attention, "text", "checkpoint", "layer", "head"):
            self.attention = self._attention()
        if self._is_stale(self.effect, "text", "checkpoint", "layer", "head", "seed"):
            self.effect = self._effect()  # sent on its own, because it takes longer

    def _is_stale(self, answer: dict[str, Any], *inputs: str) -> bool:
        layer, head = attending.inside(self.backend, self.layer, self.head)
        inside = {"layer": layer, "head": head}
        return any(answer[name] != inside.get(name, getattr(self, name)) for name in inputs)

    @traitlets.validate("layer")
    def _known_layer(self, proposal: dict[str, Any]) -> int:
        return _known("layer", int(proposal["value"]), self.backend.n_layers)

    @traitlets.validate("head")
    def _known_head(self, proposal: dict[str, Any]) -> int:
        return _known("head", int(proposal["value"]), self.backend.n_heads)

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take what the page sent; a head that the model has not got becomes the nearest."""
        layer, head = attending.inside(
            self.backend, sync_data.get("layer", self.layer), sync_data.get("head", self.head)
        )
        inside = {"layer": layer, "head": head}
        super().set_state(sync_data | {n: inside[n] for n in inside if n in sync_data})


class AttentionExplorer(AttentionPart):
    """Type a text, see where every head of a model looks, and switch heads off.

    Args:
        text: What is in the text field at first; the newest 256 tokens of it are read.
        model: `shakespeare` for the model that ships with gptlab, `lesson` for the snapshots of the
            first lesson's model, a run's folder, a `GPT`, a Hugging Face model, or steps and files.
        tokenizer: The tokenizer of a model that was passed as an object.
        layer: The layer whose head is shown large, counted from 0.
        head: Which of its heads.
        query: The token that looks, of a pair that is taken apart, counted from 0.
        key: The token that is looked at.
        seed: Chooses the random head that the shown one is compared with.
        checkpoint: Which of several snapshots answers.

    Raises:
        traitlets.TraitError: The model has no such layer, head or checkpoint.
        ValueError: The text holds a lone surrogate, or an object came without its tokenizer.
        FileNotFoundError: There is no model of that name.
        TypeError: An argument is unknown, or the model is of an unknown kind.
    """

    _esm = assembled(HERE / "js" / "attention.js")
    _css = stylesheet(HERE / "css", "lab", "attention")

    def state(self) -> dict[str, Any]:
        """Return what a page starts from, with numbers that it can compare its own with."""
        return super().state() | {"recorded": self._recorded()}

    @traitlets.default("words")
    def _words(self) -> dict[str, str]:
        return shared_words() | attention_words()

    def snapshot(self) -> Picture:
        """Draw all heads, the chosen one large, and what it does to the next token."""
        return draw(self.attention, self.effect)


def _known(name: str, number: int, n: int) -> int:
    if number >= n:
        raise traitlets.TraitError(
            f"{name} goes from 0 to {n - 1} in this model, got {number}. Choose one of these."
        )
    return number
