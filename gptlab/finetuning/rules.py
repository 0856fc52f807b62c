"""Rules that judge a reply and can be checked by reading it."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from gptlab.finetuning.chat import ChatTemplate
from gptlab.finetuning.rollouts import Rollouts

Rule = Callable[[str], float]
"""Judges a text, from 0 to 1."""

COURTEOUS = tuple(
    "dear fair friend gentle good grace gracious happy heart honour joy kind love noble please "
    "praise pray sweet thank thanks welcome well worthy".split()
)


@dataclass(frozen=True)
class Courtesy:
    """How many different courteous words a reply has: a third for each, up to three.

    A word said twice counts once, so that a reply of one kind word over and over is no better than
    that word alone.

    Args:
        words: Small letters, as they stand between other letters.
        enough: Different words from which on more are no better.

    Example:
        >>> Courtesy()("Good, good my lord, I thank thee.")
        0.6666666666666666
    """

    words: tuple[str, ...] = COURTEOUS
    enough: int = 3

    def __post_init__(self) -> None:
        if not self.words or self.enough < 1:
            raise ValueError(
                f"expected at least one word and enough of at least 1; got {len(self.words)} words "
                f"and enough={self.enough}."
            )

    def __call__(self, text: str) -> float:
        """Judge a text."""
        said = set(re.findall(r"[^\W\d_]+", text.lower()))
        return min(len(said & set(self.words)), self.enough) / self.enough


def texts_of(rollouts: Rollouts, template: ChatTemplate) -> list[str]:
    """Spell replies, without the token that ends them."""
    return [
        template.tokenizer.decode(template.until_a_chat_token(rollouts.tokens(i)))
        for i in range(len(rollouts.replies))
    ]


def judged(rollouts: Rollouts, template: ChatTemplate, rule: Rule) -> list[float]:
    """Judge each of many replies by a rule."""
    return [rule(text) for text in texts_of(rollouts, template)]
