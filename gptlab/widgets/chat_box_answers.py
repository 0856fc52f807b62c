"""What a chat model is given, and what it expects next: every number that `ChatBox` shows.

`js/answers/chat.js` computes the same in the page; tests hold the two equal.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, TypedDict

import numpy as np
import torch
from jaxtyping import Float32

from gptlab import checkpoints
from gptlab.decoding import whole_characters
from gptlab.evaluation import eval_mode
from gptlab.finetuning import merged
from gptlab.finetuning.chat import ChatTemplate, Exchange, with_chat_tokens
from gptlab.finetuning.dialogue import BASE, open_chat
from gptlab.gpt import GPT
from gptlab.widgets.backends import GPTBackend
from gptlab.widgets.predicting import logged
from gptlab.widgets.spellings import spelled

N_REPLY = 48  # tokens of the longest reply; the prompt leaves room for them from the start
Answer = dict[str, Any]


class Turn(TypedDict):
    """What was said and replied, and whether the learner had it taken out of the prompt."""

    said: str
    reply: str
    forgotten: bool


@dataclass(frozen=True, kw_only=True, eq=False)
class Chat:
    """A model that was taught to reply.

    Args:
        tuned: The model, its adapter merged into the weights.
        beside: The same model as it was trained: the adapter computed beside the weights.
        untuned: The model before it was taught, with the rows that its chat tokens began with.
        template: How a conversation is written.
    """

    tuned: GPT
    beside: GPT
    untuned: GPT
    template: ChatTemplate

    @property
    def backend(self) -> GPTBackend:
        """The tuned model, as widgets ask it."""
        return GPTBackend(self.tuned, self.template.tokenizer)

    @property
    def n_ctx(self) -> int:
        """Tokens that it can read."""
        return self.tuned.cfg.n_ctx


@cache
def shipped_chat() -> Chat:
    """Open the chat model that ships with gptlab.

    Raises:
        FileNotFoundError: There is none; the message names the command.
    """
    beside, template = open_chat()
    untuned, _tokenizer = with_chat_tokens(*checkpoints.load(BASE, device="cpu"))
    return Chat(tuned=merged(beside), beside=beside, untuned=untuned, template=template)


def answered(
    chat: Chat, text: str, turns: Sequence[Turn], said: str = "", written: Sequence[int] = ()
) -> Answer:
    """Write the prompt, and ask what comes after it and the part of the reply that is written.

    Args:
        chat: The model.
        text: What stands in the text field: the message to come, while none is being answered.
        turns: The conversation so far, oldest first.
        said: The message that is being answered; empty if none is.
        written: The tokens of its reply so far.

    Returns:
        What was asked (`text`, `turns`, `said`, `written`); the tokens that the model is given as
        `ids`, `lengths`, `bytes`, of which `n_prompt` are the prompt's; `special`, the places of
        the chat's own tokens; `places`, for each turn where it begins in the prompt, or −1;
        `n_fell_out`, how many turns did not fit; `n_cut`, how many tokens of the message did not;
        `n_ctx`, `n_reply` and `d_vocab`; `stops`, the ids that end a reply; `reply`, the text of
        `written`; the `logits` of the next token and, as `control`, those of the untuned model, as
        float32 bytes; `merged`, by how much the logits of merged and unmerged weights differ at
        most; `again`, by how much those of a second reading do. `from_recorded` is for the page.
    """
    template = chat.template
    kept = [turn for turn in turns if not turn["forgotten"]]
    history = [Exchange(turn["said"], turn["reply"]) for turn in kept]
    prompt = template.prompt(said or text, history, chat.n_ctx - N_REPLY)
    ids = [*prompt.ids, *written]
    own = set(template.ids.values())
    starts = _starts(template, history[prompt.n_forgotten :])
    fallen = iter([-1] * prompt.n_forgotten)
    logits, again, beside = (_next(model, ids) for model in (chat.tuned, chat.tuned, chat.beside))
    return {
        "text": text,
        "turns": [dict(turn) for turn in turns],
        "said": said,
        "written": list(written),
        **spelled(chat.backend, ids),
        "n_prompt": len(prompt.ids),
        "special": [place for place, token in enumerate(ids) if token in own],
        "places": [
            -1 if turn["forgotten"] else next(fallen, None) or next(starts) for turn in turns
        ],
        "n_fell_out": prompt.n_forgotten,
        "n_cut": prompt.n_cut,
        "n_ctx": chat.n_ctx,
        "n_reply": N_REPLY,
        "d_vocab": chat.tuned.cfg.d_vocab,
        "stops": sorted(own),
        "reply": "".join(whole_characters(template.tokenizer, written)),
        "logits": logits.tobytes(),
        "control": _next(chat.untuned, ids).tobytes(),
        "merged": float(np.abs(logits - beside).max()),
        "again": float(np.abs(logits - again).max()),
        "from_recorded": None,
    }


def recorded(answer: Answer) -> Answer:
    """Take down the likeliest next tokens and their logits, for a page to compare its own with."""
    return {"ids": answer["ids"], "next": logged(np.frombuffer(answer["logits"], dtype="<f4"))}


def _starts(template: ChatTemplate, exchanges: Sequence[Exchange]) -> Iterator[int]:
    place = 1  # behind the token that begins the conversation
    for exchange in exchanges:
        yield place
        place += len(template.exchange(exchange))


def _next(model: GPT, ids: Sequence[int]) -> Float32[np.ndarray, " d_vocab"]:
    tokens = torch.tensor([list(ids)], dtype=torch.long, device=model.device)
    with eval_mode(model), torch.inference_mode():
        logits: np.ndarray = model(tokens)[0, -1].float().cpu().numpy().astype("<f4")
    return logits
