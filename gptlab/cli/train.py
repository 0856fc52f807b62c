"""`gptlab train`: start or continue a run."""

import math
import os
import shlex
import signal
import sys
import time
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import FrameType

import torch

from gptlab import devices, distributed, provenance, runs
from gptlab.catalogue import text as _
from gptlab.checkpoints import FILENAME
from gptlab.cli.progress import progress_bar
from gptlab.config import GPTConfig
from gptlab.data import Split
from gptlab.evaluation import Evaluation
from gptlab.gpt import GPT
from gptlab.objectives import MaskedTokens, NextToken, Objective
from gptlab.positions import POSITIONS, Positions
from gptlab.presets import PRESETS, Preset, default_preset
from gptlab.runs import Run
from gptlab.schedule import Budget, Minutes, Steps
from gptlab.training import DivergedError, Recipe, train

SECONDS_BETWEEN_SAVES = 60
LOG_EVERY = 10  # steps


def run(options: Namespace) -> int:
    """Train, saving as it goes, and print the losses on the held-out text."""
    with distributed.processes():
        device = devices.choose(options.device)
        run_ = _resumed(options, device) if options.resume else _started(options, device)
        _announce(run_)
        _warn_if_busy(device)
        with stop_request() as stop:
            status = _train(run_, stop, _snapshot_moments(options.snapshots))
    return status


def _started(options: Namespace, device: torch.device) -> Run:
    budget = _budget(options) or Minutes(1.0)
    preset = _preset(options, device, budget)
    say(_("reading the corpus {corpus} and making its tokens …", corpus=options.corpus))
    tokenizer = runs.make_tokenizer(options.tokenizer, options.corpus, preset.vocab_size)
    objective, d_vocab = _objective(options.objective, tokenizer.vocab_size)
    run_ = runs.start(
        Path(options.out),
        corpus=options.corpus,
        tokenizer=tokenizer,
        sizes=replace(preset.config(d_vocab), dropout=options.dropout),
        positions=_positions(options.positions) if options.positions else preset.positions,
        budget=budget,
        recipe=_recipe(options, preset, budget),
        seed=options.seed,
        objective=objective,
        device=device,
        compile=_worth_compiling(device, budget),
        evaluate=_evaluate,
    )
    run_.made = provenance.made(shlex.join(["gptlab", *sys.argv[1:]]))
    return run_


def _resumed(options: Namespace, device: torch.device) -> Run:
    say(_("reading the run in {folder} …", folder=options.resume))
    asked = _budget(options)
    run_ = runs.resume(
        Path(options.resume),
        device=device,
        compile=asked is not None and _worth_compiling(device, asked),
        evaluate=_evaluate,
    )
    training = run_.training
    if training.progress < 1 and asked in (None, training.budget):
        say(
            _(
                "going on at step {step}, {percent:.0f} % of {budget}",
                step=training.step,
                percent=100 * training.progress,
                budget=training.budget,
            )
        )
        return run_
    if asked is None:
        raise ValueError(
            f"the run in {options.resume} has finished its {training.budget}. Say how much more "
            f"to train, for example: gptlab train --resume {options.resume} --minutes 1"
        )
    training.start_phase(asked)
    say(
        _(
            "starting a new phase of {budget} after step {step}: the optimizers' memory is kept, "
            "the learning rate warms up and decays anew",
            budget=asked,
            step=training.step,
        )
    )
    return run_


def _train(run_: Run, stop: "StopRequest", snapshot_moments: list[float]) -> int:
    training = run_.training
    saved_at = time.monotonic()
    moments = [moment for moment in snapshot_moments if moment > training.progress]
    if snapshot_moments and training.step == 0 and _first():
        run_.save_snapshot()
    try:
        with progress_bar(_("training"), done=training.progress, show=_first()) as move:
            for result in train(training):
                note = _("step {step} · loss {loss:.3f}", step=result.step, loss=result.loss)
                move(result.progress, note)
                if result.step % LOG_EVERY == 0 or result.step < LOG_EVERY or result.validation:
                    run_.record(result)
                if result.validation and result.progress < 1:
                    say(_("step {step}: ", step=result.step) + report(result.validation))
                while moments and result.progress >= moments[0]:
                    moments.pop(0)
                    if _first():
                        run_.save_snapshot()
                if time.monotonic() - saved_at > SECONDS_BETWEEN_SAVES:
                    _save(run_)
                    saved_at = time.monotonic()
                if distributed.from_first(stop.requested):
                    break
    except DivergedError as problem:
        say(_("gptlab: {problem}", problem=problem))
        return 1
    _save(run_)
    say(_("saved {file}", file=run_.folder / FILENAME))
    if training.progress < 1:
        say(_("stopped; continue with: gptlab train --resume {folder}", folder=run_.folder))
        return 130
    if _first():
        print(report(result.validation))
    return 0


