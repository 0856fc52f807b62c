"""Lesson 6: its worked examples, its measures and experiment, and that no claim is left out."""

import re
from collections import Counter

import pytest
import torch

from gptlab import checkpoints, tokenizers
from gptlab.claims import claims
from gptlab.decoding import Sampling, rewrite, write_in_gaps
from gptlab.exercises import assert_sound
from gptlab.exercises.lessons import exercises_of, name_of
from gptlab.experiments import find, objectives, order, sides
from gptlab.measures import filling, grammar, in_both_orders, vectorhead
from gptlab.objectives import MaskedTokens, NextToken
from tools import notebooks

(SOURCE,) = notebooks.sources(["06"])
LESSON = SOURCE.read_text(encoding="utf-8")
TWINS = ("twin_next", "twin_masked")


def drawn(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.fixture(scope="module")
def twins():
    (causal, tokenizer), (masked, _same) = (checkpoints.load(name, "cpu") for name in TWINS)
    return causal, masked, tokenizer


# The lesson


def test_every_claim_about_the_objectives_is_settled_once() -> None:
    given = Counter(re.findall(r'(?:verdict|cited)\("([a-z-]+)"', LESSON))
    assert given == Counter(claim.id for claim in claims("06"))


@pytest.mark.parametrize("build", exercises_of("06"), ids=name_of)
def test_exercises_tell_right_from_wrong(build: object) -> None:
    assert_sound(build())  # type: ignore[operator]


def test_i_love_natural_language_processing() -> None:
    ids = tokenizers.gpt2().encode("I love natural language processing.")
    assert ids == [40, 1842, 3288, 3303, 7587, 13]


# The models that ship


@pytest.mark.parametrize("name", TWINS)
def test_the_twins_are_small_and_say_how_they_were_made(name: str) -> None:
    stored = checkpoints.read(checkpoints.locate(name))
    assert checkpoints.locate(name).stat().st_size <= 450_000
    assert stored.info["made"]["command"].startswith("gptlab train --preset twins")
    assert ("--objective masked" in stored.info["made"]["command"]) == (name == "twin_masked")


def test_the_twins_have_one_body(twins) -> None:
    causal, masked, tokenizer = twins
    assert masked.cfg.d_vocab == causal.cfg.d_vocab + 1 == tokenizer.vocab_size + 1
    shapes = [{n: w.shape for n, w in m.named_parameters() if n != "W_E"} for m in (causal, masked)]
    assert shapes[0] == shapes[1]


# Measures


def test_a_gap_lies_in_the_middle_or_where_it_is_put() -> None:
    ids = torch.arange(500)
    asked = filling.gaps(ids, 40, 200, drawn())
    assert ((asked.places >= 10) & (asked.places < 30)).all()
    assert torch.equal(asked.truth, asked.windows[torch.arange(200), asked.places])
    assert (asked.hidden(999) == 999).sum(1).eq(1).all()
    assert (filling.gaps(ids, 40, 5, drawn(), place=39).places == 39).all()


def test_trying_one_candidate_is_taking_the_likeliest(twins) -> None:
    causal, _masked, _tokenizer = twins
    asked = filling.gaps(torch.arange(2000), 30, 4, drawn())
    likeliest = filling.from_the_left(causal, asked).argmax(-1)
    assert torch.equal(filling.by_trying(causal, asked, 1), likeliest)


def test_both_orders_sum_to_one(twins) -> None:
    _causal, masked, tokenizer = twins
    mark = tokenizer.vocab_size
    tables = in_both_orders(masked, [5, mark, mark, 6], mark)
    for table in tables:
        assert table.sum().item() == pytest.approx(1, abs=1e-6)
    with pytest.raises(ValueError, match="two gaps"):
        in_both_orders(masked, [5, mark], mark)


def test_a_vector_head_says_the_mean() -> None:
    """One state, two answers equally often: (1, 0) and (0, 1) give about (0.5, 0.5)."""
    vectors = torch.tensor([[1.0, 0.0], [0.0, 1.0], [0.6, 0.6]])
    states, answers = torch.zeros(1000, 3), torch.arange(1000) % 2
    head = vectorhead.vector_head(states, answers, vectors)
    said = vectorhead.vectors_said(states[:1], head)
    assert said[0].tolist() == pytest.approx([0.5, 0.5], abs=0.01)
    assert vectorhead.nearest(said, vectors).tolist() == [2]


def test_no_word_has_two_parts_of_speech() -> None:
    words = [word for listed in grammar.PARTS_OF_SPEECH.values() for word in listed]
    assert len(words) == len(set(words))


def test_labelled_gaps_hide_words_of_their_class(twins) -> None:
    _causal, _masked, tokenizer = twins
    text = " the king of my heart shall make a good lord and he is" * 40
    asked, labels = grammar.labelled_gaps(
        torch.tensor(tokenizer.encode(text)), tokenizer, 20, 3, drawn()
    )
    for token, label in zip(asked.truth.tolist(), labels, strict=True):
        assert tokenizer.decode([token]).strip() in grammar.PARTS_OF_SPEECH[label]


def test_text_grows_and_is_rewritten(twins) -> None:
    _causal, masked, tokenizer = twins
    mark, start = tokenizer.vocab_size, torch.tensor([[5, 6, 7]])
    text = write_in_gaps(masked, start, 4, mark)
    assert text.shape == (1, 7) and torch.equal(text[:, :3], start) and (text < mark).all()
    again = rewrite(masked, text, 3, 1, mark, sampling=Sampling(), generator=drawn())
    assert torch.equal(again[:, :3], start) and (again < mark).all()
    with pytest.raises(ValueError, match="generator"):
        write_in_gaps(masked, start, 1, mark, sampling=Sampling())


# Experiments


def test_a_cue_stands_ten_places_away() -> None:
    for side, task in sides.SIDES.items():
        asked = task(8, sides.LENGTH, drawn())
        (gap,) = (asked.targets[0] != order.NO_QUESTION).nonzero()[:, 0].tolist()
        cue = gap - sides.DISTANCE if side == "left" else gap + sides.DISTANCE
        assert torch.equal(asked.inputs[:, cue] - order.N_SYMBOLS, asked.targets[:, gap])


def test_both_bodies_begin_alike() -> None:
    causal = objectives.body(NextToken(), 2048, 0)
    masked = objectives.body(MaskedTokens(2048), 2048, 0)
    for name, weight in causal.named_parameters():
        assert torch.equal(masked.get_parameter(name)[: len(weight)], weight), name


def test_the_verdict_names_what_all_seeds_agree_on() -> None:
    names = ("filled: both sides", "filled: left side", "continued: masked", "continued: causal")
    numbers = (0.3, 0.2, 5.0, 4.0, 6.0, 4.0)
    one = dict(zip((*names, "judged: masked", "judged: causal"), numbers, strict=True))
    other = one | {"filled: both sides": 0.1}
    assert "disagree on: –" in find("objectives").verdict([one, one])
    assert "disagree on: fills gaps" in find("objectives").verdict([one, other])
