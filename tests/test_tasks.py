"""Synthetic tasks: every oracle is right without fail, and texts ask what they say they ask."""

from collections.abc import Callable
from dataclasses import replace

import pytest
import torch

from gptlab.experiments.answering import answers, last_k, right_by_distance, share_right
from gptlab.experiments.contenders import CONTENDERS, transformer
from gptlab.experiments.tasks import (
    NO_QUESTION,
    AssociativeRecall,
    BracketMatching,
    DelayedCopy,
    FirstTokenRecall,
    Parity,
    PositionOf,
    Task,
    Texts,
)

ALL: list[Task] = [
    FirstTokenRecall(length=20, n_questions=5),
    FirstTokenRecall(length=20, n_questions=1, nearest=19),
    DelayedCopy(n_copied=3, delay=7),
    AssociativeRecall(n_pairs=5, n_keys=9, n_values=7),
    BracketMatching(length=24, n_kinds=3, max_depth=4),
    Parity(length=17),
    PositionOf(n_places=9, n_symbols=12, n_questions=4),
]
EVERY = pytest.mark.parametrize("task", ALL, ids=lambda task: type(task).__name__)


def drawn(task: Task, n_texts: int = 200, seed: int = 0) -> Texts:
    return task.draw(n_texts, torch.Generator().manual_seed(seed))


@EVERY
def test_the_oracle_answers_every_question_rightly_from_the_tokens_alone(task: Task) -> None:
    texts = drawn(task)
    assert texts.asked.any(dim=1).all()
    assert torch.equal(task.oracle(texts.tokens.clone()), texts.targets)
    assert share_right(task.oracle(texts.tokens), texts) == 1


@EVERY
def test_tokens_and_answers_fit_the_vocabulary(task: Task) -> None:
    texts = drawn(task)
    assert texts.tokens.shape == texts.targets.shape == texts.distances.shape == (200, task.length)
    assert texts.tokens.min() >= 0
    assert texts.tokens.max() < task.d_vocab
    assert texts.targets[texts.asked].min() >= 0
    assert texts.targets[texts.asked].max() < task.d_vocab


@EVERY
def test_a_seed_draws_the_same_texts_and_another_seed_draws_others(task: Task) -> None:
    assert torch.equal(drawn(task).tokens, drawn(task).tokens)
    assert not torch.equal(drawn(task).tokens, drawn(task, seed=1).tokens)


@EVERY
def test_what_stands_after_a_question_does_not_change_its_answer(task: Task) -> None:
    """A causal model can be asked: the oracle needs nothing but what came before."""
    texts = drawn(task, 8)
    for row in range(8):
        at = int(texts.asked[row].nonzero()[0])
        later = texts.tokens[row].clone()
        if isinstance(task, Parity):
            later[at + 1 :] = 1 - later[at + 1 :]
        elif isinstance(task, FirstTokenRecall):
            later[at + 1 :] = 0
        assert task.oracle(later[None])[0, at] == texts.targets[row, at]


@EVERY
def test_distances_lie_inside_the_text_and_are_given_where_something_is_asked(task: Task) -> None:
    texts = drawn(task)
    here = torch.arange(task.length).expand_as(texts.tokens)
    assert (texts.distances <= here).all()
    assert (texts.distances[~texts.asked] == 0).all()


@pytest.mark.parametrize("task", [t for t in ALL if not isinstance(t, Parity | PositionOf)])
def test_the_token_at_the_distance_decides_the_answer(task: Task) -> None:
    """Its id is the answer, up to a shift that is the same for the whole task."""
    texts = drawn(task)
    rows, at = texts.asked.nonzero(as_tuple=True)
    there = texts.tokens[rows, at - texts.distances[rows, at]]
    assert len((there - texts.targets[rows, at]).unique()) == 1


def test_a_question_about_a_position_points_at_the_symbol_itself() -> None:
    texts = drawn(ALL[-1])
    rows, at = texts.asked.nonzero(as_tuple=True)
    there = texts.tokens[rows, at - texts.distances[rows, at]]
    assert torch.equal(there, texts.tokens[rows, at])


@EVERY
def test_blind_guessing_gets_what_is_called_chance(task: Task) -> None:
    """The best answer for the task as a whole is right about as often as it says, never more."""
    counted = last_k(task, 0, 2000, torch.Generator().manual_seed(3))
    assert counted <= task.chance + 0.03
    if not isinstance(task, AssociativeRecall):  # whose reader knows the text's own values
        assert counted >= task.chance - 0.03


