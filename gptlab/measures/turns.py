"""Whether a model knows who spoke before: a drawn name in the first of two turns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch.nn.utils.rnn import pad_sequence

from gptlab.attention import KeysValues
from gptlab.corpora import plays
from gptlab.evaluation import eval_mode
from gptlab.gpt import GPT
from gptlab.tokenizers import Tokenizer

NAMES = (
    *("ANGELO", "ANTONIO", "BRUTUS", "CASSIUS", "CLOTEN", "FALSTAFF", "HAMLET", "HELENA"),
    *("HOTSPUR", "IAGO", "IMOGEN", "MACBETH", "PORTIA", "ROMEO", "ROSALIND", "TROILUS"),
)
"""Speakers that the plays for training know."""
LONGEST = 120  # characters of the first turn


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """One speaks, another answers, and the first one's turn has come again.

    Both are drawn and have nothing to do with the words, so that without the first turn nobody can
    do better than guess.

    Args:
        speaker: Who speaks first.
        answerer: Who answers.
        said: What the first one says.
        answer: What the other one says; as much of it is used as is asked for.
    """

    speaker: str
    answerer: str
    said: str
    answer: str

    def prompt(self, tokenizer: Tokenizer, n_between: int, *, first: bool = True) -> list[int]:
        """Return the tokens after which a name is due.

        Args:
            tokenizer: Encodes the turns.
            n_between: Tokens of the answer.
            first: Whether the first turn is there.
        """
        start = f"{self.speaker}:\n{self.said}\n\n" if first else ""
        before = tokenizer.encode(f"{start}{self.answerer}:\n")
        return [*before, *tokenizer.encode(self.answer)[:n_between], *tokenizer.encode("\n\n")]

    @property
    def names(self) -> tuple[str, ...]:
        """Who may speak next: the right name first, and everybody but the one who spoke last."""
        spoken = (self.speaker, self.answerer)
        return (self.speaker, *(name for name in NAMES if name not in spoken))


def exchanges(n: int, generator: torch.Generator) -> list[Exchange]:
    """Draw exchanges, their words from the plays that are held out for validation.

    Args:
        n: How many.
        generator: Draws names and words.
    """
    held_out = [s for play in plays() if play.split == "validation" for s in play.speeches]
    openings = [speech.text for speech in held_out if 20 <= len(speech.text) <= LONGEST]
    drawn = []
    for _exchange in range(n):
        names = torch.randperm(len(NAMES), generator=generator)[:2].tolist()
        speaker, answerer = (NAMES[i] for i in names)
        said = openings[int(torch.randint(len(openings), (), generator=generator))]
        start = int(torch.randint(len(held_out) - 40, (), generator=generator))
        answer = " ".join(speech.text for speech in held_out[start : start + 40])
        drawn.append(Exchange(speaker=speaker, answerer=answerer, said=said, answer=answer))
    return drawn


def share_named(
    model: GPT,
    tokenizer: Tokenizer,
    asked: Sequence[Exchange],
    n_between: int,
    *,
    first: bool = True,
) -> float:
    """Return how often the first speaker's name is the likeliest to follow.

    Args:
        model: A causal model. Of a prompt that does not fit, it reads the newest tokens.
        tokenizer: Its tokenizer.
        asked: The exchanges.
        n_between: Tokens of the answer between the first turn and the name.
        first: Whether the first turn is there.

    Returns:
        A share; guessing gives 1 / (len(NAMES) − 1).
    """
    right = 0
    for exchange in asked:
        prompt = exchange.prompt(tokenizer, n_between, first=first)
        right += likeliest_name(model, tokenizer, prompt, exchange.names) == exchange.speaker
    return right / len(asked)


def likeliest_name(
    model: GPT, tokenizer: Tokenizer, prompt: Sequence[int], names: Sequence[str]
) -> str:
    """Return the name that is the likeliest to follow a prompt, all its tokens and a colon.

    Args:
        model: A causal model.
        tokenizer: Its tokenizer.
        prompt: Tokens after which a name is due.
        names: What it is chosen from.
    """
    endings = [tokenizer.encode(f"{name}:") for name in names]
    before = list(prompt)[-(model.cfg.n_ctx - max(map(len, endings))) :]
    after = pad_sequence([torch.tensor(ending) for ending in endings], batch_first=True)
    after = after.to(model.device)
    with eval_mode(model), torch.inference_mode():
        cache = model.new_cache()
        first = model(torch.tensor([before], device=model.device), cache)[:, -1:]
        # The prompt is read once, for all names. Padding stands to the right, where a causal model
        # does not look.
        rest = model(after[:, :-1], [_for_each(layer, len(names)) for layer in cache])
        logits = torch.cat([first.expand(len(names), -1, -1), rest], dim=1).double()
    logs = logits.log_softmax(-1).gather(2, after[:, :, None])[:, :, 0]
    lengths = torch.tensor([len(ending) for ending in endings], device=model.device)
    there = torch.arange(after.shape[1], device=model.device) < lengths[:, None]
    return names[int((logs * there).sum(1).argmax())]


def _for_each(layer: KeysValues, n: int) -> KeysValues:
    assert layer.k is not None and layer.v is not None  # the prompt was read
    return KeysValues(layer.k.repeat(n, 1, 1, 1), layer.v.repeat(n, 1, 1, 1))
