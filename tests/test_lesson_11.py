"""Lesson 11: no claim is left out, its exercises are sound, its experiments and pictures work."""

import re
from collections import Counter

import pytest
import torch

from gptlab import figures, receptive
from gptlab.claims import claims
from gptlab.exercises import assert_sound
from gptlab.exercises.lessons import exercises_of, name_of
from gptlab.experiments import find, length, longer, recorded
from gptlab.experiments.positions import model_for
from gptlab.experiments.tasks import NO_QUESTION, MarkedRecall
from gptlab.masks import SlidingWindow, allowed
from tools import notebooks

(SOURCE,) = notebooks.sources(["11"])
LESSON = SOURCE.read_text(encoding="utf-8")


def drawn(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_every_claim_about_length_is_settled_once() -> None:
    given = Counter(re.findall(r'(?:verdict|cited)\("([a-z0-9-]+)"', LESSON))
    assert given == Counter(claim.id for claim in claims("11"))


@pytest.mark.parametrize("build", exercises_of("11"), ids=name_of)
def test_exercises_tell_right_from_wrong(build: object) -> None:
    assert_sound(build())  # type: ignore[operator]


def test_the_marked_symbol_is_asked_for_behind_it() -> None:
    task = MarkedRecall(length=12, n_symbols=4)
    texts = task.draw(50, drawn(0))
    assert torch.equal(texts.targets, task.oracle(texts.tokens))
    assert ((texts.tokens >= 4).sum(1) == 1).all()
    marks = (texts.tokens >= 4).int().argmax(1)
    for row, mark in enumerate(marks.tolist()):
        assert (texts.targets[row, : mark + 1] == NO_QUESTION).all()
        assert (texts.targets[row, mark + 1 :] == texts.tokens[row, mark] - 4).all()
        assert texts.distances[row, -1] == 11 - mark


@pytest.mark.parametrize("name", length.WAYS)
def test_every_way_reads_texts_longer_than_its_window(name: str) -> None:
    way = length.WAYS[name]
    texts = MarkedRecall(length=length.LENGTH).draw(3, drawn(0))
    answered = length.said(way, length.learned(way, 0, n_steps=1), texts)
    assert torch.equal(answered != NO_QUESTION, texts.asked)


def test_reaches_by_hand() -> None:
    """Width 8: a layer goes 7 back; a cut text and chunks never more."""
    found = {name: way.reach() for name, way in length.WAYS.items()}
    assert [found[f"band, {n}"] for n in ("1 layer", "2 layers", "4 layers")] == [7, 14, 28]
    assert [found[name] for name in ("truncated", "chunks", "overlapping chunks")] == [7, 7, 7]
    assert [found[name] for name in ("full", "strided", "two-level")] == [63, 63, 63]


def test_a_curve_ends_where_it_falls() -> None:
    assert length.reached([1.0] * 14 + [0.1] * 23) == 14
    assert length.reached([1.0] * 37) == 63
    assert length.reached([0.2] * 37) == 0


def test_the_recorded_reach_is_that_of_the_masks() -> None:
    found = recorded("length")
    for name in ("truncated", "band, 1 layer", "band, 2 layers", "band, 4 layers", "two-level"):
        assert length.reached(found.mean(f"{name} by distance")) == length.WAYS[name].reach()


@pytest.mark.parametrize("name", ["length", "longer"])
def test_what_was_recorded_is_what_the_module_measures(name: str) -> None:
    assert recorded(name).is_current(find(name))


def test_repairs_read_as_before_inside_the_trained_length() -> None:
    """The band of 32 and the plain scheme agree up to position 32; squeezing changes all."""
    model = model_for("rotary", 0)
    ids = torch.randint(model.cfg.d_vocab, (1, 40), generator=drawn(0))
    with torch.no_grad():
        logits = {name: longer.repaired(model, name)(ids) for name in longer.REPAIRS}
        torch.testing.assert_close(logits["as trained"], model(ids))
    torch.testing.assert_close(logits["band"][:, :32], logits["as trained"][:, :32])
    assert not torch.equal(logits["band"][:, -1], logits["as trained"][:, -1])
    assert not torch.allclose(logits["squeezed"], logits["as trained"], atol=1e-6)


def test_the_verdict_names_what_stays_good() -> None:
    run = {"inside": 4.0} | {f"{name} beyond": 4.5 for name in longer.REPAIRS}
    said = longer.verdict([run | {"band beyond": 4.05}] * 2)
    assert said.endswith("inside it: band.")


# Pictures


def test_a_gallery_says_what_the_last_position_knows() -> None:
    needed = receptive.layers_needed(allowed(SlidingWindow(3), 9), 2)
    picture = figures.patterns({"band": needed}, n_layers=2)
    assert "band: the last position knows of 3 of 9 after one layer, 5 after 2." in (
        picture.description
    )


def test_growth_fits_an_exponent() -> None:
    picture = figures.growth([10, 20, 40], {"square": [1, 4, 16]}, up="cost")
    assert "exponent 2.00" in picture.description


def test_cost_against_recall_names_every_way() -> None:
    picture = figures.cost_against_recall({"full": (100, 63), "band": (20, 7)})
    assert "band: 20 pairs, distance 7" in picture.description