def report(evaluation: Evaluation | None, split: str = "validation") -> str:
    """Return the line in which every command prints a loss."""
    return f"{split}: {evaluation}"


def _evaluate(objective: Objective, model: GPT, split: Split) -> Evaluation:
    with progress_bar(_("measuring"), show=_first()) as move:
        return objective.evaluate(model, split, progress=move)


def _preset(options: Namespace, device: torch.device, budget: Budget) -> Preset:
    if options.preset and options.preset not in PRESETS:
        raise ValueError(
            f"unknown preset {options.preset!r}; expected one of {', '.join(PRESETS)}."
        )
    preset = PRESETS[options.preset] if options.preset else default_preset(device, budget)
    sizes = ("n_layers", "d_model", "n_heads", "n_ctx")
    given = {name: value for name in sizes if (value := getattr(options, name)) is not None}
    return replace(preset, **given)


def _positions(name: str) -> Callable[[GPTConfig], Positions]:
    schemes = {key.removesuffix("Positions").lower(): scheme for key, scheme in POSITIONS.items()}
    if name not in schemes:
        raise ValueError(f"unknown positions {name!r}; expected one of {', '.join(schemes)}.")
    return schemes[name]


def _objective(name: str, vocab_size: int) -> tuple[Objective, int]:
    """Return an objective, and how many tokens its model tells apart."""
    if name not in ("next", "masked"):
        raise ValueError(f"unknown objective {name!r}; expected next or masked.")
    if name == "next":
        return NextToken(), vocab_size
    return MaskedTokens(mask_id=vocab_size), vocab_size + 1


def _recipe(options: Namespace, preset: Preset, budget: Budget) -> Recipe:
    names = ("batch_size", "accumulation", "lr", "matrix_lr", "weight_decay", "decay")
    given = {name: value for name in names if (value := getattr(options, name)) is not None}
    if isinstance(budget, Minutes):
        # A whole validation split takes seconds: about one look per minute.
        given["evaluations"] = max(1, min(10, math.floor(budget.n)))
    return replace(preset.recipe, **given)


def _budget(options: Namespace) -> Budget | None:
    if options.steps is not None:
        return Steps(options.steps)
    return Minutes(options.minutes) if options.minutes is not None else None


def _worth_compiling(device: torch.device, budget: Budget) -> bool:
    long = budget.n >= 2 if isinstance(budget, Minutes) else budget.n >= 2000
    return long and devices.compiling_pays(device)


def _snapshot_moments(n: int) -> list[float]:
    """Space n moments evenly in the logarithm: 0, then from 1/100 of the run to its end."""
    return [10 ** (-2 + 2 * i / (n - 2)) for i in range(n - 1)] if n > 2 else [1.0][:n]


def _announce(run_: Run) -> None:
    cfg, training = run_.training.model.cfg, run_.training
    say(
        _(
            "model: {n:,} parameters, {layers} layers × {width}, {heads} heads, n_ctx {n_ctx}, "
            "{vocabulary} tokens ({tokenizer})",
            n=training.model.n_parameters,
            layers=cfg.n_layers,
            width=cfg.d_model,
            heads=cfg.n_heads,
            n_ctx=cfg.n_ctx,
            vocabulary=cfg.d_vocab,
            tokenizer=run_.tokenizer.name,
        )
    )
    say(
        _(
            "training: {budget} on {device}, {tokens:,} tokens of text, {batch} windows per step",
            budget=training.budget,
            device=devices.describe(training.model.device),
            tokens=len(training.data.train.ids),
            batch=training.recipe.batch_size,
        )
    )


def _warn_if_busy(device: torch.device) -> None:
    busy, threads = devices.busy_cores(), torch.get_num_threads()
    free = max(1, threads - busy)
    if device.type == "cpu" and free < threads:
        say(
            _(
                "{busy} of {cores} cores were busy in the last minute: training with {threads} "
                "threads may be several times slower. Stop other programs, or set "
                "OMP_NUM_THREADS={free}.",
                busy=busy,
                cores=os.cpu_count(),
                threads=threads,
                free=free,
            )
        )


def _save(run_: Run) -> None:
    if _first():
        run_.save()


def _first() -> bool:
    return distributed.rank() == 0


def say(line: str) -> None:
    """Tell the learner what is going on, on the error stream."""
    if _first():
        print(line, file=sys.stderr, flush=True)


class StopRequest:
    """Whether Ctrl-C was pressed."""

    requested = False


@contextmanager
def stop_request() -> Iterator[StopRequest]:
    """Turn the first Ctrl-C into a request to stop after the step; a second one stops at once."""
    request = StopRequest()

    def ask(_signal: int, _frame: FrameType | None) -> None:
        request.requested = True
        signal.signal(signal.SIGINT, signal.default_int_handler)
        say(_("\nstopping after this step (Ctrl-C again: at once) …"))

    before = signal.signal(signal.SIGINT, ask)
    try:
        yield request
    finally:
        signal.signal(signal.SIGINT, before)
