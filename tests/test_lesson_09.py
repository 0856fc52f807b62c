"""Lesson 9: its worked examples and measures, and that no claim is left out."""

import re
from collections import Counter

import pytest
import torch

from gptlab import checkpoints, figures, tokenizers
from gptlab.claims import claims
from gptlab.decoding import Beam, Sampling, extended, generate
from gptlab.exercises import assert_sound
from gptlab.exercises.lessons import exercises_of, name_of
from gptlab.experiments import decoding, find, recorded
from gptlab.gpt import GPT
from gptlab.measures import turns
from gptlab.tokenizers import Tokenizer
from tools import notebooks

(SOURCE,) = notebooks.sources(["09"])
Shipped = tuple[GPT, Tokenizer]
LESSON = SOURCE.read_text(encoding="utf-8")


def drawn(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.fixture(scope="module")
def shipped() -> Shipped:
    return checkpoints.load("shakespeare", "cpu")


# The lesson


def test_every_claim_about_writing_is_settled_once() -> None:
    given = Counter(re.findall(r'(?:verdict|cited)\("([a-z-]+)"', LESSON))
    assert given == Counter(claim.id for claim in claims("09"))


def test_every_exercise_is_in_the_lesson() -> None:
    used = set(re.findall(r"lesson_09\.(\w+)\(", LESSON))
    assert used == {build.__name__ for build in exercises_of("09")}


@pytest.mark.parametrize("build", exercises_of("09"), ids=name_of)
def test_exercises_tell_right_from_wrong(build: object) -> None:
    assert_sound(build())  # type: ignore[operator]


def test_i_love_natural() -> None:
    assert tokenizers.gpt2().encode("I love natural") == [40, 1842, 3288]


def test_the_tree_on_paper() -> None:
    """Greedy .5 · .4 = .20; a beam of 2 finds .4 · .9 = .36."""
    first = extended([Beam()], torch.tensor([[0.5, 0.4, 0.1]]).log(), 2)
    then = torch.tensor([[0.4, 0.3, 0.3], [0.9, 0.05, 0.05]]).log()
    greedy, best = (
        extended(first.kept[:1], then[:1], 1).kept[0],
        extended(first.kept, then, 2).kept[0],
    )
    shares = torch.tensor([greedy.log_prob, best.log_prob]).exp().tolist()
    assert shares == pytest.approx([0.20, 0.36]) and best.tokens == (1, 0)


# Who spoke before


def test_without_the_first_turn_nothing_tells_the_name(shipped: Shipped) -> None:
    _model, tokenizer = shipped
    (exchange,) = turns.exchanges(1, drawn())
    without = tokenizer.decode(exchange.prompt(tokenizer, 5, first=False))
    assert without.startswith(f"{exchange.answerer}:\n") and exchange.speaker not in without
    with_it = tokenizer.decode(exchange.prompt(tokenizer, 5))
    assert with_it.startswith(f"{exchange.speaker}:\n") and with_it.endswith(without)
    assert exchange.names[0] == exchange.speaker and exchange.answerer not in exchange.names
    assert len(exchange.names) == len(turns.NAMES) - 1


def test_the_same_seed_draws_the_same_exchanges() -> None:
    assert turns.exchanges(3, drawn()) == turns.exchanges(3, drawn())


def test_a_likely_name_is_the_one_with_the_largest_product(shipped: Shipped) -> None:
    """Read name by name, without a cache, as a reader would."""
    model, tokenizer = shipped
    prompt = tokenizer.encode("HAMLET:\nMy lord!\n\nROMEO:\nAy.\n\n")
    names = turns.NAMES[:5]
    totals = []
    for name in names:
        ending = tokenizer.encode(f"{name}:")
        with torch.no_grad():
            logs = model(torch.tensor([prompt + ending])).double().log_softmax(-1)[0]
        places = range(len(prompt) - 1, len(prompt) + len(ending) - 1)
        totals.append(sum(float(logs[p, t]) for p, t in zip(places, ending, strict=True)))
    best = names[totals.index(max(totals))]
    assert turns.likeliest_name(model, tokenizer, prompt, names) == best


def test_a_turn_that_fell_out_of_the_window_is_as_if_taken_out(shipped: Shipped) -> None:
    model, tokenizer = shipped
    for exchange in turns.exchanges(3, drawn(1)):
        found = {
            turns.likeliest_name(
                model, tokenizer, exchange.prompt(tokenizer, 300, first=first), exchange.names
            )
            for first in (True, False)
        }
        assert len(found) == 1


# The experiment


def test_ways_write_as_many_tokens_as_asked_and_know_their_probability(shipped: Shipped) -> None:
    model, tokenizer = shipped
    prompt = tokenizer.encode("The king is")
    for name, way in decoding.WAYS.items():
        tokens, log_prob = way(model, prompt, 6, drawn())
        with torch.no_grad():
            logs = model(torch.tensor([prompt + tokens[:-1]])).double().log_softmax(-1)[0]
        places = range(len(prompt) - 1, len(prompt) + 5)
        total = sum(float(logs[p, t]) for p, t in zip(places, tokens, strict=True))
        assert len(tokens) == 6 and log_prob == pytest.approx(total, abs=1e-3), name


def test_words_are_known_from_the_plays_for_training() -> None:
    assert decoding.share_of_words("x the king and qwrtz of y") == 4 / 5
    assert decoding.share_of_words("春天") == 0


def test_a_text_is_described_by_hand(shipped: Shipped) -> None:
    """Two texts of four tokens: −2 / 4 and −4 / 4 nats; pairs 1 of 3 and 3 of 3; one loops."""
    _model, tokenizer = shipped
    found = decoding.described(tokenizer, "x", [([5, 5, 5, 5], -2.0), ([5, 6, 7, 8], -4.0)])
    assert found["log-prob: x"] == -0.75
    assert found["distinct: x"] == pytest.approx((1 / 3 + 1) / 2)
    assert found["looping: x"] == 0.5


def test_the_verdict_names_what_is_nearest_to_the_play() -> None:
    numbers = {name: (-1.0, 0.5) for name in decoding.WAYS}
    numbers |= {"beam 16": (-0.5, 0.4), "temperature 0.8": (-3.1, 0.9), decoding.PLAY: (-3.0, 0.9)}
    run: dict[str, float | list[float]] = {}
    for name, (log_prob, share) in numbers.items():
        run |= {f"log-prob: {name}": log_prob, f"distinct: {name}": share}
    said = find("decoding").verdict([run, run])
    assert "greedy decoding: yes" in said and "the play: yes" in said
    assert said.endswith("temperature 0.8.")


def test_the_record_belongs_to_the_experiment_as_it_is() -> None:
    record = recorded("decoding")
    assert record.seeds == find("decoding").seeds
    assert len(record.values(f"distinct: {decoding.PLAY}")) == 3


def test_the_picture_names_every_way() -> None:
    names = (decoding.PLAY, *decoding.WAYS)
    likely = {name: [-1.0, -1.2] for name in names}
    picture = figures.likely_against_varied(likely, likely, decoding.PLAY)
    assert all(name in picture.description for name in names)


def test_answers_differ_by_the_seed_alone(shipped: Shipped) -> None:
    model, tokenizer = shipped
    prompt = tokenizer.encode("Who is the king?\n")
    texts = [generate(model, prompt, 8, sampling=Sampling(), generator=drawn(s)) for s in (0, 0, 1)]
    assert texts[0] == texts[1] != texts[2]
