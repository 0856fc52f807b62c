"""Exercises tell right from wrong, help, and remember; a learner's slip is never a traceback."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gptlab import tokenizers
from gptlab.exercises import (
    Case,
    Code,
    Exercise,
    Feedback,
    Progress,
    Record,
    assert_sound,
    choice,
    code,
    feedback,
    lesson_00,
    lesson_01,
    number,
    order,
    overview,
    progress,
)
from gptlab.exercises.lessons import exercises_of, name_of

MEASURED: dict[Callable[..., Exercise], dict[str, float]] = {
    lesson_00.shuffled_tokens: {"in_order": 4.9, "shuffled": 7.1, "frequencies": 6.0},
    lesson_00.longer_sentence: {"largest_change": 1e-7},
}
EVERY = [builder for lesson in ("00", "01", "02") for builder in exercises_of(lesson)]
MULTIPLE = pytest.mark.parametrize("build", EVERY, ids=name_of)


def quiet(exercise: Any) -> Any:
    """Give an exercise a memory of its own."""
    return replace(exercise, progress=Progress())


def a_number(**more: Any) -> Exercise:
    options = {"answer": 12, "tolerance": 2, "hint": "Count.", "solution": "A dozen."} | more
    return quiet(number("99-number", "How many?", **options))


def a_choice(**more: Any) -> Exercise:
    options = {
        "options": {"a": "left", "b": "right", "c": "up"},
        "answer": "b",
        "reasons": {"a": "Not left.", "c": "Not up."},
        "hint": "Look.",
        "solution": "It is on the right.",
    }
    return quiet(choice("99-choice", "Where?", **(options | more)))


def an_order(**more: Any) -> Exercise:
    options = {
        "items": {"a": "ant", "b": "bee", "c": "cow", "d": "cat"},
        "values": {"a": 1, "b": 1, "c": 700, "d": 4},
        "hint": "Weigh them.",
        "solution": "A cow is heavy.",
    }
    return quiet(order("99-order", "Which is lighter?", **(options | more)))


def a_code(**more: Any) -> Code:
    options = {
        "cases": [Case("two", ([1, 2],), [2, 1]), Case("none", ([],), [])],
        "stub": "def turned(items):\n    ...\n",
        "solution": "def turned(items):\n    return items[::-1]\n",
        "hint": "A slice may run backwards.",
    }
    return quiet(code("99-code", "Turn a list round.", **(options | more)))


def markup(shown: Any) -> str:
    bundle = shown._repr_mimebundle_()
    return (bundle[0] if isinstance(bundle, tuple) else bundle)["text/html"]


# The exercises of the lessons


@MULTIPLE
def test_every_exercise_is_sound(build: Callable[..., Exercise]) -> None:
    assert_sound(build(**MEASURED.get(build, {})))


@MULTIPLE
def test_every_exercise_is_named_after_its_function(build: Callable[..., Exercise]) -> None:
    assert build(**MEASURED.get(build, {})).name == name_of(build)


@MULTIPLE
def test_a_hint_is_not_the_solution(build: Callable[..., Exercise]) -> None:
    exercise = quiet(build(**MEASURED.get(build, {})))
    answer = exercise.in_words() or exercise.solution
    assert answer not in str(exercise.hint())
    assert answer.strip() in str(exercise.solve())


@pytest.mark.parametrize(
    ("shuffled", "answer"), [(4.0, "a"), (4.9, "a"), (5.5, "b"), (6.0, "b"), (7.1, "c")]
)
def test_the_measured_losses_decide(shuffled: float, answer: str) -> None:
    exercise = lesson_00.shuffled_tokens(in_order=4.9, shuffled=shuffled, frequencies=6.0)
    assert exercise.answer == answer
    assert_sound(exercise)


@pytest.mark.parametrize(("change", "answer"), [(0.0, "c"), (1e-6, "c"), (0.01, "a")])
def test_the_measured_change_decides(change: float, answer: str) -> None:
    assert lesson_00.longer_sentence(largest_change=change).answer == answer


def test_the_chinese_count_is_that_of_gpt2() -> None:
    """The six characters are 18 bytes; 天, 的 and 上 are one token each, the others two."""
    exercise = lesson_01.count_chinese()
    assert (exercise.answer, exercise.unit) == (9, "tokens")
    assert "6 characters, 18 bytes, 9 tokens" in exercise.solution


def test_token_costs_rise_along_the_answer() -> None:
    exercise = lesson_01.order_costs()
    assert exercise.answer == "bdac"
    assert [exercise.values[label] for label in exercise.answer] == [1, 3, 4, 7]


def test_the_first_merge_is_the_commonest_pair() -> None:
    """In hug hug pug pun bun hugs: ug 4 times, hu 3, un 2."""
    exercise = lesson_01.first_merge()
    assert exercise.options[exercise.answer] == "`ug`"
    assert "occurs 3 times" in exercise.reasons["a"]
    assert "occurs 2 times" in exercise.reasons["d"]


def test_counting_pairs_finds_what_training_merges_first() -> None:
    exercise = lesson_01.count_pairs()
    count = exercise.function_in(exercise.solution)
    counts = count(lesson_01._words(lesson_01.HUGS))
    (pair,) = tokenizers.train_bpe(lesson_01.HUGS, 257).merges
    assert "".join(max(counts, key=counts.get)).encode() == b"".join(pair)


def test_the_cases_of_a_merge_can_be_done_by_hand() -> None:
    found = [(case.arguments[0], case.expected) for case in lesson_01.merge_once().cases]
    assert found == [
        (["h", "u", "g"], ["h", "ug"]),
        (["b", "a", "n", "a", "n", "a"], ["b", "an", "an", "a"]),
        (["p", "u", "n"], ["p", "u", "n"]),
        (["a", "a", "a"], ["aa", "a"]),
        ([], []),
    ]


# Predictions


@pytest.mark.parametrize(
    ("answer", "right"), [(12, True), (10, True), (14.0, True), (9.99, False), (15, False)]
)
def test_a_number_counts_within_its_tolerance(answer: float, right: bool) -> None:
    assert bool(a_number().check(answer)) is right


def test_a_wrong_number_says_in_which_direction_and_gives_the_hint() -> None:
    assert str(a_number().check(3)) == "✗ Not yet\n3 is too small.\nHint: Count."
    assert "30 is too large." in str(a_number().check(30))


def test_a_right_number_shows_what_came_out() -> None:
    said = a_number(unit="eggs").check(11)
    assert str(said) == "✓ Right\nYou said 11, it is 12 eggs.\nA dozen."


@pytest.mark.parametrize("answer", ["12", None, True, [12], float("nan")])
def test_what_is_no_number_is_not_judged(answer: object) -> None:
    said = a_number().check(answer)
    assert said.right is None and f"Expected a number such as 12, came `{answer!r}`" in str(said)


@pytest.mark.parametrize("answer", ["b", "B", " b "])
def test_a_choice_is_a_letter(answer: str) -> None:
    assert str(a_choice().check(answer)) == "✓ Right\nIt is on the right."


def test_a_wrong_choice_says_why() -> None:
    assert str(a_choice().check("a")) == "✗ Not yet\nNot left.\nHint: Look."


@pytest.mark.parametrize("answer", ["right", "", 2, None])
def test_what_is_no_option_is_not_judged(answer: object) -> None:
    said = a_choice().check(answer)
    assert said.right is None and "Expected one of a, b, c, came" in str(said)


@pytest.mark.parametrize("answer", ["abdc", "badc", "a, b, d, c", ["b", "a", "d", "c"], "A<B<D<C"])
def test_equal_values_may_stand_in_either_order(answer: object) -> None:
    assert an_order().check(answer)


def test_a_wrong_order_names_the_first_slip() -> None:
    assert "d does not come before b." in str(an_order().check("adbc"))


@pytest.mark.parametrize("answer", ["abc", "aabdc", "abdx", 7, None])
def test_what_is_no_order_is_not_judged(answer: object) -> None:
    said = an_order().check(answer)
    assert said.right is None and "Expected each of a, b, c, d once" in str(said)


@pytest.mark.parametrize("exercise", [a_number(), a_choice(), an_order(), a_code()])
def test_no_answer_yet_shows_how_to_answer(exercise: Exercise) -> None:
    for said in (exercise.check(...), exercise.check()):
        assert said.right is None and exercise.how_to_answer() in str(said)


# Code


def test_a_function_that_passes_is_right() -> None:
    assert str(a_code().check(lambda items: tuple(reversed(items)))) == (
        "✓ Right\nAll 2 cases pass."
    )


def test_the_first_case_that_fails_is_shown() -> None:
    said = str(a_code().check(lambda items: [2, 1]))
    assert "Case: none. `turned([])`\nExpected `[]`, came `[2, 1]`.\n1 case passed before." in said


def test_an_error_of_the_learner_becomes_a_sentence() -> None:
    def turned(items: list[int]) -> int:
        return items[7]

    said = str(a_code().check(turned))
    assert "It raised `IndexError: list index out of range` in line `" in said
    assert "return items[7]`" in said and "Traceback" not in said


def test_the_line_is_that_of_the_learner_and_not_of_a_library() -> None:
    def turned(items: list[int]) -> Any:
        return json.loads("{")

    assert 'return json.loads("{")`' in str(a_code().check(turned))


def test_a_wrong_number_of_parameters_is_named() -> None:
    assert "takes 0 positional arguments but 1 was given" in str(a_code().check(lambda: 0))  # type: ignore[misc]


def test_leaving_the_program_is_an_error_like_another() -> None:
    def turned(items: list[int]) -> None:
        raise SystemExit(3)

    assert "It raised `SystemExit: 3`" in str(a_code().check(turned))


def test_interrupting_a_loop_without_end_works() -> None:
    def turned(items: list[int]) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        a_code().check(turned)


def test_a_stub_is_not_judged_wrong() -> None:
    exercise = a_code()
    said = exercise.check(exercise.function_in(exercise.stub))
    assert said.right is None and "returns nothing yet" in str(said)


def test_a_result_in_place_of_the_function_is_explained() -> None:
    assert "Hand it over without calling it: `.check(turned)`" in str(a_code().check([2, 1]))


def test_a_function_may_change_its_arguments() -> None:
    def turned(items: list[int]) -> list[int]:
        items.reverse()
        return items

    exercise = a_code()
    assert exercise.check(turned)
    assert exercise.check(turned), "the second time too: cases are not worn out"


def test_floats_agree_but_for_rounding() -> None:
    exercise = a_code(cases=[Case("a sum", (0.1,), 0.3)])
    assert exercise.check(lambda x: x + 0.2)
    assert not exercise.check(lambda x: x + 0.2001)


def test_a_value_that_cannot_be_shown_or_compared_is_wrong_and_nothing_worse() -> None:
    class Odd:
        __hash__ = None  # type: ignore[assignment]

        def __repr__(self) -> str:
            raise RuntimeError

        def __eq__(self, other: object) -> bool:
            raise RuntimeError

    exercise = a_code(cases=[Case("one", (1,), 1)])
    assert "came `<Odd: RuntimeError in __repr__>`" in str(exercise.check(lambda x: Odd()))


# Help


def test_the_solution_is_offered_after_the_second_try() -> None:
    exercise = a_number()
    assert "solve()" not in str(exercise.check(1))
    assert "`.solve()` shows the solution." in str(exercise.check(2))


def test_hint_and_solution_come_when_asked_for() -> None:
    assert str(a_choice().hint()) == "→ Hint\nLook."
    assert str(a_choice().solve()) == "→ Solution\nb: right\nIt is on the right."
    assert str(an_order().solve()).splitlines()[1] == "a: 1, b: 1, d: 4, c: 700"
    assert "return items[::-1]" in str(a_code().solve())


# What a cell shows


def test_a_question_is_shown_with_its_options_and_how_to_answer() -> None:
    shown = markup(a_choice())
    assert shown.startswith('<div class="gptlab gptlab-exercise"><p>Where?</p><ul>')
    assert "<li><strong>b</strong>: right</li>" in shown
    assert "<code>.check(&quot;a&quot;)</code>" in shown


def test_a_question_and_the_answer_to_it_stand_in_one_cell() -> None:
    asked, answered = a_choice().ask(...), a_choice().ask("b")
    assert not asked and answered
    assert str(a_choice().check("b")) in answered._repr_mimebundle_()[0]["text/plain"]
    for shown in (asked, answered):
        data, about = shown._repr_mimebundle_()
        assert data["text/plain"].startswith("Where?")
        assert "<code>.ask(&quot;a&quot;)</code>" in data["text/html"]
        assert about["gptlab"] == {"exercise": "99-choice"}


def test_a_question_names_itself_in_the_outputs_metadata() -> None:
    data, metadata = a_choice()._repr_mimebundle_()
    assert metadata == {"gptlab": {"exercise": "99-choice"}}
    assert "  b: right" in data["text/plain"]


def test_the_question_does_not_tell_the_answer() -> None:
    told = [markup(a_number()), markup(an_order()), repr(an_order())]
    assert all(secret not in text for text in told for secret in ("A dozen", "12", "700"))


@pytest.mark.parametrize(
    ("said", "mark"),
    [(feedback.right(), "✓ Right"), (feedback.wrong(), "✗ Not yet"), (feedback.unjudged(), "→ ")],
)
def test_feedback_is_told_in_words_and_by_a_sign(said: Feedback, mark: str) -> None:
    shown = markup(said)
    assert f"<strong>{mark}" in shown and 'role="status"' in shown
    assert "style" not in shown


def test_what_a_learner_typed_is_shown_and_never_run() -> None:
    typed = "`<script>alert(1)</script>"
    shown = [a_number().check(typed), a_choice().check(typed), an_order().check(typed)]
    shown += [a_code().check(typed), a_code().check(lambda items: typed)]
    for said in shown:
        assert "<script" not in markup(said) and "&lt;script&gt;" in markup(said)


def test_a_long_value_is_cut() -> None:
    assert len(feedback.shown("x" * 10_000)) < 310


# Progress


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "new folder" / "progress.json"


def test_progress_is_there_the_next_day(file: Path) -> None:
    exercise = replace(a_number(), progress=Progress(file))
    exercise.check(1)
    exercise.check(12)
    exercise.solve()
    assert Progress(file).records() == {"99-number": Record(tries=2, solved=True, shown=True)}


def test_a_wrong_answer_is_a_try(file: Path) -> None:
    replace(a_number(), progress=Progress(file)).check(1)
    assert Progress(file).records() == {"99-number": Record(tries=1)}


def test_solved_stays_solved(file: Path) -> None:
    exercise = replace(a_number(), progress=Progress(file))
    exercise.check(12)
    exercise.check(1)
    assert Progress(file).records()["99-number"].solved


def test_what_was_not_judged_is_no_try(file: Path) -> None:
    exercise = replace(a_number(), progress=Progress(file))
    exercise.check(...)
    exercise.check("twelve")
    assert not file.exists()


def test_two_notebooks_keep_each_others_records(file: Path) -> None:
    first, second = Progress(file), Progress(file)
    first.tried("a", solved=True)
    second.tried("b", solved=False)
    first.tried("c", solved=True)
    assert sorted(Progress(file).records()) == ["a", "b", "c"]


def test_what_could_not_be_saved_is_saved_with_the_next_answer(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, data: bytes) -> None:
        raise OSError(28, "No space left on device")

    kept = Progress(file)
    with monkeypatch.context() as patch:
        patch.setattr(progress, "write_atomically", full)
        assert "No space left" in kept.tried("a", solved=True)[1]
    Progress(file).tried("b", solved=True)
    assert kept.tried("c", solved=True) == (1, "")
    assert sorted(Progress(file).records()) == ["a", "b", "c"]


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b"\xff\xfe",
        b"[]",
        b'{"format": "gptlab progress 2", "exercises": {}}',
        b'{"format": "gptlab progress 1", "exercises": {"a": {"tries": -1}}}',
        b'{"format": "gptlab progress 1", "exercises": {"a": 3}}',
    ],
)
def test_a_broken_file_is_set_aside_and_said(file: Path, content: bytes) -> None:
    file.parent.mkdir()
    file.write_bytes(content)
    said = replace(a_number(), progress=Progress(file)).check(12)
    aside = file.with_name("progress.broken-1.json")
    assert said.right and f"It is kept as {aside}" in str(said)
    assert aside.read_bytes() == content
    assert Progress(file).records() == {"99-number": Record(tries=1, solved=True)}


def test_a_second_broken_file_does_not_replace_the_first(file: Path) -> None:
    kept = Progress(file)
    for content in ("one", "two"):
        kept.tried("a", solved=True)
        file.write_text(content, encoding="utf-8")
        kept.tried("b", solved=True)
    aside = sorted(file.parent.glob("*broken*"))
    assert [path.read_text(encoding="utf-8") for path in aside] == ["one", "two"]
    assert Progress(file).records().keys() == {"a", "b"}, "memory still had what the file lost"


def test_progress_that_cannot_be_saved_stops_no_lesson(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    exercise = replace(a_number(), progress=Progress(tmp_path / "file" / "progress.json"))
    said = exercise.check(12)
    assert said.right and "Your progress is not saved: " in str(said)


def test_a_file_that_may_not_be_read_is_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "progress.json"
    folder.mkdir()
    said = replace(a_number(), progress=Progress(folder)).check(12)
    assert "Your progress is not saved: " in str(said) and folder.is_dir()


def test_tests_and_builds_keep_no_progress() -> None:
    assert progress.shared().path is None
    assert progress.chosen_path({}) is None
    by_test = {"JPY_SESSION_NAME": "a.ipynb", "PYTEST_CURRENT_TEST": "test_x"}
    assert progress.chosen_path(by_test) is None


def test_a_person_in_jupyter_keeps_progress() -> None:
    home = {"JPY_SESSION_NAME": "a.ipynb", "GPTLAB_HOME": "/somewhere"}
    assert progress.chosen_path(home) == Path("/somewhere/progress.json")


@pytest.mark.parametrize("word", ["off", "OFF", "0"])
def test_progress_can_be_switched_off(word: str) -> None:
    here = {"JPY_SESSION_NAME": "a.ipynb", "GPTLAB_PROGRESS": word}
    assert progress.chosen_path(here) is None


def test_whoever_names_a_file_gets_it() -> None:
    asked = {"GPTLAB_PROGRESS": "/a/b.json", "PYTEST_CURRENT_TEST": "test_x"}
    assert progress.chosen_path(asked) == Path("/a/b.json")


@pytest.mark.parametrize(
    ("platform", "environment", "folder"),
    [
        ("linux", {"XDG_DATA_HOME": "/data"}, Path("/data/gptlab")),
        ("linux", {}, Path.home() / ".local/share/gptlab"),
        ("darwin", {}, Path.home() / "Library/Application Support/gptlab"),
        ("win32", {"LOCALAPPDATA": "/local"}, Path("/local/gptlab")),
    ],
)
def test_progress_stands_where_the_system_keeps_data(
    monkeypatch: pytest.MonkeyPatch, platform: str, environment: dict[str, str], folder: Path
) -> None:
    monkeypatch.setattr("sys.platform", platform)
    assert progress.default_folder(environment) == folder


def test_an_overview_says_in_words_how_far_one_is(file: Path) -> None:
    kept = Progress(file)
    kept.tried("01-merge-once", solved=True)
    kept.tried("01-stop-words", solved=False)
    kept.shown("01-first-merge")
    seen = overview(1, kept)
    assert str(seen).splitlines() == [
        "1 of 6 exercises solved",
        "01-count-chinese: – not tried",
        "01-order-costs: – not tried",
        "01-stop-words: ✗ 1 try",
        "01-first-merge: → solution read",
        "01-count-pairs: – not tried",
        "01-merge-once: ✓ solved",
    ]
    assert "<caption>1 of 6 exercises solved</caption>" in markup(seen)
    assert '<th scope="row" style="text-align: left">01-merge-once</th>' in markup(seen)
    assert '<td style="text-align: left">✓ solved</td></tr>' in markup(seen)


@pytest.mark.parametrize("lesson", ["98", 98, "x", "../01"])
def test_a_lesson_without_exercises_is_refused(lesson: str | int) -> None:
    with pytest.raises(ValueError, match="expected the number of a lesson with exercises"):
        overview(lesson)


# Exercises that are not sound


@pytest.mark.parametrize(
    "exercise",
    [
        a_code(solution="def turned(items):\n    return items"),
        a_code(stub="def turned(items):\n    return items[::-1]"),
        a_code(cases=[Case("none", ([],), [])], stub="def turned(items):\n    return items"),
        an_order(values={"a": 1, "b": 1, "c": float("nan"), "d": 4}),
    ],
)
def test_an_exercise_that_is_not_sound_is_found(exercise: Exercise) -> None:
    with pytest.raises(AssertionError, match="Mend its answer, its cases or its stub"):
        assert_sound(exercise)


def test_checking_soundness_leaves_no_trace(file: Path) -> None:
    assert_sound(replace(a_number(), progress=Progress(file)))
    assert not file.exists()


@pytest.mark.parametrize(
    ("make", "slip", "complaint"),
    [
        (a_number, {"hint": " "}, "expected a text for hint_text, came none"),
        (a_number, {"solution": ""}, "expected a text for solution"),
        (a_choice, {"answer": "d"}, "the answer among two or more options, came 'd'"),
        (a_choice, {"reasons": {"a": "No."}}, "a reason for every wrong option, none came for c"),
        (an_order, {"values": {"a": 1}}, "one value per item and two that differ"),
        (an_order, {"values": dict.fromkeys("abcd", 1)}, "two that differ"),
        (an_order, {"items": {"ab": "x", "c": "y"}, "values": {"ab": 1, "c": 2}}, "one letter"),
        (a_code, {"cases": []}, "expected one case or more"),
        (a_code, {"solution": "def other():\n    pass"}, "to define one function"),
    ],
)
def test_a_slip_of_the_author_is_refused(
    make: Callable[..., Exercise], slip: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(ValueError, match=complaint):
        make(**slip)
