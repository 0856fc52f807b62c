"""`NextToken`: what a model expects after a text, and how one token of it is drawn."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import traitlets

from gptlab.decoding import Sampling
from gptlab.hashing import N_NUMBERS
from gptlab.style import Picture
from gptlab.widgets.esm import assembled, stylesheet
from gptlab.widgets.models import ModelWidget
from gptlab.widgets.next_token_picture import draw
from gptlab.widgets.next_token_shown import Shown
from gptlab.widgets.next_token_words import next_token_words
from gptlab.widgets.predicting import prediction, recorded, vocabulary
from gptlab.widgets.words import shared_words

HERE = Path(__file__).parent
MOST_TEMPERATURE = 5.0
_ASKED = ("text", "checkpoint", "written")


class NextTokenPart(ModelWidget):
    """What a widget with the next-token view has: a rule, what is written, and the answers."""

    temperature = traitlets.Float(1.0).tag(sync=True, argument=True)
    """Sharper below 1, flatter above, 0 to 5; 0 takes the likeliest token."""
    top_k = traitlets.Int(0).tag(sync=True, argument=True)
    """Likeliest tokens that are kept; 0 keeps all."""
    top_p = traitlets.Float(1.0).tag(sync=True, argument=True)
    """Probability that the kept tokens reach together, above 0 and up to 1; 1 keeps all."""
    seed = traitlets.Int(0).tag(sync=True, argument=True)
    """Which row of random numbers draws, 0 to 2³² − 1; written token i takes number i of it."""
    written: traitlets.List[int] = traitlets.List(traitlets.Int()).tag(sync=True, argument=True)
    """Ids of the tokens written after the text; a new text starts without any."""
    next = traitlets.Dict().tag(sync=True, computed=True)
    """What `predicting.prediction` returns for the text and what is written."""
    vocabulary = traitlets.Dict().tag(sync=True, computed=True)
    """How every token is spelled: what `predicting.vocabulary` returns."""

    @property
    def sampling(self) -> Sampling:
        """The decoding rule in use."""
        return Sampling(temperature=self.temperature, top_k=self.top_k, top_p=self.top_p)

    def shown(self) -> Shown:
        """What a still picture shows of the next token."""
        return Shown(
            answer=self.next,
            sampling=self.sampling,
            seed=self.seed,
            name=self.model_name,
            backend=self.backend,
        )

    @traitlets.validate("temperature")
    def _known_temperature(self, proposal: dict[str, Any]) -> float:
        temperature = float(proposal["value"])
        if not 0 <= temperature <= MOST_TEMPERATURE:
            raise traitlets.TraitError(
                f"temperature goes from 0 (greedy) to {MOST_TEMPERATURE:g}; got {temperature:g}. "
                "1 samples from the model as it is."
            )
        return temperature

    @traitlets.validate("top_k")
    def _known_top_k(self, proposal: dict[str, Any]) -> int:
        if proposal["value"] < 0:
            raise traitlets.TraitError(
                f"top_k counts the tokens to keep, or is 0 to keep all; got {proposal['value']}."
            )
        return int(proposal["value"])

    @traitlets.validate("top_p")
    def _known_top_p(self, proposal: dict[str, Any]) -> float:
        top_p = float(proposal["value"])
        if not 0 < top_p <= 1:
            raise traitlets.TraitError(
                f"top_p is a probability above 0 and up to 1 (all tokens); got {top_p:g}. For the "
                "likeliest token alone, choose temperature 0."
            )
        return top_p

    @traitlets.validate("seed")
    def _known_seed(self, proposal: dict[str, Any]) -> int:
        if not 0 <= proposal["value"] < N_NUMBERS:
            raise traitlets.TraitError(
                f"seed is a whole number from 0 to {N_NUMBERS - 1}; got {proposal['value']}."
            )
        return int(proposal["value"])

    @traitlets.validate("written")
    def _known_tokens(self, proposal: dict[str, Any]) -> list[int]:
        d_vocab, ids = self.backend.d_vocab, list(proposal["value"])
        if unknown := [token for token in ids if not 0 <= token < d_vocab]:
            raise traitlets.TraitError(
                f"written holds token ids from 0 to {d_vocab - 1}; got {unknown[0]}. Take them "
                "from the model's own tokenizer."
            )
        return ids

    @traitlets.default("next")
    def _first_prediction(self) -> dict[str, Any]:
        return prediction(self.backend, self.text, self.written, self.checkpoint)

    @traitlets.default("vocabulary")
    def _spelled_vocabulary(self) -> dict[str, bytes]:
        return vocabulary(self.backend)

    @traitlets.observe(*_ASKED)
    def _predict_again(self, change: dict[str, Any]) -> None:
        if change["name"] == "text" and change["old"]:
            self.written = []
        if any(self.next[name] != getattr(self, name) for name in _ASKED):
            self.next = self._first_prediction()


class NextToken(NextTokenPart):
    """See what a model expects after a text, draw one token of it, and go on from there.

    Args:
        text: What is in the text field at first.
        model: As for `ModelWidget`.
        tokenizer: The tokenizer of a model that was passed as an object.
        temperature: Sharper below 1, flatter above, 0 to 5; 0 takes the likeliest token.
        top_k: Likeliest tokens to keep; 0 keeps all.
        top_p: Probability that the kept tokens reach together; 1 keeps all.
        seed: Which row of random numbers draws.
        written: Ids of tokens that are written after the text already.

    Raises:
        ValueError: The text holds a lone surrogate, or an object came without its tokenizer.
        TraitError: A number is out of its range.
        TypeError: An argument is unknown, or the model is of an unknown kind.
    """

    _esm = assembled(HERE / "js" / "nexttoken.js")
    _css = stylesheet(HERE / "css", "lab", "nexttoken")

    def state(self) -> dict[str, Any]:
        """Return what a page starts from, with numbers that it can compare its own with."""
        return super().state() | {"recorded": recorded(self.next)}

    @traitlets.default("words")
    def _words(self) -> dict[str, str]:
        return shared_words() | next_token_words()

    def snapshot(self) -> Picture:
        """Draw the likeliest tokens, the draw and the lens as they are at present."""
        return draw(self.shown())
