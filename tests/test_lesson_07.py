"""Lesson 7: its experiments and measures, its exercises, and that no claim is left out."""

import math
import re
from collections import Counter

import pytest
import torch
from torch.nn import functional as F

from gptlab import checkpoints
from gptlab.claims import claims
from gptlab.data import Split
from gptlab.exercises import assert_sound
from gptlab.exercises.lessons import exercises_of, name_of
from gptlab.experiments import find, finetuning, forgetting, rates, recorded
from gptlab.finetuning import GENRES, Labelled, Task
from gptlab.measures.agreeing import gradients_alike
from gptlab.measures.losses import four_names
from gptlab.objectives import NOT_ASKED, NextToken
from gptlab.untrained import untrained_twin
from tools import notebooks

(SOURCE,) = notebooks.sources(["07"])
LESSON = SOURCE.read_text(encoding="utf-8")
MINE = ("finetuning", "forgetting", "rates")


def drawn(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.fixture(scope="module")
def small():
    return checkpoints.load("twin_next", "cpu")


@pytest.fixture
def task() -> Task:
    texts = tuple(
        Labelled("word " * (number + 1), GENRES[number % 3], f"scene {number}")
        for number in range(30)
    )
    return Task(name="toy", classes=GENRES, train=texts, validation=texts[:3], test=texts[3:6])


# The lesson


def test_every_claim_about_finetuning_is_settled_once() -> None:
    given = Counter(re.findall(r'(?:verdict|cited)\("([a-z-]+)"', LESSON))
    assert given == Counter(claim.id for claim in claims("07"))


@pytest.mark.parametrize("build", exercises_of("07"), ids=name_of)
def test_exercises_tell_right_from_wrong(build: object) -> None:
    assert_sound(build())  # type: ignore[operator]


def test_the_lesson_asks_six_exercises_three_of_them_code() -> None:
    asked = set(re.findall(r"lesson_07\.(\w+)\(", LESSON))
    assert len(asked) >= 6 and asked <= {build.__name__ for build in exercises_of("07")}
    assert {"merged", "only_the_reply", "stop_early"} <= asked


# One loss, four names


def test_four_names_by_hand() -> None:
    """Probabilities 1/2 and 1/4 for what is right: (ln 2 + ln 4) / 2 = 1.5 ln 2."""
    logits = torch.tensor([[[0.0, 0.0, -1e9, -1e9], [0.0, 0.0, 0.0, 0.0], [9.0, 0.0, 0.0, 0.0]]])
    targets = torch.tensor([[1, 3, NOT_ASKED]])
    losses = four_names(logits, targets)
    assert len(losses) == 4
    assert [*losses.values()] == pytest.approx([1.5 * math.log(2)] * 4, abs=1e-9)


def test_four_names_equal_torch() -> None:
    logits = torch.randn(3, 5, 11, generator=drawn())
    targets = torch.randint(11, (3, 5), generator=drawn())
    targets[0, :3] = NOT_ASKED
    expected = F.cross_entropy(logits.flatten(0, 1), targets.flatten()).item()
    assert [*four_names(logits, targets).values()] == pytest.approx([expected] * 4, abs=1e-6)


def test_gradients_of_one_batch_are_alike_and_of_larger_ones_more(small) -> None:
    model, tokenizer = small
    ids = torch.tensor(tokenizer.encode("Who is it that can tell me who I am? " * 40))
    weight = "blocks.3.mlp.W_out"
    whole = ids[: model.cfg.n_ctx + 1]  # a single window: every batch is the same
    same = gradients_alike(model, NextToken(), whole, 2, weight=weight, n_batches=3)
    assert same == pytest.approx(1, abs=1e-5)
    one, many = (
        gradients_alike(model, NextToken(), ids, n, weight=weight, n_batches=4) for n in (1, 16)
    )
    assert one < many <= 1


# The manual


def test_no_paragraph_of_a_held_out_topic_is_learned_from() -> None:
    corpus = forgetting.manual().corpus
    parts = [set(text.split("\n\n")) for text in (corpus.train, corpus.validation, corpus.test)]
    assert not parts[0] & parts[1] and not parts[0] & parts[2] and not parts[1] & parts[2]
    assert 0.05 < forgetting.manual().repeated < 0.5


def test_old_text_makes_up_its_share() -> None:
    new, old = Split(torch.zeros(900, dtype=torch.long), 9), Split(torch.ones(900).long(), 9)
    assert forgetting.mixed(new, old, 0.1).ids.float().mean().item() == pytest.approx(0.1)


def test_passages_stand_in_the_text_as_often_as_they_shall() -> None:
    text = Split(torch.full((4000,), 7), 0)
    other = Split(torch.arange(100, 100 + 20 * forgetting.PASSAGE), 0)
    passages, planted = forgetting.with_copies(text, other, seed=0)
    assert passages.keys() == set(forgetting.COPIES)
    for n, rows in passages.items():
        for row in rows:
            assert int((planted.ids == row[0]).sum()) == n
    assert int((planted.ids == 7).sum()) == 4000


def test_steps_to_the_same_by_hand() -> None:
    numbers = {"steps": [0.0, 5.0, 10.0], "restarted: new": [9.0, 6.0, 4.0]}
    assert forgetting.reached(numbers | {"continued: new": [8.0, 4.0, 3.0]}) == 5
    assert forgetting.reached(numbers | {"continued: new": [8.0, 7.0, 5.0]}) == 20


# Labels


def test_noisy_labels_are_wrong_as_often_as_said(task: Task) -> None:
    large = Task(**vars(task) | {"train": task.train * 100})
    right = torch.tensor([GENRES.index(each.label) for each in large.train])
    share = (torch.tensor(finetuning.noisy(large, drawn())) != right).float().mean().item()
    assert share == pytest.approx(finetuning.WRONG, abs=0.03)


def test_shuffled_labels_keep_their_numbers(task: Task) -> None:
    assert Counter(finetuning.shuffled(task, drawn())) == Counter([0, 1, 2] * 10)


def test_labels_of_length_are_a_third_each_and_rise(task: Task) -> None:
    assert finetuning.by_length(task, drawn()) == [0] * 10 + [1] * 10 + [2] * 10


def test_relabelling_changes_labels_alone(task: Task) -> None:
    changed = finetuning.relabelled(task, [0] * 30)
    assert [each.text for each in changed.train] == [each.text for each in task.train]
    assert {each.label for each in changed.train} == {"comedy"}
    assert changed.test == task.test


def test_a_prompt_of_an_untrained_model_is_a_guess(small, task: Task) -> None:
    model, tokenizer = small
    said = finetuning.prompted(untrained_twin(model), tokenizer, task.train, GENRES)
    assert len(said) == len(task.train) and set(said) <= {0, 1, 2}


# Records


@pytest.mark.parametrize("name", MINE)
def test_the_record_was_made_by_the_module_as_it_is(name: str) -> None:
    record = recorded(name)
    assert record.is_current(find(name)) and len(record.seeds) == 3
    assert record.verdict == find(name).verdict([run.numbers for run in record.runs])


def test_the_best_rates_lie_inside_their_grids() -> None:
    record = recorded("rates")
    for name, grid in (("AdamW", rates.ADAMW), ("SGD", rates.PLAIN)):
        losses = record.mean(f"{name}: loss")
        assert 0 < losses.index(min(losses)) < len(grid) - 1, name
