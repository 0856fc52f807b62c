"""Objectives: what is hidden, what is asked, what leaks, and that training takes either one."""

import math

import pytest
import torch
from torch.nn import functional as F

from gptlab import GPT, GPTConfig, masks, objectives
from gptlab.data import Split, Splits
from gptlab.evaluation import evaluate
from gptlab.objectives import (
    NOT_ASKED,
    MaskedTokens,
    NextToken,
    Objective,
    hide,
    hide_evenly,
    with_gaps,
)
from gptlab.positions import RotaryPositions
from gptlab.schedule import Steps
from gptlab.tokenizers import CharTokenizer
from gptlab.training import Recipe, Training, train

MARK = 10
IDS = torch.arange(300) % MARK
CFG = GPTConfig(d_vocab=MARK + 1, n_ctx=20, d_model=16, n_layers=1, n_heads=2)


def drawn(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def built(objective: Objective) -> GPT:
    return GPT(CFG, positions=RotaryPositions, mask=objective.mask, generator=drawn())


def splits() -> Splits:
    part = Split(IDS, len(IDS) - 1)
    return Splits(part, part, part)


def test_fifteen_of_a_hundred_are_asked_and_eight_of_ten_of_them_are_marked() -> None:
    windows = torch.randint(MARK, (2000, 20), generator=drawn())
    inputs, targets = hide(windows, MARK, drawn(1))
    asked = targets != NOT_ASKED
    assert (asked.sum(1) == 3).all()
    marked = (inputs == MARK)[asked].float().mean().item()
    kept = (inputs == windows)[asked].float().mean().item()
    assert marked == pytest.approx(0.8, abs=0.02)
    assert kept == pytest.approx(0.1 + 0.1 / MARK, abs=0.02)  # another token may be the same
    assert torch.equal(inputs[~asked], windows[~asked])
    assert torch.equal(targets[asked], windows[asked])


def test_even_gaps_hide_each_place_as_often() -> None:
    windows = IDS[:280].view(14, 20)
    _inputs, targets = hide_evenly(windows, MARK, 7)
    assert (targets != NOT_ASKED).sum(0).tolist() == [2] * 20


def test_the_next_token_is_the_default_and_its_loss_is_the_old_one() -> None:
    model = built(NextToken())
    assert NextToken().evaluate(model, splits().validation) == evaluate(model, splits().validation)


def test_the_loss_in_gaps_is_what_asking_one_by_one_gives() -> None:
    """Windows of 20 tokens and a last one of 5, each seventh token hidden."""
    objective = MaskedTokens(MARK)
    model, ids = built(objective), IDS[:45]
    found = objective.evaluate(model, Split(ids, 44))
    losses = []
    rows = [*ids[:40].view(2, 20), ids[40:]]
    for row, first in zip(rows, (0, 1, 0), strict=True):
        gaps = torch.arange(len(row)) % 7 == first
        with torch.inference_mode():
            logits = model(row.masked_fill(gaps, MARK)[None])[0]
        losses += F.cross_entropy(logits[gaps], row[gaps], reduction="none").tolist()
    assert found.n_tokens == len(losses)
    assert found.loss == pytest.approx(sum(losses) / len(losses), abs=1e-5)


@pytest.mark.parametrize("objective", [NextToken(), MaskedTokens(MARK)], ids=["next", "masked"])
def test_one_loop_trains_either(objective: Objective) -> None:
    model = built(objective)
    run = Training(
        model,
        splits(),
        budget=Steps(200),
        recipe=Recipe(batch_size=8, evaluations=1),
        objective=objective,
    )
    results = [*train(run)]
    assert results[0].loss == pytest.approx(math.log(MARK + 1), abs=0.3)
    last = results[-1].validation
    assert last is not None and last.loss < 1.9
    again = objectives.from_json(run.counters()["objective"])
    assert again == objective


def test_parts_of_a_batch_give_the_gradient_of_the_whole() -> None:
    found = []
    for accumulation in (1, 4):
        objective = MaskedTokens(MARK)
        model = built(objective)
        recipe = Recipe(batch_size=8, accumulation=accumulation, clip=math.inf)
        run = Training(model, splits(), budget=Steps(3), recipe=recipe, objective=objective)
        found.append(run.take_step())
    assert found[0].loss == pytest.approx(found[1].loss, abs=1e-5)
    assert found[0].grad_norm == pytest.approx(found[1].grad_norm, rel=1e-2)


def test_what_comes_later_moves_a_masked_model_and_no_causal_one() -> None:
    text = IDS[:12][None]
    other = text.clone()
    other[0, 8] = 3
    for objective, moves in ((NextToken(), False), (MaskedTokens(MARK), True)):
        model = built(objective)
        with torch.inference_mode():
            change = (model(text) - model(other))[0, :8].abs().max().item()
        assert (change > 0) == moves


def test_a_gap_takes_the_space_before_it() -> None:
    tokenizer = CharTokenizer(alphabet=" ab")
    a, b, space = (tokenizer.encode(sign)[0] for sign in "ab ")
    assert with_gaps(tokenizer, "a [MASK] b[MASK]", 9) == [a, 9, space, b, 9]
    assert with_gaps(tokenizer, "a ", 9) == [a, space]
    assert with_gaps(tokenizer, "[MASK][MASK]", 9) == [9, 9]


def test_impossible_objectives_are_refused() -> None:
    with pytest.raises(ValueError, match=r"above 0 and below 1; got 1\.0"):
        MaskedTokens(MARK, share=1.0)
    with pytest.raises(ValueError, match="unknown objective 'Other'; expected one of NextToken"):
        objectives.from_json({"kind": "Other"})
    with pytest.raises(ValueError, match="cannot be made from"):
        objectives.from_json({"kind": "MaskedTokens"})
    assert isinstance(NextToken.mask, masks.Causal)