def test_seeing_the_last_tokens_is_not_enough_where_the_distance_is_longer() -> None:
    task = DelayedCopy(n_copied=1, delay=6, n_symbols=3)
    near, far = (last_k(task, k, 20_000, torch.Generator().manual_seed(0)) for k in (8, 5))
    assert near > 0.95  # 3⁷ rows, each seen ten times
    assert far < 0.4


def test_last_k_by_hand() -> None:
    """Parity of single bits: the bit is its own parity, so one token is all that is needed."""
    assert last_k(Parity(length=1), 1, 50, torch.Generator().manual_seed(0)) == 1


def test_brackets_close_what_was_opened_and_depth_is_bounded() -> None:
    task = BracketMatching(length=40, n_kinds=2, max_depth=3)
    step = 1 - 2 * (drawn(task).tokens == 2).long()
    depth = step.cumsum(dim=1)
    assert depth.min() >= 0
    assert depth.max() == 3


def test_a_longer_text_of_the_same_task() -> None:
    short = FirstTokenRecall(length=8, n_questions=2)
    texts = drawn(replace(short, length=32))
    assert texts.tokens.shape[1] == 32
    assert texts.distances.max() > 8


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: FirstTokenRecall(length=4, n_questions=4), "Pass length=5 or more"),
        (lambda: FirstTokenRecall(n_symbols=1), "n_symbols of 2 or more"),
        (lambda: DelayedCopy(delay=-1), "delay of 0 or more"),
        (lambda: AssociativeRecall(n_pairs=9, n_keys=8), "Pass n_keys=9 or more"),
        (lambda: BracketMatching(max_depth=0), "max_depth of 1 or more"),
        (lambda: Parity(length=0), "length of 1 or more"),
        (lambda: PositionOf(n_places=9, n_symbols=4), "Pass n_symbols=9 or more"),
        (lambda: PositionOf(n_places=3, n_symbols=4, n_questions=4), "n_questions=3 or fewer"),
    ],
)
def test_sizes_that_make_no_task_are_refused(make: Callable[[], Task], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()


# Asking a model


def test_shares_by_distance_by_hand() -> None:
    """Distances 1, 2 and 2 of 3 questions: the first is right, one of the other two is."""
    texts = Texts(
        tokens=torch.zeros(1, 4, dtype=torch.long),
        targets=torch.tensor([[NO_QUESTION, 5, 6, 7]]),
        distances=torch.tensor([[0, 1, 2, 2]]),
    )
    said = torch.tensor([[NO_QUESTION, 5, 6, 0]])
    assert right_by_distance(said, texts, (1, 2, 3)) == [1, 0.5]
    assert share_right(said, texts) == pytest.approx(2 / 3)
    with pytest.raises(ValueError, match="no question asks at a distance from 3 to 4"):
        right_by_distance(said, texts, (3, 5))


def test_a_transformer_hears_nothing_of_what_lies_before_its_window() -> None:
    task = FirstTokenRecall(length=12, n_questions=3)
    long = replace(task, length=30, n_questions=20)
    model = transformer("t", 2).build(
        16, d_vocab=task.d_vocab, n_ctx=12, generator=torch.Generator().manual_seed(0)
    )
    texts = drawn(long, 4)
    changed = texts.tokens.clone()
    changed[:, 0] = changed[:, 0].roll(1) % 8 + 8
    other = answers(model, replace(texts, tokens=changed))
    assert torch.equal(answers(model, texts)[:, 12:], other[:, 12:])


def test_a_windowed_answer_equals_reading_the_window_alone() -> None:
    task = FirstTokenRecall(length=30, n_questions=20)
    model = transformer("t", 1).build(
        16, d_vocab=task.d_vocab, n_ctx=12, generator=torch.Generator().manual_seed(0)
    )
    texts = drawn(task, 3)
    said = answers(model, texts)
    for row, at in texts.asked.nonzero().tolist():
        seen = texts.tokens[row : row + 1, max(0, at - 11) : at + 1]
        assert said[row, at] == model(seen)[0, -1].argmax()


def test_a_recurrent_model_reads_a_text_of_any_length() -> None:
    task = FirstTokenRecall(length=50, n_questions=9)
    model = CONTENDERS["GRU"].build(
        8, d_vocab=task.d_vocab, n_ctx=12, generator=torch.Generator().manual_seed(0)
    )
    texts = drawn(task, 3)
    said = model(texts.tokens).argmax(-1)
    assert torch.equal(answers(model, texts)[texts.asked], said[texts.asked])
