"""Lesson 8: its worked examples, its measures and experiments, and that no claim is left out."""

import math
import re
from collections import Counter

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from gptlab import GPT, GPTConfig, figures
from gptlab.claims import claims
from gptlab.data import Split, Splits
from gptlab.exercises import assert_sound
from gptlab.exercises.lessons import exercises_of, name_of
from gptlab.experiments import (
    batches,
    characters,
    find,
    optimizers,
    recorded,
    regularisation,
    scaling,
    schedules,
)
from gptlab.experiments.comparing import LOST
from gptlab.measures import copying, learned
from gptlab.measures.powerlaws import Grid, exponent_interval, power_law
from gptlab.schedule import Steps
from gptlab.training import Recipe, Training, train
from tools import notebooks

(SOURCE,) = notebooks.sources(["08"])
LESSON = SOURCE.read_text(encoding="utf-8")
RECORDS = ("batches", "optimizers", "regularisation", "scaling", "schedules")
LETTERS = st.text("ab ", min_size=1, max_size=14)


def seed(number: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(number)


# The lesson


def test_every_claim_about_training_is_settled_once() -> None:
    given_ = Counter(re.findall(r'(?:verdict|cited)\("([a-z-]+)"', LESSON))
    assert given_ == Counter(claim.id for claim in claims("08"))


@pytest.mark.parametrize("build", exercises_of("08"), ids=name_of)
def test_exercises_tell_right_from_wrong(build: object) -> None:
    assert_sound(build())  # type: ignore[operator]


@pytest.mark.parametrize("name", RECORDS)
def test_records_are_those_of_the_present_code(name: str) -> None:
    record = recorded(name)
    assert record.is_current(find(name)) and len(record.seeds) == 3


def test_the_gradient_of_cross_entropy_by_hand() -> None:
    """Scores ln 1, ln 2, ln 5 give q = (1, 2, 5) / 8; the second is right, so q − p is as below."""
    scores = torch.tensor([1.0, 2.0, 5.0]).log().requires_grad_()
    loss = torch.nn.functional.cross_entropy(scores[None], torch.tensor([1]))
    loss.backward()
    assert loss.item() == pytest.approx(math.log(4))
    assert scores.grad is not None
    assert scores.grad.tolist() == pytest.approx([1 / 8, -6 / 8, 5 / 8])


# Copies


@given(text=LETTERS, source=LETTERS)
def test_copies_are_those_that_a_search_of_all_stretches_finds(text: str, source: str) -> None:
    n = len(text)
    inside = [
        (start, end)
        for start in range(n)
        for end in range(start + 1, n + 1)
        if text[start:end] in source
    ]
    longest = [
        (start, end)
        for start, end in inside
        if not any(a <= start and end <= b and (a, b) != (start, end) for a, b in inside)
    ]
    assert [(c.start, c.start + c.length) for c in copying.copies(text, source)] == longest
    assert copying.longest_copy(text, source) == max((b - a for a, b in inside), default=0)


@given(text=LETTERS, source=LETTERS, n=st.integers(1, 4))
def test_the_novel_share_is_that_of_a_search(text: str, source: str, n: int) -> None:
    stretches = [text[i : i + n] for i in range(len(text) - n + 1)]
    if not stretches:
        with pytest.raises(ValueError, match="no stretch"):
            copying.novel_share(text, source, n)
        return
    new = sum(stretch not in source for stretch in stretches) / len(stretches)
    assert copying.novel_share(text, source, n) == pytest.approx(new)


def test_a_text_copies_itself_whole() -> None:
    text = "To be, or not to be"
    assert copying.longest_copy(text, text) == len(text)
    assert copying.novel_share(text, text, 5) == 0
    assert copying.longest_copy("", text) == 0


def test_nothing_written_shows_no_word() -> None:
    assert learned.share_known(learned.words("…"), {"to"}) == 0
    assert learned.speakers("no colon here\n") == []


# Power laws


def test_a_power_law_is_found_again() -> None:
    xs = [10.0, 100.0, 1000.0]
    law = power_law(xs, [6 * x**-0.25 for x in xs])
    assert (law.exponent, law.scale) == pytest.approx((-0.25, 6.0))
    assert law.at(10_000) == pytest.approx(0.6)


def test_a_power_law_is_the_line_that_numpy_fits() -> None:
    xs, ys = [2.0, 3.0, 7.0, 11.0], [5.0, 4.0, 4.5, 1.0]
    slope, height = np.polyfit(np.log(xs), np.log(ys), 1)
    law = power_law(xs, ys)
    assert (law.exponent, math.log(law.scale)) == pytest.approx((slope, height))


def test_equal_seeds_leave_no_doubt_and_others_do() -> None:
    xs = [1.0, 10.0, 100.0]
    same = [[4.0, 3.0, 2.0]] * 3
    low, high = exponent_interval(xs, same)
    assert low == pytest.approx(high) == pytest.approx(power_law(xs, same[0]).exponent)
    low, high = exponent_interval(xs, [[4.0, 3.0, 2.0], [4.4, 3.1, 1.8], [3.8, 3.2, 2.3]])
    assert low < power_law(xs, same[0]).exponent < high
    assert (low, high) == exponent_interval(xs, [[4.0, 3.0, 2.0], [4.4, 3.1, 1.8], [3.8, 3.2, 2.3]])


def test_the_picture_of_power_laws_says_its_slopes() -> None:
    grid = Grid(counted="steps", xs=[10, 100], runs=[[4.0, 2.0], [4.0, 2.0]])
    assert "slope -0.301" in figures.power_laws({"steps": grid}).description


# The small models


def test_a_piece_of_the_plays_is_the_seeds_and_stands_in_them() -> None:
    one, again, other = (characters.plays(500, s).train.ids for s in (0, 0, 1))
    assert torch.equal(one, again) and not torch.equal(one, other) and len(one) == 500
    letters = characters.tokenizer()
    assert letters.decode(one.tolist()) in letters.decode(characters.plays().train.ids.tolist())


def test_looks_come_as_often_as_the_recipe_says() -> None:
    recipe = Recipe(matrix_lr=0.0, evaluations=2)
    looks = characters.taught(characters.drawn(8, 0), characters.plays(500), 4, recipe, 0)
    assert [look.step for look in looks] == [2, 4]
    assert all(0 < look.unseen < 5 for look in looks)


def test_a_run_that_breaks_down_is_lost() -> None:
    model = characters.drawn(8, 0)
    with torch.no_grad():
        model.W_E.fill_(math.nan)
    recipe = Recipe(evaluations=3)
    looks = characters.taught(model, characters.plays(500), 6, recipe, 0)
    assert [look.unseen for look in looks] == [LOST] * 3


def test_the_likeliest_character_is_counted() -> None:
    """A model without weights finds all equal, so that it says the first character."""
    model = characters.drawn(8, 0)
    with torch.no_grad():
        for weight in model.parameters():
            weight.zero_()
    ids = torch.tensor([5, 0, 0, 3])
    assert characters.share_right(model, Split(ids, 4)) == pytest.approx(2 / 3)


def test_one_sentence_is_one_row_and_no_longer_than_a_window() -> None:
    objective = batches.OneSentence((torch.arange(5), torch.arange(200)))
    sizes = set()
    for number in range(20):
        inputs, targets = objective.batch(torch.arange(3), 16, 64, seed(number))
        assert torch.equal(inputs[:, 1:], targets[:, :-1]) and len(inputs) == 1
        sizes.add(inputs.shape[1])
    assert sizes == {4, 64}


def test_the_noise_of_a_gradient_falls_with_the_batch() -> None:
    model = characters.drawn(8, 0)
    small, large = (batches.noise(model, n, 24, 0) for n in (2, 32))
    assert 8 < small / large < 32


@pytest.mark.parametrize("name", optimizers.OPTIMIZERS)
def test_every_optimizer_trains_all_weights(name: str) -> None:
    make, rates = optimizers.OPTIMIZERS[name]
    model = characters.drawn(8, 0)
    own = [w for o in make(model, rates[0]) for group in o.param_groups for w in group["params"]]
    assert {id(weight) for weight in own} == {id(weight) for weight in model.parameters()}
    assert len(own) == len(list(model.parameters()))


def test_momentum_without_momentum_is_gradient_descent_by_hand() -> None:
    model = characters.drawn(8, 0)
    (optimizer,) = optimizers.sgd(model, 0.5)
    before = model.W_E.detach().clone()
    inputs = characters.plays(500).train.ids[None, :9]
    loss = torch.nn.functional.cross_entropy(model(inputs[:, :-1])[0], inputs[0, 1:])
    loss.backward()
    optimizer.step()
    torch.testing.assert_close(model.W_E.detach(), before - 0.5 * model.W_E.grad)


def test_a_law_that_holds_foretells_its_last_point() -> None:
    xs = [10.0, 100.0, 1000.0, 10_000.0]
    runs = [[4 * x**-0.1 for x in xs], [4 * x**-0.1 for x in xs]]
    said, came = scaling.foretold(Grid(counted="steps", xs=xs, runs=runs))
    assert said == pytest.approx(came)
    runs[0][-1] = runs[1][-1] = 3.0
    said, came = scaling.foretold(Grid(counted="steps", xs=xs, runs=runs))
    assert (said, came) == pytest.approx((4 * 10_000**-0.1, 3.0))


def test_a_wide_model_has_a_smaller_rate() -> None:
    assert scaling.recipe(32).lr == pytest.approx(2 * scaling.recipe(128).lr)
    assert scaling.in_blocks(characters.drawn(16, 0)) == 2 * (12 * 16**2 + 13 * 16)


# What the records say


def test_verdicts_speak_of_what_all_seeds_say() -> None:
    n = len(schedules.RATES)
    one = {name: [3.0] * n for name in schedules.COURSES}
    best = one | {"decay": [1.0] * n}
    assert "0.002: decay" in schedules.verdict([best, best])
    other = one | {"warm-up": [1.0] * n}
    assert "0.002: –" in schedules.verdict([best, other])


def test_findings_by_hand() -> None:
    """A peak that ruins a constant rate, and a decay that ends 0.2 and 0.1 lower."""
    run = {"constant": [2.0, 3.0], "warm-up, decay": [2.1, 2.5]}
    first = run | {"constant seen": [4.0, 2.5], "decay seen": [4.0, 2.3]}
    second = run | {"constant seen": [4.0, 2.5], "decay seen": [4.0, 2.4]}
    found = schedules.findings([first, second])
    assert found == pytest.approx({"course": 0.6, "decay": 0.1, "peak": 0.4})


def test_a_loss_that_rises_once_is_not_falling() -> None:
    falling = {"size": [3.0, 2.0], "data": [3.0, 2.0], "steps loss": [3.0, 2.0]}
    assert "size, data, steps" in scaling.verdict([falling, falling])
    assert "data, steps" in scaling.verdict([falling, falling | {"size": [2.0, 3.0]}])


def test_help_is_what_helps_in_every_seed() -> None:
    run = {f"{case} unseen": [4.0] for case in regularisation.CASES}
    helped = run | {"short, decay 1 unseen": [3.0]}
    assert "short text with decay 1; on all plays with –" in regularisation.verdict([helped])
    assert "short text with –" in regularisation.verdict([helped, run])


def test_the_known_source_is_learned_down_to_its_floor() -> None:
    """A coin that shows heads in three of four throws has 0.562 nats of entropy."""
    throws = (torch.rand(4000, generator=seed()) < 0.75).long()
    model = GPT(GPTConfig(d_vocab=2, n_ctx=8, d_model=8, n_layers=1, n_heads=1), generator=seed())
    split = Split(throws[3000:], 1000)
    data = Splits(Split(throws[:3000], 3000), split, split)
    *_rest, last = train(Training(model, data, budget=Steps(60), recipe=Recipe(evaluations=1)))
    assert last.validation is not None
    assert abs(last.validation.loss - 0.562) < 0.05
