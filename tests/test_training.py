"""The training loop: it learns, repeats exactly, goes on, and stops when it must."""

import json
import math
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields
from itertools import count
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from torch import Tensor, nn
from torch.optim import AdamW

from gptlab.config import GPTConfig
from gptlab.data import Split, Splits
from gptlab.evaluation import Evaluation, evaluate
from gptlab.gpt import GPT
from gptlab.muon import Muon
from gptlab.schedule import Budget, Minutes, Steps
from gptlab.training import DivergedError, Recipe, StepResult, Training, optimizers_for, train

CFG = GPTConfig(d_vocab=8, n_ctx=8, d_model=16, n_layers=2, n_heads=2)
CYCLE = Split(torch.arange(200) % 7, n_bytes=199)
DATA = Splits(train=CYCLE, validation=Split(torch.arange(40) % 7, n_bytes=39), test=CYCLE)
RECIPE = Recipe(batch_size=4)
NOTHING = Evaluation(0.0, 1, 1)


def gpt(dropout: float = 0.0) -> GPT:
    cfg = GPTConfig(**{**vars(CFG), "dropout": dropout})
    return GPT(cfg, generator=torch.Generator().manual_seed(0))


def training(budget: Budget = Steps(12), recipe: Recipe = RECIPE, **settings: object) -> Training:  # noqa: B008
    return Training(gpt(), DATA, budget=budget, recipe=recipe, **settings)  # type: ignore[arg-type]


def flat(model: GPT) -> Tensor:
    return nn.utils.parameters_to_vector(model.parameters()).detach().clone()


def timeless(results: list[StepResult]) -> list[dict[str, object]]:
    return [{k: v for k, v in vars(r).items() if k != "seconds"} for r in results]


def test_the_loss_falls_on_a_text_that_repeats():
    """0 1 2 … 6 0 1 …: every token follows from the one before, so the loss can reach 0."""
    results = list(train(training(Steps(40))))
    assert results[0].loss == pytest.approx(math.log(8), abs=0.1)
    assert results[-1].validation is not None
    assert results[-1].validation.loss < 1.0  # ln 7 = 1.95 for who has only counted the tokens


def test_only_adamw_learns_too():
    results = list(train(training(Steps(40), Recipe(batch_size=4, matrix_lr=0.0))))
    assert results[-1].loss < results[0].loss / 2


def test_one_seed_gives_one_run_bit_for_bit():
    one, two, other = training(seed=5), training(seed=5), training(seed=6)
    assert timeless(list(train(one))) == timeless(list(train(two)))
    assert torch.equal(flat(one.model), flat(two.model))
    list(train(other))
    assert not torch.equal(flat(one.model), flat(other.model))


def test_one_seed_gives_one_run_with_dropout_too():
    losses = []
    for _ in range(2):
        torch.rand(3)  # the global state moves on between the runs
        run = Training(gpt(dropout=0.3), DATA, budget=Steps(4), recipe=RECIPE, seed=5)
        losses.append([result.loss for result in train(run)])
    assert losses[0] == losses[1]


@pytest.mark.parametrize("parts", [2, 3, 4])
def test_a_batch_in_parts_has_the_gradient_of_the_whole(
    monkeypatch: pytest.MonkeyPatch, parts: int
):
    monkeypatch.setattr("gptlab.devices.bf16_pays", lambda device: False)
    whole, split = (training(recipe=Recipe(batch_size=4, accumulation=n)) for n in (1, parts))
    results = [run.take_step() for run in (whole, split)]
    assert results[0].loss == pytest.approx(results[1].loss, abs=1e-6)
    assert results[0].grad_norm == pytest.approx(results[1].grad_norm, rel=1e-5)
    for mine, other in zip(whole.model.parameters(), split.model.parameters(), strict=True):
        torch.testing.assert_close(mine.grad, other.grad, atol=1e-6, rtol=1e-5)


