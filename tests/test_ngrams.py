"""Counting n-grams: by hand, as distributions, and against a plain loop."""

import math
from collections import Counter

import pytest
import torch

from gptlab.measures import NGrams


def test_a_bigram_by_hand() -> None:
    """0 1 0 1 0 2: after 0 came 1 twice and 2 once, so D · 2 kinds / 3 goes to the level below.

    There a token counts once for each different token before it: 0 once (after 1), 1 once and 2
    once (after 0); each has (1 − .75) / 3 + .75 · 3 / 3 · 1/3 = 1/3.
    """
    found = NGrams(torch.tensor([0, 1, 0, 1, 0, 2]), 2, 3).probabilities(torch.tensor([0]))
    shared = 0.75 * 2 / 3 / 3
    assert found.tolist() == pytest.approx([shared, 1.25 / 3 + shared, 0.25 / 3 + shared])


@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_probabilities_sum_to_one_and_losses_are_theirs(n: int) -> None:
    text = torch.randint(7, (400,), generator=torch.Generator().manual_seed(0))
    model = NGrams(text, n, 7)
    asked = text[:30].roll(3)
    losses = model.losses(asked)
    for place in range(1, len(asked)):
        p = model.probabilities(asked[:place])
        assert p.sum().item() == pytest.approx(1, abs=1e-5)
        assert losses[place - 1].item() == pytest.approx(-math.log(p[asked[place]]), abs=1e-4)
    assert model.loss(asked) == pytest.approx(losses.mean().item(), abs=1e-5)


def test_single_tokens_are_counted() -> None:
    text = torch.tensor([0, 0, 0, 1])
    p = NGrams(text, 1, 4).probabilities(torch.tensor([2]))
    left = 0.75 * 2 / 4 / 4
    counts = Counter(text.tolist())
    expected = [max(counts[i] - 0.75, 0) / 4 + left for i in range(4)]
    assert p.tolist() == pytest.approx(expected)


def test_texts_of_a_batch_do_not_touch() -> None:
    """Across the border 1 would be followed by 2."""
    rows = torch.tensor([[0, 1], [2, 0]])
    after = NGrams(rows, 2, 3).probabilities(torch.tensor([1]))
    assert after[2] < after[0] + 1e-6


def test_a_longer_memory_helps_where_there_is_something_to_remember() -> None:
    text = torch.tensor([0, 1, 2, 0, 2, 1] * 50)
    losses = [NGrams(text, n, 3).loss(text) for n in (1, 2, 3)]
    assert losses[0] > losses[1] > losses[2]
    assert losses[2] < 0.1


def test_impossible_counts_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        NGrams(torch.arange(9), 0, 10)
    with pytest.raises(ValueError, match="smaller n"):
        NGrams(torch.arange(9), 30, 10)
    with pytest.raises(ValueError, match="has no 3-gram"):
        NGrams(torch.arange(2), 3, 10)
