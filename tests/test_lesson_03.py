"""Lesson 3: its worked examples, its experiments and pictures, and that no claim is left out."""

import json
import math
import re
from collections import Counter

import numpy as np
import pytest
import torch

from gptlab import figures, style
from gptlab.claims import claims
from gptlab.config import GPTConfig
from gptlab.experiments import order, positions
from gptlab.experiments.experiment import Numbers, checked
from gptlab.experiments.order import NO_QUESTION, SCHEMES
from gptlab.experiments.stretching import stretched
from gptlab.gpt import GPT
from gptlab.masks import Bidirectional, Causal
from gptlab.positions import LearnedPositions, NoPositions, sinusoids
from tools import notebooks

(SOURCE,) = notebooks.sources(["03"])
LESSON = SOURCE.read_text(encoding="utf-8")
TINY = GPTConfig(d_vocab=16, n_ctx=8, d_model=16, n_layers=2, n_heads=4)


def drawn(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


# The lesson


def test_every_claim_about_positions_gets_one_verdict() -> None:
    given = Counter(re.findall(r'verdict\(\s*"([a-z-]+)"', LESSON))
    assert given == Counter(claim.id for claim in claims("03"))


def test_recorded_numbers_are_told_from_live_ones() -> None:
    assert "short live version" in LESSON
    assert LESSON.count("recorded(") == 2


# Worked examples


@pytest.mark.parametrize(
    ("distance", "product"), [(0, 64.000), (1, 62.094), (5, 47.185), (20, 38.934), (100, 30.543)]
)
def test_products_of_sinusoidal_rows_depend_on_the_distance_alone(
    distance: int, product: float
) -> None:
    """Σ_j cos(k · 10000^(−2j/128)) over 64 pairs; 64 at distance 0."""
    table = sinusoids(401, 128).double()
    by_formula = sum(math.cos(distance * 10_000 ** (-2 * j / 128)) for j in range(64))
    assert by_formula == pytest.approx(product, abs=5e-4)
    for start in (0, 50, 300):
        assert (table[start] @ table[start + distance]).item() == pytest.approx(product, abs=1e-3)


def test_one_matrix_shifts_every_row() -> None:
    """A pair (sin a, cos a) becomes (sin(a + kω), cos(a + kω)) by the addition theorems."""
    table, k = sinusoids(40, 8).double(), 3
    speeds = 10_000.0 ** (-torch.arange(0, 8, 2, dtype=torch.float64) / 8)
    pairs = zip((k * speeds).cos().tolist(), (k * speeds).sin().tolist(), strict=True)
    matrix = torch.block_diag(*(torch.tensor([[c, s], [-s, c]]) for c, s in pairs)).double()
    torch.testing.assert_close(table[:-k] @ matrix.T, table[k:], atol=1e-6, rtol=0)


@pytest.mark.parametrize(("n_layers", "is_blind"), [(1, True), (2, False)])
def test_a_causal_mask_tells_order_from_the_second_block_on(n_layers: int, is_blind: bool) -> None:
    cfg = GPTConfig(d_vocab=16, n_ctx=8, d_model=16, n_layers=n_layers, n_heads=4)
    model = GPT(cfg, positions=NoPositions, generator=drawn()).double()
    tokens = torch.randint(16, (1, 8), generator=drawn(1))
    shuffled = tokens[:, [3, 0, 6, 1, 5, 2, 4, 7]]
    with torch.no_grad():
        change = (model(tokens)[0, -1] - model(shuffled)[0, -1]).abs().max().item()
    assert (change < 1e-12) is is_blind


# Experiments


def test_delayed_asks_for_the_symbol_three_places_back() -> None:
    asked = order.delayed(4, 10, drawn())
    assert asked.targets[:, :3].eq(NO_QUESTION).all()
    assert torch.equal(asked.targets[:, 3:], asked.inputs[:, :7])
    assert asked.inputs.max() < order.N_SYMBOLS


def test_marked_asks_once_for_the_one_marked_symbol() -> None:
    asked = order.marked(50, 12, drawn())
    assert (asked.inputs >= order.N_SYMBOLS).sum(1).eq(1).all()
    assert torch.equal(asked.targets[:, -1] + order.N_SYMBOLS, asked.inputs[:, 0])
    assert asked.targets[:, :-1].eq(NO_QUESTION).all()


def test_a_model_that_sees_a_bag_can_do_no_better_than_its_commonest_symbol() -> None:
    share = order.commonest(order.delayed, order.N_CTX)
    assert 1 / order.N_SYMBOLS < share < 0.3


def test_right_answers_are_counted_where_something_is_asked() -> None:
    right = order.right_by_position(order.model_for("none", 8, 0), order.delayed, 8)
    assert right.isnan().tolist() == [True] * 3 + [False] * 5
    assert ((right[3:] >= 0) & (right[3:] <= 1)).all()


def test_schemes_begin_with_the_same_weights_and_differ_in_positions_alone() -> None:
    weights = [dict(order.model_for(scheme, 8, 0).named_parameters()) for scheme in SCHEMES]
    names = {name for each in weights for name in each}
    assert {n for n in names if any(n not in each for each in weights)} == {"positions.W_pos"}


def test_training_is_the_same_for_the_same_seed_and_tells_its_progress() -> None:
    heard: list[float] = []
    first, second = (
        order.trained("rotary", order.delayed, n_steps=3, seed=1, n_ctx=8, progress=heard.append)
        for _ in range(2)
    )
    assert heard == pytest.approx([1 / 3, 2 / 3, 1] * 2)
    assert all(
        torch.equal(a, b) for a, b in zip(first.parameters(), second.parameters(), strict=True)
    )


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("mask", [Causal(), Bidirectional()])
def test_a_stretched_model_says_the_same_where_both_can_speak(
    scheme: str, mask: Causal | Bidirectional
) -> None:
    model = GPT(TINY, positions=SCHEMES[scheme], mask=mask, generator=drawn())
    larger = stretched(model, 20, drawn(3))
    tokens = torch.randint(16, (2, 8), generator=drawn(1))
    with torch.no_grad():
        torch.testing.assert_close(larger(tokens), model(tokens))
        assert larger(tokens.repeat(1, 2)).shape == (2, 16, 16)


def test_a_learned_table_has_no_rows_beyond_its_end() -> None:
    model = GPT(TINY, positions=LearnedPositions, generator=drawn())
    with pytest.raises(ValueError, match=r"has 8 rows.*none for positions 8 to 19"):
        stretched(model, 20)
    rows = stretched(model, 20, drawn()).state_dict()["positions.W_pos"]
    assert torch.equal(rows[:8], model.state_dict()["positions.W_pos"])
    assert rows[8:].std().item() == pytest.approx(0.02, rel=0.3)


def test_loss_by_position_is_the_mean_over_overlapping_windows() -> None:
    model = GPT(TINY, generator=drawn())
    ids = torch.randint(16, (40,), generator=drawn(2))
    found = positions.loss_by_position(model, ids, n_ctx=8, stride=4, n_windows=5)
    losses = []
    for start in range(0, 20, 4):
        with torch.no_grad():
            chances = model(ids[start : start + 8][None])[0].log_softmax(-1)
        losses.append([-chances[p, ids[start + p + 1]].item() for p in range(8)])
    np.testing.assert_allclose(found, np.mean(losses, axis=0), rtol=1e-5)


def test_order_is_measured_alike_for_every_seed() -> None:
    runs = [
        checked(order.EXPERIMENT, seed, order.measure(seed, lambda _: None, n_steps=2), None)
        for seed in (0, 1)
    ]
    assert runs[0].keys() == runs[1].keys()
    assert json.loads(json.dumps(runs)) == runs
    assert order.verdict(runs).startswith("Solved at the trained length by –")


def made(inside: dict[str, float], beyond: dict[str, float]) -> list[Numbers]:
    run: Numbers = {f"{scheme} inside": share for scheme, share in inside.items()}
    return [run | {f"{scheme} beyond": share for scheme, share in beyond.items()}]


def test_the_verdict_about_order_follows_from_the_numbers() -> None:
    inside = {"none": 0.4, "sinusoidal": 0.99, "learned": 1.0, "rotary": 1.0, "ALiBi": 0.95}
    beyond = {"none": 0.3, "sinusoidal": 0.2, "learned": 0.1, "rotary": 0.95, "ALiBi": 0.94}
    assert order.verdict(made(inside, beyond)) == (
        "Solved at the trained length by sinusoidal, learned, rotary, ALiBi; of these, on texts up "
        "to 4 times as long by rotary, ALiBi."
    )


def test_the_verdict_about_plays_follows_from_the_numbers() -> None:
    inside = {"none": 4.3, "sinusoidal": 4.2, "learned": 4.05, "rotary": 4.0, "ALiBi": 4.04}
    beyond = {"none": 4.35, "sinusoidal": 6.0, "learned": 4.5, "rotary": 4.9, "ALiBi": 4.0}
    assert positions.verdict(made(inside, beyond)) == (
        "Within 0.1 nats of the best at the trained length: learned, rotary, ALiBi. Worse by more "
        "than that at four times the length: sinusoidal, learned, rotary."
    )


# Pictures


def test_tables_are_drawn_whole_and_outliers_do_not_hide_the_rest() -> None:
    table = np.zeros((20, 10))
    table[0, 0], table[1] = 100.0, 1.0
    picture = figures.position_tables({"learned": table})
    (image,) = picture.axes[0].get_images()
    assert image.get_array().shape == (20, 10)  # type: ignore[union-attr]
    assert image.get_clim() == (-1.0, 1.0)
    assert "learned: 20 positions × 10 coordinates, from 0.00 to 100.00." in picture.description


def test_products_are_drawn_from_each_position() -> None:
    """Rows (1, 0), (0, 1), (1, 1), (2, 0): the first has products 1, 0, 1, the second 1, 1."""
    table = [[1, 0], [0, 1], [1, 1], [2, 0]]
    picture = figures.products_by_distance({"t": table}, positions=(0, 1), n_distances=2)
    first, second = picture.axes[0].get_lines()
    assert first.get_ydata().tolist() == [1, 0]  # type: ignore[union-attr]
    assert second.get_ydata().tolist() == [1, 1]  # type: ignore[union-attr]
    assert "t, from position 1: 1.00 with itself, 1.00 at distance 1." in picture.description


def test_a_curve_that_leaves_its_table_is_refused() -> None:
    with pytest.raises(ValueError, match="positions up to 2, so that 2 distances fit its 4 rows"):
        figures.products_by_distance({"t": np.ones((4, 2))}, positions=(3,), n_distances=2)


def test_what_lies_beyond_the_trained_length_is_shaded_and_said() -> None:
    picture = figures.beyond_trained_length(
        {"rotary": [1.0, 1.0, 0.5, 0.1]}, [0, 1, 2, 3], 2, unit="share", baselines={"bag": 0.2}
    )
    assert "rotary: 1.00, then 0.30." in picture.description
    assert style.png(picture)


def test_a_curve_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="a: expected 3 numbers, one per position, got shape"):
        figures.beyond_trained_length({"a": [1.0]}, [0, 1, 2], 2, unit="share")


@pytest.mark.parametrize("table", [np.zeros(3), np.zeros((0, 4)), np.zeros((1, 2, 3))])
def test_what_is_no_table_is_refused(table: np.ndarray) -> None:
    with pytest.raises(ValueError, match="positions × coordinates, got shape"):
        figures.position_tables({"t": table})
