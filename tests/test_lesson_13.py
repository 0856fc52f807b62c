"""Lesson 13: its exercises, its judge, and that the claims about GPT as a whole are settled."""

import re
from collections import Counter
from collections.abc import Callable

import pytest

from gptlab.claims import claims
from gptlab.exercises import Exercise, assert_sound
from gptlab.exercises.lessons import exercises_of, name_of
from gptlab.measures import judging
from gptlab.tokenizers import CharTokenizer
from tools import notebooks

(SOURCE,) = notebooks.sources(["13"])
LESSON = SOURCE.read_text(encoding="utf-8")
MEASURED = {"13-by-guessing": {"n_claims": 279, "n_commonest": 102}}
LETTERS = CharTokenizer(alphabet="abcdefgh ")


@pytest.mark.parametrize("build", exercises_of("13"), ids=name_of)
def test_exercises_tell_right_from_wrong(build: Callable[..., Exercise]) -> None:
    exercise = build(**MEASURED.get(name_of(build), {}))
    assert exercise.name == name_of(build)
    assert_sound(exercise)


def test_the_lesson_asks_every_exercise() -> None:
    asked = re.findall(r"lesson_13\.(\w+)\(", LESSON)
    assert Counter(asked) == Counter(build.__name__ for build in exercises_of("13"))


def test_no_claim_of_the_overview_is_measured_twice() -> None:
    given = Counter(re.findall(r'verdict\("([a-z0-9-]+)"', LESSON))
    overview = {claim.id for claim in claims("00")} | {"tokens-are-words"}
    assert set(given) <= overview and max(given.values()) == 1


def test_texts_of_different_letters_are_told_apart() -> None:
    assert judging.told_apart("ab cd " * 60, "ef gh " * 60, LETTERS, 12) == 1.0


def test_one_text_cannot_be_told_from_itself() -> None:
    """Each excerpt stands on both sides, so whatever is said is right once and wrong once."""
    text = "ab cd ef gh " * 40
    assert judging.told_apart(text, text, LETTERS, 10) == 0.5


def test_too_short_a_text_is_refused() -> None:
    with pytest.raises(ValueError, match=r"four excerpts of 50 tokens or more .*, came 1 and 6"):
        judging.told_apart("a" * 60, "b" * 300, LETTERS, 50)
