"""Lesson 2: no claim about word vectors is left out, and its pictures say what they show."""

import re
from collections import Counter

import numpy as np
import pytest
from matplotlib.text import Text

from gptlab import figures, style
from gptlab.claims import claims
from gptlab.exercises import assert_sound
from gptlab.exercises.lessons import exercises_of, name_of
from tools import notebooks

(SOURCE,) = notebooks.sources(["02"])
LESSON = SOURCE.read_text(encoding="utf-8")
WORDS = ["cat", "dog", "$x$", "牡丹"]


def words_in(picture: style.Picture) -> list[str]:
    return [t.get_text() for t in picture.findobj(Text)]  # type: ignore[attr-defined]


def test_every_claim_about_word_vectors_gets_one_verdict_or_is_cited() -> None:
    given = Counter(re.findall(r'(?:verdict|cited)\("([\w-]+)"', LESSON))
    assert given == Counter(claim.id for claim in claims("02"))


@pytest.mark.parametrize("build", exercises_of("02"), ids=name_of)
def test_every_exercise_is_sound_and_named_after_its_function(build) -> None:
    exercise = build()
    assert_sound(exercise)
    assert exercise.name == name_of(build)


def test_the_lesson_uses_every_exercise() -> None:
    used = set(re.findall(r"lesson_02\.(\w+)\(\)", LESSON))
    assert used == {build.__name__ for build in exercises_of("02")}


# Pictures


def test_a_map_names_every_word_and_says_which_is_nearest() -> None:
    points = [[0, 0], [0.1, 0], [5, 5], [5, 5.1]]
    picture = figures.word_map({"PCA": points}, WORDS, ["a", "a", "b", "b"])
    assert {" cat", " dog", " $x$"} <= set(words_in(picture))
    assert "cat – dog" in picture.description
    assert style.png(picture) == style.png(picture)


def test_a_map_without_a_point_for_each_word_is_refused() -> None:
    with pytest.raises(ValueError, match="expected 4 points of two numbers"):
        figures.word_map({"PCA": np.zeros((3, 2))}, WORDS)


def test_a_histogram_says_mean_and_marks() -> None:
    picture = figures.cosine_histogram({"GloVe": [0.0, 0.5, 1.0]}, {"hot – cold": 0.8})
    assert "GloVe: mean 0.50" in picture.description
    assert "hot – cold 0.80." in picture.description


def test_arrows_end_where_the_sum_does() -> None:
    points = [[0, 0], [1, 0], [1, 1], [0, 1.2]]
    picture = figures.arrow_sum(points, ["king", "man", "woman", "queen"], [0, 1])
    assert "from man to woman" in picture.description
    assert "ends near queen" in picture.description


def test_curves_say_the_mean_of_their_runs() -> None:
    curves = {"one": [0.5, 1.0], "five": np.full((5, 2), 0.25)}
    picture = figures.measured_curves(
        ["a", "b"], curves, across="where", up="share", baseline=("chance", 0.5)
    )
    assert "one – a: 0.50; b: 1.00." in picture.description
    assert "five (mean of 5 runs) – a: 0.25" in picture.description
    assert len(picture.axes[0].lines) == 3


def test_points_in_space_are_plain_numbers() -> None:
    figure = figures.word_space(np.eye(4)[:, :3], WORDS, ["a", "a", "b", "b"])
    assert [trace.name for trace in figure.data] == ["a", "b"]
    assert list(figure.data[1].text) == WORDS[2:]
