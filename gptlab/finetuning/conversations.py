"""Conversations to learn from: the plays' own cues and replies, or what a learner writes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache

import torch

from gptlab import corpora
from gptlab.corpora import Speech
from gptlab.data import Split, Splits
from gptlab.finetuning.chat import ChatTemplate, Exchange

Conversation = tuple[Exchange, ...]


def of_the_plays(template: ChatTemplate, longest: int) -> dict[corpora.Split, list[Conversation]]:
    """Return the plays' dialogues of two, by the part of the corpus that their play belongs to.

    Two speakers who answer each other in turn make a conversation, and each of them is the model
    once: what is a cue in one conversation is a reply in the other.

    Args:
        template: Its tokenizer measures the speeches.
        longest: Speeches with more tokens end a conversation and are left out.

    Raises:
        MissingDataError: The data package is not installed.
    """
    part_of = {play.title: play.split for play in corpora.plays()}
    found: dict[corpora.Split, list[Conversation]] = {"train": [], "validation": [], "test": []}
    for speeches in _duologues(template, longest):
        for first in (0, 1):
            pairs = zip(speeches[first::2], speeches[first + 1 :: 2], strict=False)
            exchanges = tuple(Exchange(cue.text, reply.text) for cue, reply in pairs)
            if exchanges:
                found[part_of[speeches[0].play]].append(exchanges)
    return found


def as_splits(
    template: ChatTemplate, conversations: dict[corpora.Split, list[Conversation]]
) -> Splits:
    """Write conversations as the three parts of a corpus."""
    parts = (conversations[part] for part in ("train", "validation", "test"))
    return Splits(*(as_split(template, part) for part in parts))


def as_split(template: ChatTemplate, conversations: Iterable[Conversation]) -> Split:
    """Write conversations one after the other, as a text that `Replies` asks about."""
    ids = [token for exchanges in conversations for token in template.conversation(exchanges)]
    n_bytes = sum(len(template.tokenizer.token_bytes(token)) for token in ids[1:])
    return Split(torch.tensor(ids, dtype=torch.long), n_bytes)


def _duologues(template: ChatTemplate, longest: int) -> Iterator[Sequence[Speech]]:
    """Yield the longest stretches in which two speakers take turns, all speeches short enough."""

    @cache
    def short(text: str) -> bool:
        return 0 < len(template.tokenizer.encode(text)) <= longest

    so_far: list[Speech] = []
    for cue, reply in corpora.replies():
        goes_on = bool(so_far) and so_far[-1] is cue
        if not goes_on or (len(so_far) > 1 and so_far[-2].speaker != reply.speaker):
            yield so_far
            so_far = [cue] if short(cue.text) else []
        if so_far and short(reply.text):
            so_far.append(reply)
        else:
            yield so_far
            so_far = [reply] if short(reply.text) else []
    yield so_far
