"""Lesson 12: no claim is left out, its exercises are sound, its world and experiment work."""

import copy
import math
import re
from collections import Counter

import pytest
import torch

from gptlab import figures
from gptlab.claims import claims
from gptlab.decoding import beam_search, generate
from gptlab.exercises import assert_sound
from gptlab.exercises.lessons import exercises_of, name_of
from gptlab.experiments import entropy_floor, find, recorded, small_world
from gptlab.measures import (
    chances_of_order,
    every_text,
    joint,
    of_likeliest,
    variation,
)
from gptlab.style import png
from tools import notebooks

(SOURCE,) = notebooks.sources(["12"])
LESSON = SOURCE.read_text(encoding="utf-8")


def drawn(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


# The lesson


def test_every_claim_about_probability_is_settled_once() -> None:
    given = Counter(re.findall(r'(?:verdict|cited)\("([a-z0-9-]+)"', LESSON))
    assert given == Counter(claim.id for claim in claims("12"))


@pytest.mark.parametrize("build", exercises_of("12"), ids=name_of)
def test_exercises_tell_right_from_wrong(build: object) -> None:
    assert_sound(build())  # type: ignore[operator]


def test_the_cross_entropy_of_a_uniform_guess() -> None:
    """ln 50,257 = 10.825 nats over GPT-2's tokens, ln 65 = 4.174 over 65 letters."""
    assert math.log(50257) == pytest.approx(10.825, abs=5e-4)
    assert math.log(65) == pytest.approx(4.174, abs=5e-4)


def test_ten_tokens_have_answers_of_48_digits() -> None:
    assert len(str(50257**10)) == 48


# The small world


@pytest.fixture(scope="module")
def toy():
    return small_world.trained(150, seed=0)


def test_the_small_world_is_learned(toy) -> None:
    start = torch.zeros(64, 1, dtype=torch.long)
    texts = torch.cat([start, every_text(4, 3)], dim=1)
    truth = small_world.SOURCE.log_probs(texts).sum(-1).exp()
    assert truth.sum().item() == pytest.approx(1, abs=1e-9)
    assert variation(joint(toy, 3, 0), truth) < 0.08


def test_greedy_search_misses_what_a_wide_beam_finds(toy) -> None:
    """Of cats: 0.5 · 0.35 · 0.7 = 0.12 in the source; of dogs: 0.4 · 0.85 · 0.7 = 0.24."""
    best = every_text(4, 3)[joint(toy, 3, 0).argmax()].tolist()
    assert small_world.named(best) == "dogs sleep ."
    assert generate(toy, [0], 3) != best
    assert [*beam_search(toy, [0], 3, n_beams=16)[0].tokens] == best


def test_further_training_moves_a_model(toy) -> None:
    other = type(small_world.SOURCE)(small_world.SOURCE.transitions.roll(1, dims=0))
    tuned = small_world.trained(20, seed=1, source=other, model=copy.deepcopy(toy))
    assert variation(joint(tuned, 3, 0), joint(toy, 3, 0)) > 0.1


# Measures on models


def test_a_model_that_learned_order_finds_it(toy) -> None:
    texts = small_world.SOURCE.draw(20, 7, drawn())
    trained = chances_of_order(toy, texts, 40, drawn(1))
    assert all(0 < p <= 1 for p in trained)
    assert sum(p < 0.5 for p in trained) > 12


def test_the_likeliest_token_is_held_to_what_came() -> None:
    """Logits for 3/4 and 1/4: promised 0.75, right in three of four places."""
    logits = torch.tensor([[math.log(3.0), 0.0]]).repeat(4, 1)
    found = of_likeliest(logits, torch.tensor([0, 0, 0, 1]))
    assert found.error == pytest.approx(0, abs=1e-6)
    assert of_likeliest(logits, torch.tensor([1, 1, 1, 1])).error == pytest.approx(0.75)


# The experiment


def test_no_loss_is_recorded_below_the_floor_on_new_text() -> None:
    record = recorded("entropy-floor")
    assert record.is_current(find("entropy-floor")) and len(record.seeds) == 3
    for run in record.runs:
        above = entropy_floor.above_the_floor(run.numbers)
        assert max(map(abs, above["much new"])) < entropy_floor.ABOVE
        assert max(above["little own"]) < -entropy_floor.ABOVE < 0 < min(above["little new"])


def test_the_verdict_names_what_all_seeds_agree_on() -> None:
    losses = ("much own", "much new", "much counted", "little new", "little counted")
    one = {"noise": [0.1], "floor": [1.0], "little own": [0.5], **{key: [1.01] for key in losses}}
    said = find("entropy-floor").verdict([one, one | {key: [1.5] for key in losses[2:]}])
    assert "entropy: GPT, 30,000 tokens, on these; GPT, 30,000 tokens, on new text." in said
    assert said.endswith("more than that: GPT, 300 tokens, on these.")


def test_a_quick_measurement_says_the_same_way_round() -> None:
    found = entropy_floor.measure(5, lambda share: None, n_steps=3)
    assert set(found) == set(recorded("entropy-floor").runs[0].numbers)
    assert len(entropy_floor.differences(found)) == len(entropy_floor.NOISES)


# Pictures


def test_reliability_says_its_errors() -> None:
    bins = ([30, 30], [0.2, 0.8], [0.1, 0.9])
    picture = figures.reliability_diagram({"a": bins}, {"a": 0.1})
    assert "a: calibration error 10.0%" in picture.description and png(picture)
    with pytest.raises(ValueError, match="an error for each"):
        figures.reliability_diagram({"a": bins}, {})


def test_orders_say_where_the_real_one_is() -> None:
    picture = figures.order_scores({"a": [-1.0, -3.0, -0.5], "b": [-2.0, -2.0, -2.0]})
    assert "the real one has -1.0, and 1 others" in picture.description and png(picture)
