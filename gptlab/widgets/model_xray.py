"""`ModelXRay`: a whole model as a drawing, with the numbers of the learner's own text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import traitlets

from gptlab.style import Picture
from gptlab.widgets import model_xray_numbers
from gptlab.widgets.backends import GPTBackend
from gptlab.widgets.backends.switching import switches
from gptlab.widgets.esm import assembled, stylesheet
from gptlab.widgets.model_xray_numbers import SeenThrough
from gptlab.widgets.model_xray_picture import draw
from gptlab.widgets.model_xray_words import xray_words
from gptlab.widgets.models import ModelWidget
from gptlab.widgets.predicting import vocabulary
from gptlab.widgets.words import shared_words

HERE = Path(__file__).parent


class ModelXRay(ModelWidget):
    """See through a model while it reads a text, and switch off any of its parts.

    Args:
        text: What is in the text field at first; the newest 128 tokens of it are read.
        model: `shakespeare` for the model that ships with gptlab, `lesson` for the snapshots of the
            first lesson's model, a run's folder, a `GPT`, or steps and files.
        tokenizer: The tokenizer of a model that was passed as an object.
        part: Which part is shown in numbers, such as `blocks.0.mlp` or `blocks.1.attn.3`.
        position: The token at which the model is looked at, counted from 0; None for the last.
        off: Parts that are switched off, such as `pos_embed`, `blocks.0`, `blocks.0.attn`,
            `blocks.0.attn.3`, `blocks.0.mlp`.
        checkpoint: Which of several snapshots answers.

    Raises:
        traitlets.TraitError: The model has no such part to switch off, or no such checkpoint.
        ValueError: The text holds a lone surrogate, or an object came without its tokenizer.
        FileNotFoundError: There is no model of that name.
        TypeError: An argument is unknown, or the model is of an unknown kind.
    """

    _esm = assembled(HERE / "js" / "xray.js")
    _css = stylesheet(HERE / "css", "lab", "attention", "nexttoken", "xray")

    part = traitlets.Unicode("blocks.0.attn").tag(sync=True, argument=True)
    """The part that is shown in numbers; one that the model has not got becomes the embedding."""
    position = traitlets.Int(None, allow_none=True, min=0).tag(sync=True, argument=True)
    """The token at which the model is looked at, counted from 0; None for the last."""
    off: traitlets.List[str] = traitlets.List(traitlets.Unicode()).tag(sync=True, argument=True)
    """Parts that are switched off."""
    xray = traitlets.Dict().tag(sync=True, computed=True)
    """What `model_xray_numbers.xray` returns, and the `checkpoint`."""
    effect = traitlets.Dict().tag(sync=True, computed=True)
    """What `model_xray_numbers.effect` returns, and the `checkpoint`."""
    vocabulary = traitlets.Dict().tag(sync=True, computed=True)
    """How every token is spelled: what `predicting.vocabulary` returns."""

    _asked: SeenThrough | None = None

    @property
    def asked(self) -> SeenThrough:
        """The text as the present model reads it without what is off."""
        backend, now = self.backend, self._asked
        if (
            now is None
            or (now.text, now.backend) != (self.text, backend)
            or set(now.off) != set(self.off)
        ):
            now = self._asked = SeenThrough(backend, self.text, self.off)
        return now

    def state(self) -> dict[str, Any]:
        """Return what a page starts from, with numbers that it can compare its own with."""
        found = model_xray_numbers.recorded(self.asked, self.position)
        return super().state() | {"recorded": self._at(found)}

    def snapshot(self) -> Picture:
        """Draw the model with the lengths of its vectors, and what is off."""
        return draw(self.asked, self.xray, self.effect, self.model_name)

    @traitlets.default("words")
    def _words(self) -> dict[str, str]:
        return shared_words() | xray_words()

    @traitlets.default("vocabulary")
    def _spelled_vocabulary(self) -> dict[str, bytes]:
        return vocabulary(self.backend)

    @traitlets.default("xray")
    def _xray(self) -> dict[str, Any]:
        return self._at(model_xray_numbers.xray(self.asked, self.part, self.position))

    @traitlets.default("effect")
    def _effect(self) -> dict[str, Any]:
        return self._at(model_xray_numbers.effect(self.asked, self.position))

    def _at(self, answer: dict[str, Any]) -> dict[str, Any]:
        return answer | {"checkpoint": self.checkpoint}

    @traitlets.observe("text", "checkpoint", "part", "position", "off")
    def _answer_again(self, change: dict[str, Any]) -> None:
        # Several inputs may change in one message; the first call answers them all.
        now = (self.text, self.checkpoint, self.position, sorted(self.asked.off))
        if now != _question(self.xray) or self.xray["part"] != self.part:
            self.xray = self._xray()
        if now != _question(self.effect):
            self.effect = self._effect()  # sent on its own, because it takes longer

    @traitlets.validate("off")
    def _known_parts(self, proposal: dict[str, Any]) -> list[str]:
        parts, backend = list(proposal["value"]), self.backend
        if not isinstance(backend, GPTBackend):
            return []
        adds = bool(backend.model.positions.adds)
        known = switches(backend.n_layers, backend.n_heads, adds=adds)
        if unknown := [part for part in parts if part not in known]:
            raise traitlets.TraitError(
                f"expected parts of this model, such as {', '.join(known[:4])}; got {unknown[0]!r}."
            )
        return parts


def _question(answer: dict[str, Any]) -> tuple[Any, ...]:
    asked = (answer["text"], answer["checkpoint"], answer["position"])
    return (*asked, sorted(answer["off"]))
