"""A small text whose topics are known, because they were planted in it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

NOUNS = {
    "pets": ("cat", "dog", "rabbit", "hamster", "parrot", "kitten", "puppy", "pony"),
    "ball sports": (
        "football", "basketball", "tennis", "cricket", "hockey", "rugby", "golf", "volleyball",
    ),
    "food": ("bread", "cheese", "soup", "rice", "pizza", "salad", "cake", "pasta"),
}  # fmt: skip
VERBS = {
    "pets": ("feed", "stroke", "groom", "tame", "adopt", "brush"),
    "ball sports": ("play", "watch", "win", "lose", "referee", "coach"),
    "food": ("cook", "eat", "taste", "serve", "bake", "order"),
}
PEOPLE = ("children", "people", "friends", "neighbours", "teachers", "students")
TIMES = ("today", "often", "sometimes", "again", "together", "here")

TOPICS = {topic: NOUNS[topic] + VERBS[topic] for topic in NOUNS}
"""The words of each topic: things first, then what one does with them."""


def planted(n_sentences: int, *, seed: int = 0) -> list[list[str]]:
    """Write sentences such as `the children often feed the cat and the rabbit`.

    Six of seven keep to one topic, the others take each word from any. People, times and small
    words are the same in all of them. No sentence names a topic.

    Args:
        n_sentences: How many.
        seed: Of the random choices.

    Returns:
        Sentences as lists of words.
    """
    random = np.random.default_rng(seed)

    def one_of(words: Sequence[str]) -> str:
        return words[int(random.integers(len(words)))]

    sentences = []
    for _ in range(n_sentences):
        topic, is_mixed = one_of([*TOPICS]), random.random() < 1 / 7
        first, second, doing = (one_of([*TOPICS]) if is_mixed else topic for _ in range(3))
        first, second, verb = one_of(NOUNS[first]), one_of(NOUNS[second]), one_of(VERBS[doing])
        people, time = one_of(PEOPLE), one_of(TIMES)
        shapes = (
            ("the", people, verb, "the", first, time),
            ("the", people, time, verb, "the", first, "and", "the", second),
            (time, "we", verb, "a", first, "with", "the", people),
            ("some", people, "like", "to", verb, first, "or", second),
        )
        sentences.append([*shapes[int(random.integers(len(shapes)))]])
    return sentences


def swapped(sentences: Sequence[Sequence[str]], first: str, second: str) -> list[list[str]]:
    """Put each of two words in the other's place, everywhere.

    Example:
        >>> swapped([["feed", "the", "cat"]], "cat", "golf")
        [['feed', 'the', 'golf']]
    """
    other = {first: second, second: first}
    return [[other.get(word, word) for word in sentence] for sentence in sentences]
