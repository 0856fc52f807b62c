"""Lesson 4: its worked examples, its experiments and pictures, and that no claim is left out."""

import re
from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
import torch
from matplotlib.patches import Rectangle
from torch.nn import functional as F

from gptlab import figures, measures
from gptlab.claims import claims
from gptlab.exercises import assert_sound
from gptlab.exercises.lessons import exercises_of, name_of
from gptlab.experiments import find, gaps, heads, induction
from tools import notebooks

(SOURCE,) = notebooks.sources(["04"])
LESSON = SOURCE.read_text(encoding="utf-8")


def drawn(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


# The lesson


def test_every_claim_about_attention_is_settled_once() -> None:
    given = Counter(re.findall(r'(?:verdict|cited)\("([a-z-]+)"', LESSON))
    assert given == Counter(claim.id for claim in claims("04"))


@pytest.mark.parametrize("build", exercises_of("04"), ids=name_of)
def test_exercises_tell_right_from_wrong(build: object) -> None:
    assert_sound(build())  # type: ignore[operator]


def test_the_example_by_hand() -> None:
    """Query (1, 0), keys (1, 0), (0, 1), (2, 1): products 1, 0 and 2."""
    q = torch.tensor([[1.0, 0.0]])
    k = torch.tensor([[1.0, 0.0], [0.0, 1.0], [2.0, 1.0]])
    assert (q @ k.T).tolist() == [[1.0, 0.0, 2.0]]


def test_a_good_key_among_more_and_more() -> None:
    """The figures of the claim: .70, .35, .12, .03 and .008 for 16 to 4,096 keys."""
    expected = {16: 0.70, 64: 0.35, 256: 0.12, 1024: 0.03, 4096: 0.008}
    for n, share in expected.items():
        assert measures.share_of_good_key(n, 4.0, drawn(n)) == pytest.approx(share, abs=0.03)


# Experiments


def test_a_passage_that_returns_can_be_known_from_its_second_token_on() -> None:
    tokens, known = induction.passages(16, drawn(0))
    assert tokens.shape == (16, induction.N_CTX + 1)
    assert known.shape == (16, induction.N_CTX)
    assert 0.3 < known.float().mean() < 0.8
    for row, mask in zip(tokens.tolist(), known.tolist(), strict=True):
        pairs = [*pairwise(row)]
        for i, is_known in enumerate(mask):
            if is_known:  # this step was taken before
                assert pairs[i] in pairs[:i]


def test_nothing_is_known_before_a_passage_returns() -> None:
    _tokens, known = induction.passages(64, drawn(1))
    assert not known[:, : induction.SHORTEST].any()


def test_looks_come_at_equal_distances() -> None:
    model = induction.build(1, drawn(0))
    looks = list(induction.forming(model, 4, drawn(0), n_looks=2))
    assert [look.step for look in looks] == [0, 2, 4]
    assert looks[0].loss == pytest.approx(np.log(induction.N_TOKENS), abs=0.3)
    assert all(0 <= look.induction <= 1 for look in looks)


def curve(last: float) -> list[float]:
    return [0.0, last]


@pytest.mark.parametrize(
    ("two", "one", "expected"),
    [
        ((0.9, 0.8), (0.1, 0.1), "form with two layers and not with one"),
        ((0.9, 0.8), (0.1, 0.9), "with one layer too"),
        ((0.9, 0.1), (0.1, 0.1), "in some seeds"),
        ((0.1, 0.1), (0.1, 0.1), "no induction head forms"),
    ],
)
def test_the_verdict_on_induction_says_what_the_scores_say(
    two: tuple[float, ...], one: tuple[float, ...], expected: str
) -> None:
    found = [
        {"two layers: induction": curve(a), "one layer: induction": curve(b)}
        for a, b in zip(two, one, strict=True)
    ]
    assert expected in find("induction").verdict(found)


@pytest.mark.parametrize(
    ("one_place", "two_places", "expected"),
    [
        ([0.1, 0.1, 0.1, 0.1], [1.0, 0.2, 0.2, 0.3], "and not where one is"),
        ([1.0, 0.1, 0.1, 0.1], [1.0, 0.2, 0.2, 0.3], "in both tasks"),
        ([0.1, 0.1, 0.1, 0.1], [0.1, 0.1, 0.1, 0.1], "in neither task"),
    ],
)
def test_the_verdict_on_heads_allows_no_difference(
    one_place: list[float], two_places: list[float], expected: str
) -> None:
    found = [{"one place": one_place, "two places": two_places}] * 2
    assert expected in find("heads").verdict(found)


def test_a_task_asks_for_places_in_order() -> None:
    texts = heads.asked((1, 3), 5, drawn(0))
    symbols, answer = texts[:, :-1], texts[:, -1]
    expected = symbols[:, -2] * heads.N_SYMBOLS + symbols[:, -4]
    assert torch.equal(answer, expected)


def test_one_head_learns_one_place_a_little() -> None:
    loss = heads.learned((1,), 1, 0, lambda share: None, n_steps=60)
    assert loss < np.log(heads.N_SYMBOLS)


def test_a_gap_filler_sees_both_sides() -> None:
    ids = torch.randint(10, (200,), generator=drawn(0))
    model, loss = gaps.gap_filler(ids, 10, 2, drawn(0))
    assert model.cfg.d_vocab == 11
    assert loss > 0
    with torch.no_grad():
        before, after = model(ids[None, :6]), model(F.pad(ids[None, :5], (0, 1), value=3))
    assert not torch.equal(before[0, 0], after[0, 0])


# Pictures


def test_a_frame_marks_each_head_with_a_role() -> None:
    scores = {"itself": np.array([[0.5, 0.1]]), "induction": np.array([[0.2, 0.7]])}
    picture = figures.head_roles(scores, [["itself", "induction"]])
    frames = [
        [patch for patch in axes.patches if isinstance(patch, Rectangle)]
        for axes in picture.axes[:2]
    ]
    assert [len(each) for each in frames] == [1, 1]
    assert "induction: strongest in layer 0, head 1 (70%)." in picture.description
    assert "With a role: layer 0, head 0: itself; layer 0, head 1: induction." in (
        picture.description
    )


def test_no_role_is_said_too() -> None:
    picture = figures.head_roles({"itself": np.array([[0.1]])}, [[""]])
    assert picture.description.endswith("With a role: none.")


def test_scores_of_other_heads_are_refused() -> None:
    with pytest.raises(ValueError, match="1 layers × 2 heads, got shape"):
        figures.head_roles({"itself": np.ones((1, 3))}, [["", ""]])


def test_effects_carry_their_numbers() -> None:
    picture = figures.head_effects({"off": np.array([[0.5, -0.001]])})
    assert "off: from -0.001 to 0.500, the most in layer 0, head 0" in picture.description
    with pytest.raises(ValueError, match="same layers and heads"):
        figures.head_effects({"off": np.ones((1, 2)), "even": np.ones((2, 2))})


def test_the_largest_weight_and_effect_are_named() -> None:
    picture = figures.weight_against_effect([0.1, 0.6], [3.0, 1.0], ["king", "the"], -1.0)
    assert "largest weight is that of the (60%), the largest effect that of king (3.00)" in (
        picture.description
    )
