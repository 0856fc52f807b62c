"""Chat as a text: tokens of our own say who speaks, and a prompt is all that the model is told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace

import torch
from torch import nn

from gptlab.gpt import GPT
from gptlab.tokenizers import ByteBPE, Tokenizer

BEGIN, USER, MODEL, END = "<|begin|>", "<|user|>", "<|model|>", "<|end|>"
CHAT_TOKENS = (BEGIN, USER, MODEL, END)
"""A conversation begins; who speaks next; the model has finished its reply."""


@dataclass(frozen=True)
class Exchange:
    """Something that was said to the model, and its reply."""

    said: str
    reply: str


@dataclass(frozen=True)
class Prompt:
    """What the model is given before it replies: all that it knows about the conversation.

    Args:
        ids: The tokens, from `<|begin|>` to `<|model|>`.
        n_forgotten: Exchanges, from the oldest on, that no longer fit.
        n_cut: Tokens at the beginning of the newest message that do not fit either.
    """

    ids: tuple[int, ...]
    n_forgotten: int
    n_cut: int


def with_chat_tokens(model: GPT, tokenizer: Tokenizer) -> tuple[GPT, ByteBPE]:
    """Append the tokens that a chat needs to a tokenizer, and their rows to a copy of its model.

    The tokenizer's own ids stay, and so do all logits for them: the new rows are the mean of the
    rows that were there, from which training moves them apart.

    Args:
        model: A model with as many logits as the tokenizer has ids; it is not changed.
        tokenizer: A byte-level BPE of gptlab.

    Returns:
        The larger model, and the tokenizer to use with it.

    Raises:
        ValueError: If the tokenizer cannot take new tokens, has them already, or is another
            model's.

    Source: Hewitt 2021 (Initializing new word embeddings), on the mean.
    """
    if not isinstance(tokenizer, ByteBPE):
        raise ValueError(
            f"a chat appends tokens to gptlab's own byte-level BPE; {tokenizer.name} is a "
            f"{type(tokenizer).__name__}. Train a model with --tokenizer bpe."
        )
    if model.cfg.d_vocab != tokenizer.vocab_size:
        raise ValueError(
            f"the model has {model.cfg.d_vocab} logits and {tokenizer.name} {tokenizer.vocab_size} "
            "ids. Pass the tokenizer that the model was trained with."
        )
    larger = replace(tokenizer, specials=(*tokenizer.specials, *CHAT_TOKENS))
    return _with_rows(model, len(CHAT_TOKENS)), larger


def _with_rows(model: GPT, n: int) -> GPT:
    copy = deepcopy(model)
    old = model.W_E.detach()
    new = old.mean(dim=0, keepdim=True).expand(n, -1)
    copy.W_E = nn.Parameter(torch.cat((old, new)))
    copy.cfg = replace(model.cfg, d_vocab=len(old) + n)
    return copy


@dataclass(frozen=True)
class ChatTemplate:
    """How a conversation is written as tokens.

    `<|begin|>`, and for each exchange `<|user|>` what was said `<|model|>` the reply `<|end|>`. A
    text that spells one of these names stays text: only the template puts the tokens themselves.

    Args:
        tokenizer: A tokenizer that has the chat tokens, from `with_chat_tokens`.

    Raises:
        ValueError: If it has not.

    Source: Ouyang et al. 2022, section 3.5, trains on demonstrations as prompts and replies; the
        names of these tokens are ours.
    """

    tokenizer: ByteBPE

    def __post_init__(self) -> None:
        missing = [name for name in CHAT_TOKENS if name not in self.tokenizer.special_ids]
        if missing:
            raise ValueError(
                f"expected a tokenizer with {', '.join(CHAT_TOKENS)}; {self.tokenizer.name} lacks "
                f"{', '.join(missing)}. Make one with with_chat_tokens(model, tokenizer)."
            )

    @property
    def ids(self) -> dict[str, int]:
        """The ids of the chat tokens, by name."""
        return {name: self.tokenizer.special_ids[name] for name in CHAT_TOKENS}

    def exchange(self, exchange: Exchange) -> list[int]:
        """Write one exchange, its end included."""
        reply = self.tokenizer.encode(exchange.reply)
        return [*self.opening(exchange.said), *reply, self.ids[END]]

    def opening(self, said: str) -> list[int]:
        """Write what is said, up to the token after which the model speaks."""
        return [self.ids[USER], *self.tokenizer.encode(said), self.ids[MODEL]]

    def conversation(self, exchanges: Iterable[Exchange]) -> list[int]:
        """Write a conversation from its beginning."""
        ids = [self.ids[BEGIN]]
        for exchange in exchanges:
            ids += self.exchange(exchange)
        return ids

    def prompt(self, said: str, history: Sequence[Exchange], room: int) -> Prompt:
        """Write everything that the model is told before it replies.

        What does not fit is left out: whole exchanges, the oldest first, and only if the newest
        message alone is too long, its beginning, by whole characters.

        Args:
            said: The newest message.
            history: The exchanges before it, oldest first.
            room: Tokens that the prompt may have, at least 4.

        Raises:
            ValueError: If there is less room.
        """
        if room < len(CHAT_TOKENS):
            raise ValueError(
                f"a prompt needs room for at least {len(CHAT_TOKENS)} tokens; there is room for "
                f"{room}. Ask for a shorter reply, or use a model with a larger n_ctx."
            )
        user, *message, model = self.opening(said)
        n_cut = max(0, len(message) - (room - 3))
        while n_cut and n_cut < len(message) and self._continues(message[n_cut]):
            n_cut += 1  # a token inside a character is left out with the character
        newest = [user, *message[n_cut:], model]
        kept: list[list[int]] = []
        left = room - 1 - len(newest)
        for exchange in reversed(history):
            written = self.exchange(exchange)
            if len(written) > left:
                break
            kept.insert(0, written)
            left -= len(written)
        before = [token for written in kept for token in written]
        ids = (self.ids[BEGIN], *before, *newest)
        return Prompt(ids=ids, n_forgotten=len(history) - len(kept), n_cut=n_cut)

    def raw(self, ids: Iterable[int]) -> str:
        """Spell tokens, the chat's own by their names: what a prompt looks like to the model."""
        return self.tokenizer.decode(ids)

    def until_a_chat_token(self, ids: Iterable[int]) -> Iterator[int]:
        """Yield tokens up to the first that belongs to the template, which ends a reply."""
        stops = set(self.ids.values())
        for token in ids:
            if token in stops:
                return
            yield token

    def _continues(self, token: int) -> bool:
        # UTF-8 begins every byte of a character but the first with the bits 10.
        return self.tokenizer.token_bytes(token)[0] >> 6 == 0b10
