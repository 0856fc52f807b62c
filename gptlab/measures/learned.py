"""What a text shows that its writer has learned: spelling, and the names of those who speak."""

import re
from collections.abc import Set
from dataclasses import dataclass

import torch

from gptlab.decoding import Sampling, generate_text
from gptlab.gpt import GPT
from gptlab.measures.grammar import agreement_score, agreements
from gptlab.tokenizers import Tokenizer

N_WRITTEN = 250  # tokens
_WORD = re.compile(r"[A-Za-z]+(?:['-][A-Za-z]+)*")
_HEADING = re.compile(r"^([^\n]+):$", re.MULTILINE)


def words(text: str) -> list[str]:
    """List the words of an English text, in small letters.

    Example:
        >>> words("O, swear not by th'inconstant moon!")
        ['o', 'swear', 'not', 'by', "th'inconstant", 'moon']
    """
    return [word.lower() for word in _WORD.findall(text)]


def speakers(text: str) -> list[str]:
    r"""List who speaks in a play: lines that end in a colon.

    Example:
        >>> speakers("ROMEO:\nShe speaks: O, speak again!\n\nJULIET:\nO Romeo")
        ['ROMEO', 'JULIET']
    """
    return _HEADING.findall(text)


def share_known(found: list[str], known: Set[str]) -> float:
    """Return the share of words or names that are known; 0 if there are none.

    Example:
        >>> share_known(["to", "be", "xyz", "to"], {"to", "be"})
        0.75
    """
    return sum(each in known for each in found) / len(found) if found else 0.0


@dataclass(frozen=True)
class Known:
    """What occurs in a text that a model has read: its words and its speakers."""

    words: frozenset[str]
    speakers: frozenset[str]

    @classmethod
    def of(cls, text: str) -> "Known":
        """Read a text."""
        return cls(frozenset(words(text)), frozenset(speakers(text)))


def shown_by(
    model: GPT, tokenizer: Tokenizer, known: Known, generator: torch.Generator
) -> dict[str, float]:
    """Let a model write, and say what it has learned.

    Args:
        model: The writer.
        tokenizer: Its tokenizer.
        known: What its training text holds.
        generator: Draws the tokens.

    Returns:
        Shares: `words` that the training text has, `speakers` that it has, and `verbs`, as
        `grammar.agreement_score` counts them, where 0.5 is chance.
    """
    text = generate_text(
        model, tokenizer, "\n\n", N_WRITTEN, sampling=Sampling(temperature=1.0), generator=generator
    )
    return {
        "words": share_known(words(text), known.words),
        "speakers": share_known(speakers(text), known.speakers),
        "verbs": agreement_score(model, tokenizer, agreements()),
    }