def test_training_in_bfloat16_keeps_float32_weights_and_learns_as_much(
    monkeypatch: pytest.MonkeyPatch,
):
    """bfloat16 has 8 bits, float32 24: the first losses agree to a few thousandths."""
    losses = {}
    for pays in (False, True):
        for module in ("devices", "training"):
            monkeypatch.setattr(f"gptlab.{module}.bf16_pays", lambda device, pays=pays: pays)
        run = training(Steps(40))
        losses[pays] = [result.loss for result in train(run)]
        assert {weight.dtype for weight in run.model.parameters()} == {torch.float32}
    assert losses[True] != losses[False]
    assert losses[True][0] == pytest.approx(losses[False][0], abs=0.01)
    assert losses[True][-1] < 1.0 and losses[False][-1] < 1.0


def test_an_interrupted_run_goes_on_where_it_stopped():
    whole, cut = training(), training()
    expected = timeless(list(train(whole)))
    first = train(cut)
    results = [next(first) for _ in range(5)]
    first.close()
    results += train(cut)
    assert timeless(results) == expected
    assert torch.equal(flat(cut.model), flat(whole.model))


def test_a_restored_run_goes_on_bit_for_bit_with_dropout_too():
    def begun() -> Training:
        return Training(gpt(dropout=0.3), DATA, budget=Steps(8), recipe=RECIPE, seed=5)

    whole, cut, restored = begun(), begun(), begun()
    expected = timeless(list(train(whole)))
    first = train(cut)
    results = [next(first) for _ in range(3)]
    restored.model.load_state_dict(cut.model.state_dict())
    tensors = {name: tensor.clone() for name, tensor in cut.state().items()}
    restored.restore(tensors, json.loads(json.dumps(cut.counters())))
    torch.rand(3)  # the global state moves on
    assert timeless(results + list(train(restored))) == expected
    assert torch.equal(flat(restored.model), flat(whole.model))


def test_the_memory_of_other_optimizers_is_refused():
    muon, adamw = training(), training(recipe=Recipe(batch_size=4, matrix_lr=0.0))
    for run in (muon, adamw):
        run.take_step()
    for one, other in ((muon, adamw), (adamw, muon)):
        with pytest.raises(ValueError, match="Continue with the recipe that the run began with"):
            one.restore(other.state(), other.counters())


def test_dropout_leaves_the_readers_randomness_alone():
    run, state = Training(gpt(dropout=0.3), DATA, budget=Steps(2)), torch.get_rng_state()
    list(train(run))
    assert torch.equal(torch.get_rng_state(), state)


def test_a_finished_run_has_nothing_left_to_do():
    run = training(Steps(2))
    assert len(list(train(run))) == 2
    assert list(train(run)) == []


def test_results_count_steps_and_time():
    results = list(train(training(Steps(4))))
    assert [r.step for r in results] == [1, 2, 3, 4]
    assert [r.progress for r in results] == [0.25, 0.5, 0.75, 1.0]
    seconds = [r.seconds for r in results]
    assert seconds == sorted(seconds) and seconds[0] > 0
    assert all(r.grad_norm > 0 for r in results)


@pytest.mark.parametrize(
    ("n_steps", "evaluations", "expected"),
    [
        (12, 4, [3, 6, 9, 12]),
        (12, 1, [12]),
        (10, 4, [3, 5, 8, 10]),  # the first steps at or after 2.5, 5, 7.5, 10
        (3, 9, [1, 2, 3]),  # no more than one per step
        (22, 22, list(range(1, 23))),  # 15/22 · 22 is a little below 15 in floating point
    ],
)
def test_evaluations_are_spread_evenly_and_the_last_step_has_one(
    n_steps: int, evaluations: int, expected: list[int]
):
    recipe = Recipe(batch_size=1, evaluations=evaluations)
    results = train(
        training(Steps(n_steps), recipe, evaluate=lambda objective, model, split: NOTHING)
    )
    assert [r.step for r in results if r.validation is not None] == expected


def test_an_evaluation_measures_the_model_as_that_step_left_it():
    run = training(Steps(2), Recipe(batch_size=4, evaluations=2))
    for result in train(run):
        assert result.validation == evaluate(run.model, DATA.validation)


