"""What a model knows of grammar that nobody told it: parts of speech, and verbs that agree.

The labels are lists of English words of Shakespeare's time, written down here, each word in one
list. Words that belong to two classes, such as *love*, *for* or *that*, are left out, so this is no
sample of the language: it asks about plain cases only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Int
from torch import Tensor

from gptlab.evaluation import eval_mode
from gptlab.gpt import GPT
from gptlab.measures.filling import Gaps
from gptlab.tokenizers import Tokenizer

PARTS_OF_SPEECH = {
    "determiner": "the a an my thy our their your every these those".split(),
    "pronoun": "I he she we they thou ye me him us them thee himself myself".split(),
    "preposition": "of in with from by upon at into unto through against between among".split(),
    "conjunction": "and or nor if because though lest when where".split(),
    "auxiliary": "shall should would could must hath doth have has had is are was were am".split(),
    "noun": (
        "king lord lady father mother brother sister son daughter wife husband friend heart blood "
        "life death day night eyes hand heaven sword crown prince duke queen woman world soul"
    ).split(),
    "adjective": (
        "good great noble sweet poor true old young dear gentle happy high strange such"
    ).split(),
    "verb": "make take give tell hear bring keep know think see come go speak do say".split(),
}
"""Part of speech to words; those that are no single token of a tokenizer are passed over."""


@dataclass(frozen=True)
class Agreement:
    """A sentence with a gap, a verb that fits its subject, and one that does not.

    Args:
        left: What stands before the gap.
        right: What stands after it.
        fits: The verb that agrees with the subject.
        differs: The one that does not.
    """

    left: str
    right: str
    fits: str
    differs: str


def labelled_gaps(
    ids: Int[Tensor, " n_tokens"],
    tokenizer: Tokenizer,
    n_ctx: int,
    most_of_each: int,
    generator: torch.Generator,
) -> tuple[Gaps, list[str]]:
    """Find words of known part of speech in a text, each in the middle of a window of its own.

    Args:
        ids: The text.
        tokenizer: Its tokenizer.
        n_ctx: Tokens of a window.
        most_of_each: Gaps per part of speech, at most, drawn from all that there are.
        generator: Draws which.

    Returns:
        The gaps, and the part of speech of the word in each.
    """
    half, windows, labels = n_ctx // 2, [], []
    for part, words in PARTS_OF_SPEECH.items():
        known = torch.tensor(
            [i for word in words if (i := _token(tokenizer, f" {word}")) is not None]
        )
        places = torch.isin(ids, known).nonzero()[:, 0]
        places = places[(places >= half) & (places < len(ids) - n_ctx + half)]
        chosen = places[torch.randperm(len(places), generator=generator)[:most_of_each]]
        windows.append(ids[chosen[:, None] + torch.arange(n_ctx) - half])
        labels += [part] * len(chosen)
    every = torch.cat(windows)
    return Gaps(every, torch.full((len(every),), half)), labels


def agreements() -> list[Agreement]:
    """Make sentences in which a verb has to agree with its subject, near by or some words away."""
    pairs = [
        ("I", " am", " is"), ("I", " have", " hath"), ("thou", " art", " is"),
        ("he", " is", " are"), ("she", " is", " are"), ("he", " hath", " have"),
        ("she", " hath", " have"), ("we", " are", " is"), ("they", " are", " is"),
        ("they", " have", " hath"), ("we", " have", " hath"), ("he", " was", " were"),
        ("they", " were", " was"), ("The king", " is", " are"), ("The lords", " are", " is"),
        ("The king", " hath", " have"), ("My father", " was", " were"),
        ("My brothers", " were", " was"), ("His eyes", " are", " is"), ("My lord", " is", " are"),
    ]  # fmt: skip
    frames = [
        ("{subject}", " not here."),
        ("And yet {subject}", " a friend to me."),
        ("{subject}, my good lord,", " come to me."),
        ("I say that {subject}", " here."),
    ]
    return [
        Agreement(left.format(subject=subject), right, fits, differs)
        for left, right in frames
        for subject, fits, differs in pairs
    ]


def agreement_score(
    model: GPT, tokenizer: Tokenizer, sentences: Sequence[Agreement], mask_id: int | None = None
) -> float:
    """Return the share of sentences in which the verb that fits is likelier; 0.5 is chance.

    Args:
        model: A causal model, or one that fills gaps.
        tokenizer: Its tokenizer.
        sentences: What to ask; those whose verbs are no single tokens are passed over.
        mask_id: The id that marks a gap, for a model that fills gaps; it then reads the right too.
    """
    right = []
    for sentence in sentences:
        fits, differs = (_token(tokenizer, verb) for verb in (sentence.fits, sentence.differs))
        if fits is None or differs is None:
            continue
        left = tokenizer.encode(f"\n{sentence.left}")
        ids, place = left, len(left) - 1
        if mask_id is not None:
            ids, place = [*left, mask_id, *tokenizer.encode(sentence.right)], len(left)
        with eval_mode(model), torch.inference_mode():
            logits = model(torch.tensor([ids]))[0, place]
        right.append(float(logits[fits] > logits[differs]))
    return sum(right) / len(right)


def _token(tokenizer: Tokenizer, word: str) -> int | None:
    ids = tokenizer.encode(word)
    return ids[0] if len(ids) == 1 else None
