"""`ChatBox`: talk to a small chat model, with everything that it is told in view."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any, cast

import traitlets

from gptlab.decoding import Sampling
from gptlab.finetuning.dialogue import BASE
from gptlab.hashing import N_NUMBERS
from gptlab.style import Picture
from gptlab.tokenizers.spelling import checked_text
from gptlab.widgets import chat_box_answers as answers
from gptlab.widgets.base import TextWidget
from gptlab.widgets.chat_box_answers import Chat, Turn, shipped_chat
from gptlab.widgets.chat_box_picture import draw
from gptlab.widgets.chat_box_words import chat_words
from gptlab.widgets.esm import assembled, stylesheet
from gptlab.widgets.predicting import vocabulary
from gptlab.widgets.words import shared_words

HERE = Path(__file__).parent
EXAMPLE = "Who are you?"
MOST_TEMPERATURE = 2.0
_ASKED = ("text", "turns", "said", "written")


class ChatBox(TextWidget):
    """Talk to a model that was fine-tuned on dialogue, and see the raw prompt of every reply.

    The model keeps nothing between two messages: each reply begins with the whole prompt. A turn
    that is forgotten, or that no longer fits, is not in it.

    Args:
        text: The message in the text field at first.
        turns: The conversation so far: pairs of what was said and what was replied.
        chat: The model; the one that ships with gptlab if not given. Only that one answers in a
            page without a kernel.
        temperature: Sharper below 1, flatter above, 0 to 2; 0 takes the likeliest token.
        seed: Which row of random numbers draws; token i of a reply takes number i of it.

    Raises:
        ValueError: A text holds a lone surrogate.
        traitlets.TraitError: A number is out of its range, or a turn is not one.
        FileNotFoundError: The chat model is not there; the message names the command.
        TypeError: An argument is unknown.
    """

    _esm = assembled(HERE / "js" / "chat.js")
    _css = stylesheet(HERE / "css", "lab", "chat")

    turns: traitlets.List[dict[str, Any]] = traitlets.List(traitlets.Dict()).tag(sync=True)
    """The conversation so far, oldest first: `said`, `reply` and `forgotten` of each turn."""
    said = traitlets.Unicode().tag(sync=True)
    """The message that is being answered; empty if none is."""
    written: traitlets.List[int] = traitlets.List(traitlets.Int()).tag(sync=True)
    """Ids of the reply's tokens so far."""
    temperature = traitlets.Float(0.7).tag(sync=True, argument=True)
    """Sharper below 1, flatter above, 0 to 2; 0 takes the likeliest token."""
    seed = traitlets.Int(0).tag(sync=True, argument=True)
    """Which row of random numbers draws."""
    answer = traitlets.Dict().tag(sync=True, computed=True)
    """What `chat_box_answers.answered` returns."""
    vocabulary = traitlets.Dict().tag(sync=True, computed=True)
    """How every token is spelled: what `predicting.vocabulary` returns."""
    recorded = traitlets.Dict().tag(sync=True)
    """Logits of the kernel's, in what a page starts from; empty while the kernel answers."""

    def __init__(
        self,
        text: str = EXAMPLE,
        *,
        turns: list[tuple[str, str]] | None = None,
        chat: Chat | None = None,
        **arguments: Any,
    ) -> None:
        self._given = chat
        super().__init__(text=text, **arguments)
        self.turns = [
            {"said": said, "reply": reply, "forgotten": False} for said, reply in turns or ()
        ]

    @cached_property
    def chat(self) -> Chat:
        """The model that answers."""
        return self._given or shipped_chat()

    @property
    def sampling(self) -> Sampling:
        """The decoding rule in use."""
        return Sampling(temperature=self.temperature)

    def page_weights(self) -> list[str] | None:
        """Name the weights that a page needs; None if only this kernel has the model."""
        return [f"model/{BASE}", "adapter/chat"] if self._given is None else None

    def state(self) -> dict[str, Any]:
        """Return what a page starts from, with numbers that it can compare its own with."""
        return super().state() | {"recorded": answers.recorded(self.answer)}

    def snapshot(self) -> Picture:
        """Draw the conversation, the raw prompt and what is expected next."""
        return draw(self.answer, self.chat.backend, self.sampling, self.seed)

    @traitlets.default("answer")
    def _answer(self) -> dict[str, Any]:
        turns = cast(list[Turn], self.turns)  # as `_known_turns` lets them in
        return answers.answered(self.chat, self.text, turns, self.said, self.written)

    @traitlets.default("vocabulary")
    def _spelled_vocabulary(self) -> dict[str, bytes]:
        return vocabulary(self.chat.backend)

    @traitlets.default("words")
    def _words(self) -> dict[str, str]:
        return shared_words() | chat_words()

    @traitlets.validate("temperature")
    def _known_temperature(self, proposal: dict[str, Any]) -> float:
        temperature = float(proposal["value"])
        if not 0 <= temperature <= MOST_TEMPERATURE:
            raise traitlets.TraitError(
                f"temperature goes from 0 (the likeliest token) to {MOST_TEMPERATURE:g}; got "
                f"{temperature:g}. 1 draws from the model as it is."
            )
        return temperature

    @traitlets.validate("seed")
    def _known_seed(self, proposal: dict[str, Any]) -> int:
        if not 0 <= proposal["value"] < N_NUMBERS:
            raise traitlets.TraitError(
                f"seed is a whole number from 0 to {N_NUMBERS - 1}; got {proposal['value']}."
            )
        return int(proposal["value"])

    @traitlets.validate("turns")
    def _known_turns(self, proposal: dict[str, Any]) -> list[dict[str, Any]]:
        turns = list(proposal["value"])
        for turn in turns:
            if set(turn) != {"said", "reply", "forgotten"}:
                raise traitlets.TraitError(
                    f"a turn has said, reply and forgotten; got {', '.join(map(str, turn))}. "
                    "Pass turns=[(said, reply), …]."
                )
            for words in (turn["said"], turn["reply"]):
                checked_text(words)
        return turns

    @traitlets.validate("said")
    def _valid_message(self, proposal: dict[str, Any]) -> str:
        return checked_text(proposal["value"])

    @traitlets.validate("written")
    def _known_tokens(self, proposal: dict[str, Any]) -> list[int]:
        d_vocab, ids = self.chat.tuned.cfg.d_vocab, list(proposal["value"])
        if len(ids) > answers.N_REPLY or any(not 0 <= token < d_vocab for token in ids):
            raise traitlets.TraitError(
                f"written holds at most {answers.N_REPLY} token ids from 0 to {d_vocab - 1}; got "
                f"{len(ids)} of them. Take them from the model's own tokenizer."
            )
        return ids

    @traitlets.observe(*_ASKED)
    def _answer_again(self, _change: object) -> None:
        if any(self.answer[name] != getattr(self, name) for name in _ASKED):
            self.answer = self._answer()