def test_the_rate_warms_up_and_falls_by_hand():
    """Ten steps, warm-up 0.2, decay 0.5: progress before each step is 0, .1, … .9.

    At 0 the rate would be 0; a hundredth of it is used, so that the first step moves.
    """
    recipe = Recipe(batch_size=1, lr=1.0, matrix_lr=0.0, warmup=0.2, decay=0.5)
    rates = [r.lr for r in train(training(Steps(10), recipe))]
    expected = [0.01, 0.5, 1, 1, 1, 1, 0.8, 0.6, 0.4, 0.2]
    assert rates == pytest.approx(expected, abs=1e-9)


def test_a_new_phase_warms_up_again_and_keeps_the_memory():
    run = training(Steps(10), Recipe(batch_size=1, warmup=0.2, decay=0.5))
    first = list(train(run))
    memory = run.optimizers[0].state_dict()["state"][0]["momentum"].clone()
    run.start_phase(Steps(5))
    assert run.progress == 0
    assert torch.equal(run.optimizers[0].state_dict()["state"][0]["momentum"], memory)
    second = list(train(run))
    assert [r.step for r in second] == [11, 12, 13, 14, 15]
    assert second[0].lr == first[0].lr < second[1].lr
    assert [r.progress for r in second] == pytest.approx([0.2, 0.4, 0.6, 0.8, 1.0])
    assert second[-1].validation is not None


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A clock that moves on by six seconds whenever training looks at it."""
    ticks = count(0, 6)
    fake = SimpleNamespace(perf_counter=lambda: float(next(ticks)))
    monkeypatch.setattr("gptlab.training.time", fake)
    return ticks


@pytest.mark.usefixtures("clock")
def test_a_budget_in_minutes_ends_the_run():
    """A step takes one tick of 6 s, so half a minute is five steps."""
    results = list(train(training(Minutes(0.5))))
    assert [r.seconds for r in results] == [6, 12, 18, 24, 30]
    assert results[-1].progress == 1
    assert results[-1].validation is not None


@pytest.mark.usefixtures("clock")
def test_time_between_steps_does_not_count(clock: Iterator[int]):
    run = training(Minutes(0.5))
    for result in train(run):
        next(clock)  # the caller takes six seconds to draw
        assert result.seconds == 6 * result.step
    assert run.step == 5


def spoil(model: GPT, value: float) -> None:
    model.blocks[1].mlp.W_in.register_hook(lambda grad: grad * value)


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_gradient_that_is_not_finite_stops_the_run_and_harms_no_weight(value: float):
    run = training()
    results = train(run)
    next(results)
    next(results)
    before = flat(run.model)
    spoil(run.model, value)
    expected = (
        r"step 3 gave .*both must be finite\. The weights are those of step 2\. Continue from"
    )
    with pytest.raises(DivergedError, match=expected):
        next(results)
    assert torch.equal(flat(run.model), before)
    assert run.step == 2


def test_a_loss_that_is_not_finite_stops_the_run():
    run = training()
    with torch.no_grad():
        run.model.W_E[0] = math.nan
    with pytest.raises(DivergedError, match="step 1 gave a loss of nan"):
        run.take_step()


def test_a_run_that_breaks_in_its_last_step_does_not_end_as_if_it_were_well():
    run = training(Steps(1), Recipe(batch_size=4, lr=1e38, matrix_lr=1e38, warmup=0.0, decay=0.0))
    with pytest.raises(DivergedError):
        list(train(run))


def test_the_gradient_is_clipped(monkeypatch: pytest.MonkeyPatch):
    """Plain gradient descent at rate 1: the step is as long as the clipped gradient."""
    run = training(Steps(1), Recipe(batch_size=4, clip=0.01, warmup=0.0, decay=0.0))
    sgd = torch.optim.SGD(run.model.parameters(), lr=1.0)
    sgd.param_groups[0]["initial_lr"] = 1.0
    monkeypatch.setattr(run, "optimizers", [sgd])
    before = flat(run.model)
    result = run.take_step()
    assert result.grad_norm > 0.01
    assert (flat(run.model) - before).norm().item() == pytest.approx(0.01, rel=1e-3)


def ids(optimizer: torch.optim.Optimizer) -> list[int]:
    return [id(w) for group in optimizer.param_groups for w in group["params"]]


@pytest.mark.parametrize("matrix_lr", [0.02, 0.0])
def test_every_weight_has_exactly_one_optimizer(matrix_lr: float):
    model = gpt()
    taken = [i for o in optimizers_for(model, Recipe(matrix_lr=matrix_lr)) for i in ids(o)]
    assert sorted(taken) == sorted(id(w) for w in model.parameters())


def test_muon_takes_the_matrices_inside_the_blocks_and_nothing_else():
    model = gpt()
    muon, adamw = optimizers_for(model, Recipe())
    assert isinstance(muon, Muon) and isinstance(adamw, AdamW)
    matrices = {"W_Q", "W_K", "W_V", "W_O", "W_in", "W_out"}
    names = {id(w): n for n, w in model.named_parameters()}
    taken = [names[i] for i in ids(muon)]
    assert {name.rpartition(".")[2] for name in taken} == matrices
    assert len(taken) == 2 * len(matrices)


def test_without_a_matrix_rate_adamw_takes_all():
    (adamw,) = optimizers_for(gpt(), Recipe(matrix_lr=0.0))
    assert isinstance(adamw, AdamW)


@pytest.mark.parametrize("matrix_lr", [0.02, 0.0])
def test_no_bias_and_no_norm_decays(matrix_lr: float):
    model = gpt()
    names = {id(w): n.rpartition(".")[2] for n, w in model.named_parameters()}
    for optimizer in optimizers_for(model, Recipe(matrix_lr=matrix_lr, weight_decay=0.1)):
        for group in optimizer.param_groups:
            kinds = {names[id(w)].startswith("W_") for w in group["params"]}
            assert kinds == {group["weight_decay"] > 0}


def test_too_short_a_text_is_refused_before_the_first_step():
    short = Splits(Split(torch.arange(8), 7), DATA.validation, DATA.test)
    with pytest.raises(ValueError, match=r"8 tokens, but one window needs n_ctx \+ 1 = 9"):
        Training(gpt(), short, budget=Steps(1))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("batch_size", 0),
        ("lr", -1.0),
        ("lr", math.nan),
        ("matrix_lr", -1.0),
        ("warmup", -0.1),
        ("decay", 1.5),
        ("weight_decay", -0.1),
        ("clip", 0.0),
        ("evaluations", 0),
        ("accumulation", 0),
        ("accumulation", 17),  # more parts than the 16 windows of a batch
    ],
)
def test_a_recipe_that_cannot_work_is_refused(name: str, value: float):
    with pytest.raises(ValueError, match=name):
        Recipe(**{name: value})


def test_a_recipe_has_ten_settings_or_fewer():
    assert len(fields(Recipe)) <= 10


COMPILED = """
import torch
from gptlab import GPT, GPTConfig, capture, train
from gptlab.data import Split, Splits
from gptlab import devices, training
from gptlab.schedule import Steps
from gptlab.training import Recipe, Training

