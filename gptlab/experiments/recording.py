"""Run an experiment seed by seed, and keep each seed as soon as it is done."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from gptlab.catalogue import text as _
from gptlab.experiments.experiment import Experiment, checked
from gptlab.experiments.results import (
    RESULTS,
    Recorded,
    Run,
    read,
    result_file,
    rounded,
    source_of,
    write,
)

Report = Callable[[float, str], None]
"""Called with the share of all seeds that is done, and a note about the present one."""


def record(
    experiment: Experiment,
    folder: Path = RESULTS,
    *,
    seeds: Sequence[int] | None = None,
    made: Mapping[str, str] | None = None,
    report: Report = lambda share, note: None,
) -> Recorded:
    """Measure every seed, and write `NAME.json` once all are there.

    Until then the seeds that are done stand in `NAME.partial.json`. Called again after an
    interruption, this measures the others alone, unless the experiment's module has changed.

    Args:
        experiment: What to run.
        folder: Where the file shall stand.
        seeds: Instead of the experiment's.
        made: What `provenance.made` says.
        report: Told how far it is.

    Raises:
        ValueError: What a seed measured cannot be recorded.
        OSError: The folder cannot be written.
    """
    partial = partial_file(experiment.name, folder)
    wanted = tuple(seeds or experiment.seeds)
    result = _begun(experiment, wanted, partial)
    for seed in wanted:
        if seed in result.seeds:
            continue
        run = _measured(experiment, seed, result, _progress(seed, len(wanted), result, report))
        result = replace(result, runs=(*result.runs, run))
        write(result, partial)
    in_order = sorted(result.runs, key=lambda run: wanted.index(run.seed))
    verdict = experiment.verdict([run.numbers for run in in_order])
    result = replace(result, runs=tuple(in_order), verdict=verdict, made=dict(made or {}))
    write(result, result_file(experiment.name, folder))
    partial.unlink(missing_ok=True)
    return result


def partial_file(name: str, folder: Path = RESULTS) -> Path:
    """Name the file of the seeds that an interrupted recording has done."""
    return folder / f"{name}.partial.json"


def _progress(seed: int, n: int, so_far: Recorded, report: Report) -> Callable[[float], None]:
    done = len(so_far.runs)
    note = _("seed {seed}, {i} of {n}", seed=seed, i=done + 1, n=n)
    return lambda share: report((done + share) / n, note)


def _measured(
    experiment: Experiment, seed: int, others: Recorded, progress: Callable[[float], None]
) -> Run:
    progress(0.0)
    began = time.perf_counter()
    numbers = experiment.measure(seed, progress)
    seconds = round(time.perf_counter() - began, 1)
    like = others.runs[0].numbers if others.runs else None
    return Run(
        seed=seed, seconds=seconds, numbers=rounded(checked(experiment, seed, numbers, like))
    )


def _begun(experiment: Experiment, seeds: Sequence[int], partial: Path) -> Recorded:
    empty = Recorded(
        experiment=experiment.name,
        question=experiment.question,
        claims=experiment.claims,
        tolerance=experiment.tolerance,
        source=source_of(experiment),
        runs=(),
    )
    if not partial.is_file():
        return empty
    before = read(partial)
    wanted = tuple(run for run in before.runs if run.seed in seeds)
    return replace(empty, runs=wanted) if before.source == empty.source else empty
