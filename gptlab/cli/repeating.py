"""Measure a recorded experiment again, whole or shorter, and hold it to the record."""

import shlex
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from gptlab import provenance
from gptlab.catalogue import plural
from gptlab.catalogue import text as _
from gptlab.cli.progress import progress_bar
from gptlab.experiments import (
    RESULTS,
    Comparison,
    Difference,
    Experiment,
    Recorded,
    clear_differences,
    compare,
    record,
    recorded,
)
from gptlab.experiments.experiment import flat
from gptlab.experiments.results import result_file

MOST_PRINTED = 8  # numbers of a curve; a longer one stands in the file
REPEATED = Path("runs") / "experiments"  # where repetitions stand, so that no record is touched


def measured(
    experiment: Experiment, folder: Path, *, command: str, seeds: Sequence[int] | None = None
) -> Recorded:
    """Measure every seed behind a bar.

    Args:
        experiment: What to measure.
        folder: Where the result shall stand.
        command: What was typed.
        seeds: Instead of the experiment's.
    """
    with progress_bar(experiment.name) as move:
        made = provenance.made(command)
        return record(experiment, folder, seeds=seeds, made=made, report=move)


def repeat(experiment: Experiment, folder: Path | None, *, n_seeds: int | None, quick: bool) -> int:
    """Measure an experiment again, and say whether it comes out as it was recorded.

    Args:
        experiment: What to repeat.
        folder: Where the repetition shall stand; under `runs` if not given.
        n_seeds: How many seeds; one if not given.
        quick: Whether to measure the shorter version.

    Returns:
        0 if it came out as recorded, else 1.

    Raises:
        ValueError: No seeds, no shorter version, or a folder that holds the records.
    """
    seeds = _seeds(experiment, 1 if n_seeds is None else n_seeds)
    where = folder or (REPEATED / "quick" if quick else REPEATED)
    if where.resolve() == RESULTS.resolve():
        raise ValueError(
            f"{where} holds the records, which a repetition does not overwrite. Pass another "
            "folder as --out, or leave it out."
        )
    before = recorded(experiment.name)
    again = measured(
        _shorter(experiment) if quick else experiment,
        where,
        command=shlex.join(["gptlab", *sys.argv[1:]]),
        seeds=seeds,
    )
    for name in again.runs[0].numbers:
        numbers = flat(again.mean(name))
        if len(numbers) <= MOST_PRINTED:
            print(f"{name}: {'  '.join(f'{number:.4g}' for number in numbers)}")
    print(
        _(
            "measured in {seconds:.0f} s: {file}",
            seconds=again.seconds,
            file=result_file(experiment.name, where),
        )
    )
    if quick and experiment.shorter:
        found = clear_differences(before, again, experiment.shorter)
        return 0 if _tell_order(found, experiment.name) else 1
    return 0 if tell(compare(before, again), experiment.name) else 1


def tell(compared: Comparison, name: str) -> bool:
    """Print what a comparison of all numbers found.

    Args:
        compared: The comparison.
        name: The experiment's name.

    Returns:
        Whether the repetition agrees.
    """
    print(f"{name}: {_finding(compared)}")
    for outlier in compared.outliers:
        print(
            _(
                "  {name}, seed {seed}: {came:.6g} is not within {low:.6g} to {high:.6g}",
                name=outlier.name,
                seed=outlier.seed,
                came=outlier.came,
                low=outlier.low,
                high=outlier.high,
            )
        )
    return compared.agrees


def _tell_order(found: Sequence[Difference], name: str) -> bool:
    if not found:
        print(_("{name}: the record has no clear difference that could come back", name=name))
        return False
    turned = [difference for difference in found if not difference.kept]
    if not turned:
        print(
            _(
                "{name}: sign and order as recorded, in all {n} differences that are clear there",
                name=name,
                n=len(found),
            )
        )
        return True
    said = plural(
        "{name}: NOT as recorded: {n} of {all} clear differences has another sign",
        "{name}: NOT as recorded: {n} of {all} clear differences have another sign",
        len(turned),
        name=name,
        all=len(found),
    )
    print(said)
    for each in turned:
        print(
            _(
                "  {name}: {recorded:+.2f} was recorded, {came:+.2f} came",
                name=each.name,
                recorded=each.recorded,
                came=each.came,
            )
        )
    return False


def _seeds(experiment: Experiment, n: int) -> tuple[int, ...]:
    if n < 1:
        raise ValueError(f"expected one seed or more, came --seeds {n}. Leave it out for one.")
    more = range(max(experiment.seeds) + 1, max(experiment.seeds) + 1 + n)
    return (*experiment.seeds, *more)[:n]


def _shorter(experiment: Experiment) -> Experiment:
    if experiment.shorter is None:
        raise ValueError(
            f"{experiment.name} has no shorter version. Leave out --quick; gptlab experiment list "
            "says how long it takes."
        )
    return replace(experiment, measure=experiment.shorter.measure)


def _finding(compared: Comparison) -> str:
    if compared.recorded != compared.repeated:
        return _(
            "the verdict was “{recorded}”, and is “{repeated}” now",
            recorded=_(compared.recorded),
            repeated=_(compared.repeated),
        )
    if compared.outliers:
        return plural(
            "{n} number outside the recorded interval",
            "{n} numbers outside the recorded interval",
            len(compared.outliers),
        )
    return _(
        "agrees: {verdict}; all {n} numbers within the recorded intervals",
        verdict=_(compared.recorded),
        n=compared.n_numbers,
    )
