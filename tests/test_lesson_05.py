"""Lesson 5: its worked examples, its measures and pictures, and that no claim is left out."""

import re
from collections import Counter

import numpy as np
import pytest
import torch

from gptlab import GPT, GPTConfig, figures, measures, tokenizers, translation
from gptlab.claims import claims
from gptlab.exercises import assert_sound
from gptlab.exercises.lessons import exercises_of, name_of
from gptlab.rnn import CELLS, CausalConvolution, Elman, RecurrentLM, RNNConfig, rotation
from tools import notebooks

(SOURCE,) = notebooks.sources(["05"])
LESSON = SOURCE.read_text(encoding="utf-8")


def drawn(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


# The lesson


def test_every_claim_about_recurrence_is_settled_once() -> None:
    given = Counter(re.findall(r'(?:verdict|cited)\("([a-z-]+)"', LESSON))
    assert given == Counter(claim.id for claim in claims("05"))


@pytest.mark.parametrize("build", exercises_of("05"), ids=name_of)
def test_exercises_tell_right_from_wrong(build: object) -> None:
    assert_sound(build())  # type: ignore[operator]


def test_the_three_sentences_are_seven_tokens_each() -> None:
    """The ids that the claim's worked example names."""
    gpt2 = tokenizers.gpt2()
    assert [gpt2.encode(sentence) for sentence in translation.ENGLISH] == [
        [464, 3797, 318, 319, 262, 2603, 13],
        [464, 3290, 318, 287, 262, 11376, 13],
        [464, 6512, 318, 319, 262, 5509, 13],
    ]


@pytest.mark.parametrize(("radius", "expected"), [(0.9, 2.66e-5), (1.0, 1.0), (1.1, 1.38e4)])
def test_a_hundred_steps_of_a_scaled_rotation(radius: float, expected: float) -> None:
    """The figures of the claim: 0.9¹⁰⁰ = 2.7e-5 and 1.1¹⁰⁰ = 1.4e4."""
    matrix = rotation(64, drawn(0), radius=radius).double()
    power = torch.linalg.matrix_power(matrix, 100)
    assert torch.linalg.matrix_norm(power, 2).item() == pytest.approx(expected, rel=0.01)


# What waits for what


def test_a_gpt_has_six_products_in_a_row_per_block_whatever_the_length() -> None:
    for n_layers in (1, 3):
        cfg = GPTConfig(d_vocab=5, n_ctx=40, d_model=8, n_layers=n_layers, n_heads=2)
        model = GPT(cfg, generator=drawn(0))
        for n in (2, 40):
            tokens = torch.zeros(1, n, dtype=torch.long)
            assert measures.products_in_a_row(model, tokens) == 6 * n_layers + 1


@pytest.mark.parametrize("kind", CELLS)
@pytest.mark.parametrize("n_layers", [1, 2])
def test_a_recurrent_layer_has_one_more_for_each_token(kind: str, n_layers: int) -> None:
    cfg = RNNConfig(d_vocab=5, n_ctx=40, d_model=8, n_layers=n_layers)
    model = RecurrentLM(cfg, cell=CELLS[kind], generator=drawn(0))
    for n in (5, 30):
        tokens = torch.zeros(1, n, dtype=torch.long)
        assert measures.products_in_a_row(model, tokens) == n_layers * n + 1


def test_a_convolution_has_as_many_as_layers() -> None:
    cfg = RNNConfig(d_vocab=5, n_ctx=40, d_model=8, n_layers=2)
    model = RecurrentLM(cfg, cell=CausalConvolution, generator=drawn(0))
    assert measures.products_in_a_row(model, torch.zeros(1, 30, dtype=torch.long)) == 3


# What arrives over a distance


def test_one_row_of_influence_is_the_row_of_the_map() -> None:
    cell = Elman(3, 3)
    with torch.no_grad():
        cell.draw_weights(drawn(0))
    x = torch.randn(5, 3, generator=drawn(1))
    whole = measures.influence(lambda v: cell(v)[0], x)
    for i in range(5):
        torch.testing.assert_close(measures.influence_on(lambda v: cell(v)[0], x, i), whole[i])


def test_a_gradient_through_small_states_is_a_power() -> None:
    """At h = 0 the slope of tanh is 1, so one number wide the derivative is 0.5 per step."""
    cell = Elman(1, 1).double()
    with torch.no_grad():
        cell.W_x[:], cell.W_h[:] = 1.0, 0.5
    arrived = measures.influence_on(lambda v: cell(v)[0], torch.zeros(6, 1).double(), -1)
    assert arrived.flip(0).tolist() == pytest.approx([0.5**k for k in range(6)])


# Pictures


def test_the_picture_of_gradients_says_where_they_end() -> None:
    picture = figures.gradients_by_distance({"flat": np.ones(101), "half": 0.5 ** np.arange(101)})
    assert "flat: 1.0e+00 at distance 1, 1.0e+00 at 50, 1.0e+00 at 100." in picture.description
    assert f"half: 5.0e-01 at distance 1, {0.5**50:.1e} at 50" in picture.description
    assert picture.axes[0].get_yscale() == "log"


def test_curves_of_unequal_length_are_refused() -> None:
    with pytest.raises(ValueError, match="equally many"):
        figures.gradients_by_distance({"a": [1.0, 2.0], "b": [1.0]})
