"""Measures of probability: products, sums, Bayes' rule, orders, calibration, known sources."""

import math
from itertools import permutations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.distributions import Categorical, Multinomial, kl_divergence
from torch.nn import functional as F

from gptlab import GPT, GPTConfig
from gptlab.data import Split
from gptlab.evaluation import evaluate
from gptlab.measures import (
    MarkovSource,
    Occurrences,
    as_likely_by_chance,
    by_bayes,
    divergence,
    every_text,
    joint,
    l2_penalty,
    log_normal_prior,
    log_probs,
    multinomial_log_prob,
    orderings,
    reliability,
    variation,
)

SIZES = GPTConfig(d_vocab=4, n_ctx=6, d_model=8, n_layers=2, n_heads=2)


def drawn(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.fixture(scope="module")
def model() -> GPT:
    """A model whose weights are large, so that its distributions are far from uniform."""
    tiny = GPT(SIZES, generator=drawn())
    with torch.no_grad():
        for name, weight in tiny.named_parameters():
            if "W_" in name:
                weight.mul_(20)
    return tiny


# A text's probability


def test_log_probs_are_torchs_cross_entropy(model: GPT) -> None:
    texts = torch.randint(4, (3, 7), generator=drawn())
    with torch.no_grad():
        logits = model(texts[:, :-1])
    expected = -F.cross_entropy(logits.transpose(1, 2), texts[:, 1:], reduction="none")
    torch.testing.assert_close(log_probs(model, texts).float(), expected, atol=1e-5, rtol=0)


def test_the_sum_is_n_times_the_loss(model: GPT) -> None:
    ids = torch.randint(4, (7,), generator=drawn())
    loss = evaluate(model, Split(ids, 6)).loss
    assert -log_probs(model, ids).sum().item() == pytest.approx(6 * loss, abs=1e-4)


def test_one_text_or_several(model: GPT) -> None:
    texts = torch.randint(4, (5, 4), generator=drawn())
    each = torch.stack([log_probs(model, text) for text in texts])
    torch.testing.assert_close(log_probs(model, texts), each, atol=1e-6, rtol=0)
    with pytest.raises(ValueError, match="two tokens"):
        log_probs(model, texts[:, :1])


def test_what_comes_later_changes_no_earlier_factor(model: GPT) -> None:
    one, other = torch.tensor([0, 1, 2, 3]), torch.tensor([0, 1, 2, 0])
    assert torch.equal(log_probs(model, one)[:2], log_probs(model, other)[:2])


# Enumeration


def test_every_text_is_there_once() -> None:
    texts = every_text(3, 4)
    assert len(texts) == 81 and len({tuple(text) for text in texts.tolist()}) == 81
    with pytest.raises(ValueError, match="too many"):
        every_text(50257, 10)


@pytest.mark.parametrize("n_tokens", [1, 2, 3])
def test_all_texts_together_have_probability_one(model: GPT, n_tokens: int) -> None:
    assert joint(model, n_tokens, start=0).sum().item() == pytest.approx(1, abs=1e-6)


def test_a_longer_joint_sums_to_the_shorter_one(model: GPT) -> None:
    longer = joint(model, 3, start=1).reshape(4, 4, 4).sum(-1)
    shorter = joint(model, 2, start=1).reshape(4, 4)
    torch.testing.assert_close(longer, shorter, atol=1e-7, rtol=0)


def test_joint_by_hand() -> None:
    """Two tokens, all weights 0: each factor is 1/2, each text of three tokens 1/8."""
    even = GPT(GPTConfig(d_vocab=2, n_ctx=4, d_model=4, n_layers=1, n_heads=1))
    with torch.no_grad():
        for weight in even.parameters():
            weight.zero_()
    torch.testing.assert_close(joint(even, 3, 0), torch.full((8,), 0.125, dtype=torch.float64))


def test_bayes_gives_the_conditional_of_the_joint(model: GPT) -> None:
    table = joint(model, 3, start=0).reshape(4, 16)
    prior = table.sum(0)
    found = by_bayes((table / prior).T, prior)
    torch.testing.assert_close(found, table / table.sum(1, keepdim=True), atol=1e-12, rtol=0)


def test_bayes_by_hand() -> None:
    """A rare answer, 0.1, that explains what was seen three times as well as the other.

    p = 0.1 · 0.9 / (0.1 · 0.9 + 0.9 · 0.3) = 0.09 / 0.36 = 1/4.
    """
    likelihood = torch.tensor([[0.9, 0.1], [0.3, 0.7]])
    assert by_bayes(likelihood, torch.tensor([0.1, 0.9]))[0, 0].item() == pytest.approx(0.25)


def test_distances_of_distributions_by_hand() -> None:
    p, q = torch.tensor([0.5, 0.5, 0.0]), torch.tensor([0.25, 0.25, 0.5])
    assert variation(p, q).item() == pytest.approx(0.5)
    assert divergence(p, q).item() == pytest.approx(math.log(2))
    assert divergence(p, p).item() == variation(p, p).item() == 0


def test_divergence_is_torchs() -> None:
    rows = torch.rand(2, 9, generator=drawn(), dtype=torch.float64)
    p, q = rows / rows.sum(-1, keepdim=True)
    expected = kl_divergence(Categorical(p), Categorical(q))
    torch.testing.assert_close(divergence(p, q), expected)


# Orders


def test_all_orders_are_there_and_the_first_is_the_real_one() -> None:
    found = orderings(torch.tensor([7, 8, 9, 8]))
    assert found.tolist() == [list(row) for row in permutations([7, 8, 9, 8])]
    with pytest.raises(ValueError, match="at most 8"):
        orderings(torch.arange(9))


def test_the_multinomial_is_torchs() -> None:
    counts, p = torch.tensor([[3, 0, 2], [1, 1, 1]]), torch.tensor([0.5, 0.2, 0.3])
    expected = [Multinomial(int(row.sum()), p.double()).log_prob(row).item() for row in counts]
    assert multinomial_log_prob(counts, p).tolist() == pytest.approx(expected, abs=1e-6)


def test_one_draw_is_categorical() -> None:
    p = torch.tensor([0.5, 0.2, 0.3])
    assert multinomial_log_prob(torch.eye(3).long(), p).exp().tolist() == pytest.approx(p.tolist())


def test_a_permutation_test_counts_itself() -> None:
    assert as_likely_by_chance(5.0, torch.arange(5).float()) == 1 / 6
    assert as_likely_by_chance(-1.0, torch.arange(5).float()) == 1


# Calibration


def test_calibration_by_hand() -> None:
    """0.2 twice, none right; 0.9 twice, both right: half · 0.2 + half · 0.1 = 0.15."""
    promised = torch.tensor([0.2, 0.2, 0.9, 0.9], dtype=torch.float64)
    found = reliability(promised, torch.tensor([False, False, True, True]))
    assert found.error == pytest.approx(0.15, abs=1e-6)
    assert found.n.tolist() == [0, 2, 0, 0, 0, 0, 0, 0, 2, 0]
    assert math.isnan(found.promised[0])
    with pytest.raises(ValueError, match="an answer to each"):
        reliability(promised[:0], torch.tensor([], dtype=torch.bool))


def test_calibration_is_scikit_learns() -> None:
    from sklearn.calibration import calibration_curve

    promised = torch.rand(4000, generator=drawn(), dtype=torch.float64)
    true = torch.rand(4000, generator=drawn(1), dtype=torch.float64) < promised**2
    came, mean = calibration_curve(true.numpy(), promised.numpy(), n_bins=10)
    found = reliability(promised, true)
    np.testing.assert_allclose(found.came.numpy(), came, atol=1e-12)
    np.testing.assert_allclose(found.promised.numpy(), mean, atol=1e-12)


def test_what_is_drawn_as_promised_is_calibrated() -> None:
    promised = torch.rand(100_000, generator=drawn(), dtype=torch.float64)
    true = torch.rand(100_000, generator=drawn(1), dtype=torch.float64) < promised
    found = reliability(promised, true)
    assert found.error < 0.01
    assert ((found.came - found.promised).abs() < 4 * found.spread).all()


# Known sources


def test_the_entropy_of_a_coin() -> None:
    coin = MarkovSource(torch.full((2, 2), 0.5))
    assert coin.entropy == pytest.approx(math.log(2))
    assert coin.stationary.tolist() == pytest.approx([0.5, 0.5])


def test_stationary_by_hand() -> None:
    """Out of 0 with 0.2, out of 1 with 0.6: three times as long in 0 as in 1."""
    source = MarkovSource(torch.tensor([[0.8, 0.2], [0.6, 0.4]]))
    assert source.stationary.tolist() == pytest.approx([0.75, 0.25])


@settings(max_examples=15, deadline=None)
@given(noise=st.floats(0.01, 1.0), n=st.integers(2, 12))
def test_the_loss_of_the_source_itself_is_its_entropy(noise: float, n: int) -> None:
    source = MarkovSource.noisy(n, noise)
    ids = source.draw(1, 4000, drawn())[0]
    lost = -source.log_probs(ids)
    assert lost.mean().item() == pytest.approx(source.entropy, abs=0.15)
    assert int(ids.min()) >= 0 and int(ids.max()) < n


def test_texts_follow_the_transitions() -> None:
    rows = torch.tensor([[0.1, 0.9], [0.7, 0.3]])
    ids = MarkovSource(rows).draw(1, 50_000, drawn())[0]
    pairs = torch.bincount(2 * ids[:-1] + ids[1:], minlength=4).reshape(2, 2).double()
    torch.testing.assert_close(pairs / pairs.sum(1, keepdim=True), rows.double(), atol=0.01, rtol=0)


@pytest.mark.parametrize("rows", [torch.eye(2), torch.ones(2, 2), torch.full((2, 3), 1 / 3)])
def test_what_is_no_source_is_refused(rows: torch.Tensor) -> None:
    with pytest.raises(ValueError, match="sum to 1"):
        MarkovSource(rows)


# Prefixes


def test_prefixes_by_hand() -> None:
    """In 1 2 1 2 3, the pair 1 2 stands twice; 1 follows it once, 3 once."""
    found = Occurrences(torch.tensor([1, 2, 1, 2, 3]))
    assert found.following([1, 2]).tolist() == [1, 3]
    assert found.following([3]).tolist() == [] and found.ends([3]).tolist() == [5]
    assert found.following([9]).tolist() == found.following([1, 2, 3, 1]).tolist() == []
    with pytest.raises(ValueError, match="one token or more"):
        found.ends([])


@settings(max_examples=30, deadline=None)
@given(ids=st.lists(st.integers(0, 3), min_size=1, max_size=40), n=st.integers(1, 4))
def test_prefixes_are_found_as_looking_everywhere_does(ids: list[int], n: int) -> None:
    prefix = ids[:n]
    found = Occurrences(torch.tensor(ids)).ends(prefix).tolist()
    n = len(prefix)
    assert found == [i + n for i in range(len(ids)) if ids[i : i + n] == prefix]


# Priors on weights


def test_the_prior_is_torchs_normal() -> None:
    weights = [torch.randn(3, 4, generator=drawn()), torch.randn(5, generator=drawn())]
    normal = torch.distributions.Normal(0.0, 0.3)
    expected = sum(normal.log_prob(weight).sum() for weight in weights)
    torch.testing.assert_close(log_normal_prior(weights, 0.3), torch.as_tensor(expected))
    with pytest.raises(ValueError, match="more than 0"):
        log_normal_prior(weights, 0.0)


@pytest.mark.parametrize("std", [0.05, 1.0, 7.0])
def test_the_priors_pull_is_weight_decay(model: GPT, std: float) -> None:
    by_prior = torch.autograd.grad(
        -log_normal_prior(model.parameters(), std), [*model.parameters()]
    )
    decay = l2_penalty(model.parameters(), 1 / std**2)
    by_decay = torch.autograd.grad(decay, [*model.parameters()])
    for one, other in zip(by_prior, by_decay, strict=True):
        torch.testing.assert_close(one, other)
