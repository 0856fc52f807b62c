"""A text in three parts: to learn from, to choose by, to report on."""

from dataclasses import dataclass
from typing import Literal

Split = Literal["train", "validation", "test"]


@dataclass(frozen=True, kw_only=True)
class Corpus:
    """A text cut into parts that share nothing.

    Args:
        name: What figures and logs call it.
        train: The text that gradients come from.
        validation: The text that choices (sizes, learning rates) are made by.
        test: The text that is looked at last; empty where a corpus has none.

    Example:
        >>> Corpus(name="tea", train="tea, teapot", validation="thé").n_bytes("validation")
        4
    """

    name: str
    train: str
    validation: str
    test: str = ""

    def split(self, name: Split) -> str:
        """Return one part by its name, for loops over parts."""
        return {"train": self.train, "validation": self.validation, "test": self.test}[name]

    def n_bytes(self, name: Split) -> int:
        """Count the UTF-8 bytes of one part, the unit that bits per byte divide by."""
        return len(self.split(name).encode())

    def alphabet(self) -> str:
        """Return every distinct character of the whole corpus, in code point order."""
        return "".join(sorted(set(self.train) | set(self.validation) | set(self.test)))


def split_in_order(name: str, text: str, train_part: float = 0.9) -> Corpus:
    """Cut a text into a first part to learn from and a last part to validate on.

    Args:
        name: Name of the corpus.
        text: The whole text; at least two characters, so that neither part is empty.
        train_part: Share of the characters that go into the first part, between 0 and 1.

    Raises:
        ValueError: Nothing but white space, or too short for two parts.

    Source: nanoGPT, data/shakespeare_char/prepare.py (the same cut, character for character).

    Example:
        >>> split_in_order("digits", "0123456789").validation
        '9'
    """
    if not text.strip():
        raise ValueError(
            f"expected text in the corpus {name!r}, came {len(text)} characters of white space. "
            "Choose a file that has words in it."
        )
    cut = int(len(text) * train_part)
    if not 0 < cut < len(text):
        raise ValueError(
            f"expected a text long enough for two parts in the corpus {name!r}, came "
            f"{len(text)} character. Choose a longer file."
        )
    return Corpus(name=name, train=text[:cut], validation=text[cut:])
