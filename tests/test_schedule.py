"""How long to train, and how fast to learn at each moment."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gptlab.schedule import BUDGETS, Minutes, Steps, learning_rate_scale

SHARE = st.floats(0, 1)


@pytest.mark.parametrize(
    ("progress", "expected"),
    [(0.0, 0), (0.05, 0.25), (0.2, 1), (0.5, 1), (0.6, 1), (0.7, 0.75), (0.9, 0.25), (1.0, 0)],
)
def test_the_rate_rises_stays_and_falls_by_hand(progress: float, expected: float):
    """Up during the first 0.2, down during the last 0.4: at 0.7 there is 0.3/0.4 = 3/4 left."""
    scale = learning_rate_scale(progress, warmup=0.2, decay=0.4)
    assert scale == pytest.approx(expected, abs=1e-12)


def test_without_warmup_and_decay_the_rate_stays():
    assert {learning_rate_scale(p / 10, warmup=0.0, decay=0.0) for p in range(11)} == {1.0}


def test_when_warmup_and_decay_overlap_the_lower_one_counts():
    """Warm-up over the whole run gives 0.6, decay over the whole run gives 0.4."""
    assert learning_rate_scale(0.6, warmup=1.0, decay=1.0) == pytest.approx(0.4)


@given(progress=SHARE, warmup=SHARE, decay=SHARE)
def test_the_rate_is_a_share(progress: float, warmup: float, decay: float):
    assert 0 <= learning_rate_scale(progress, warmup=warmup, decay=decay) <= 1


def test_steps_count_steps_and_not_time():
    budget = Steps(40)
    shares = [budget.progress(steps, seconds=1e9) for steps in (0, 10, 40, 50)]
    assert shares == [0, 0.25, 1, 1]


def test_minutes_count_time_and_not_steps():
    """Half a minute is 30 seconds, of which 7.5 are a quarter."""
    budget = Minutes(0.5)
    shares = [budget.progress(10**9, seconds) for seconds in (0.0, 7.5, 30.0, 60.0)]
    assert shares == [0, 0.25, 1, 1]


@pytest.mark.parametrize("n", [0, -5])
def test_a_run_needs_a_step(n: int):
    with pytest.raises(ValueError, match=f"whole number; got {n}"):
        Steps(n)


@pytest.mark.parametrize("n", [0.0, -1.0, math.nan])
def test_a_run_needs_time(n: float):
    with pytest.raises(ValueError, match=f"more than 0 minutes; got {n}"):
        Minutes(n)


def test_budgets_have_names_and_words():
    assert (str(BUDGETS["Steps"](20)), str(BUDGETS["Minutes"](1.5))) == ("20 steps", "1.5 min")
