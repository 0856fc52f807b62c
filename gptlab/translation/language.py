"""A little English and its French: every sentence of a grammar, with its translation.

The French is not word for word. Most adjectives follow their noun, articles and adjectives agree
with its gender, `le` becomes `l'` before a vowel, and a denied verb has two words around it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import NamedTuple

from gptlab.hashing import hashed

START, END = "<start>", "<end>"
HELD_OUT = 8  # one sentence in so many is kept for the test


class Noun(NamedTuple):
    """A noun of both languages."""

    english: str
    french: str
    feminine: bool


class Adjective(NamedTuple):
    """An adjective of both languages."""

    english: str
    masculine: str
    feminine: str
    goes_before: bool


class Verb(NamedTuple):
    """What stands between the two nouns, in both languages."""

    english: str
    french: str


NOUNS = (
    Noun("cat", "chat", False),
    Noun("dog", "chien", False),
    Noun("bird", "oiseau", False),
    Noun("mat", "tapis", False),
    Noun("garden", "jardin", False),
    Noun("tree", "arbre", False),
    Noun("house", "maison", True),
    Noun("table", "table", True),
    Noun("car", "voiture", True),
    Noun("school", "école", True),
    Noun("chair", "chaise", True),
)
ADJECTIVES = (
    Adjective("black", "noir", "noire", False),
    Adjective("white", "blanc", "blanche", False),
    Adjective("green", "vert", "verte", False),
    Adjective("small", "petit", "petite", True),
)
VERBS = (
    Verb("is on", "est sur"),
    Verb("is in", "est dans"),
    Verb("is under", "est sous"),
    Verb("is not on", "n' est pas sur"),
    Verb("is not in", "n' est pas dans"),
    Verb("sees", "voit"),
)
ENGLISH = ("The cat is on the mat.", "The dog is in the garden.", "The bird is on the tree.")
FRENCH = (
    "le chat est sur le tapis .",
    "le chien est dans le jardin .",
    "l' oiseau est sur l' arbre .",
)
"""Three sentences that an article translates, and their French."""
VOWELS = tuple("aeioué")
ARTICLE = {False: "le", True: "la"}  # by whether the noun is feminine


@dataclass(frozen=True)
class Sentence:
    """A sentence in both languages, cut into words.

    Args:
        english: What is given.
        french: What is wanted.
    """

    english: tuple[str, ...]
    french: tuple[str, ...]

    def __str__(self) -> str:
        return " ".join(self.english)


class Words:
    """The words of both languages as ids, with a sign for the start and one for the end.

    Args:
        sentences: Where the words are taken from, in order of first use.
    """

    def __init__(self, sentences: Iterable[Sentence]) -> None:
        met = (word for s in sentences for word in (*s.english, *s.french))
        self.words = tuple(dict.fromkeys((START, END, *met)))
        self._ids = {word: i for i, word in enumerate(self.words)}

    def __len__(self) -> int:
        return len(self.words)

    def encode(self, words: str | Sequence[str]) -> list[int]:
        """Turn words into ids.

        Args:
            words: Words, or a text with spaces between them.

        Raises:
            ValueError: A word is not in the vocabulary.
        """
        wanted = spaced(words).split() if isinstance(words, str) else words
        if unknown := [word for word in wanted if word not in self._ids]:
            raise ValueError(
                f"expected words of this little language, got {unknown[0]!r}. It has: "
                f"{', '.join(self.words[2:])}."
            )
        return [self._ids[word] for word in wanted]

    def decode(self, ids: Iterable[int]) -> tuple[str, ...]:
        """Turn ids into words."""
        return tuple(self.words[i] for i in ids)


def every_sentence() -> tuple[Sentence, ...]:
    """Make every sentence of the grammar: noun phrase, verb, noun phrase, full stop."""
    phrases = [(adjective, noun) for adjective in (None, *ADJECTIVES) for noun in NOUNS]
    return tuple(
        Sentence(
            (*_english(*subject), *verb.english.split(), *_english(*thing), "."),
            (*_french(*subject), *verb.french.split(), *_french(*thing), "."),
        )
        for subject, verb, thing in product(phrases, VERBS, phrases)
        if subject[1] != thing[1]
    )


def halves(sentences: Iterable[Sentence]) -> tuple[list[Sentence], list[Sentence]]:
    """Divide sentences into those to learn from and those to be tested with, by a hash.

    Returns:
        Seven eighths to learn from; and one eighth that is never seen in training, the sentences
        of `ENGLISH` among it.
    """
    kept = {spaced(text) for text in ENGLISH}
    learned: list[Sentence] = []
    tested: list[Sentence] = []
    for sentence in sentences:
        number = 0
        for sign in str(sentence).encode():
            number = hashed(number ^ sign)
        is_tested = number % HELD_OUT == 0 or str(sentence) in kept
        (tested if is_tested else learned).append(sentence)
    return learned, tested


def spaced(text: str) -> str:
    """Write a text as the words of this language: small letters, the full stop a word of its own.

    Example:
        >>> spaced("The cat is on the mat.")
        'the cat is on the mat .'
    """
    return " ".join(text.lower().replace(".", " .").split())


def _english(adjective: Adjective | None, noun: Noun) -> tuple[str, ...]:
    return ("the", adjective.english, noun.english) if adjective else ("the", noun.english)


def _french(adjective: Adjective | None, noun: Noun) -> tuple[str, ...]:
    words = [noun.french]
    if adjective:
        form = adjective.feminine if noun.feminine else adjective.masculine
        words.insert(0 if adjective.goes_before else 1, form)
    article = "l'" if words[0].startswith(VOWELS) else ARTICLE[noun.feminine]
    return (article, *words)