# The compiler rounds in other places, which bfloat16 would show.
devices.bf16_pays = training.bf16_pays = lambda device: False
torch.set_num_threads(1)
part = Split(torch.arange(200) % 7, 199)
losses = []
for compile in (False, True):
    cfg = GPTConfig(d_vocab=8, n_ctx=8, d_model=16, n_layers=1, n_heads=2)
    model = GPT(cfg, generator=torch.Generator().manual_seed(0))
    recipe = Recipe(batch_size=4, evaluations=1)
    run = Training(
        model, Splits(part, part, part), budget=Steps(5), recipe=recipe, compile=compile
    )
    losses.append([result.loss for result in train(run)])
    with capture(model, "*.pattern") as cache:
        model(part.ids[None, :8])
    assert list(cache) == ["blocks.0.attn.pattern"], list(cache)
difference = max(abs(a - b) for a, b in zip(*losses, strict=True))
assert difference < 1e-4, losses
print("same losses")
"""


@pytest.mark.slow
@pytest.mark.skipif(not (shutil.which("c++") or shutil.which("g++")), reason="needs a C++ compiler")
def test_a_compiled_step_learns_the_same_and_the_model_can_still_be_opened():
    """In a process of its own: the type checks of the tests do not go through the compiler."""
    run = subprocess.run(
        [sys.executable, "-c", COMPILED],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[1],
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.strip() == "same losses"
