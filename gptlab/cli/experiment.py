"""`gptlab experiment`: record what takes longer than a lesson can wait, list it, check it."""

import shlex
import sys
import tempfile
from argparse import Namespace
from pathlib import Path

from gptlab import provenance
from gptlab.catalogue import plural
from gptlab.catalogue import text as _
from gptlab.cli.progress import progress_bar
from gptlab.experiments import (
    RESULTS,
    Comparison,
    Experiment,
    Recorded,
    cheapest_third,
    compare,
    record,
    recorded,
    registry,
)


def run(options: Namespace) -> int:
    """Record one experiment, list all, or repeat the cheapest."""
    folder = Path(options.out) if options.out else RESULTS
    if options.what == "list":
        return _list(folder)
    if options.what == "check":
        return _check(folder, everything=options.all)
    return _record(registry.find(options.what), folder)


def _record(experiment: Experiment, folder: Path) -> int:
    print(experiment.question, file=sys.stderr)
    try:
        result = _with_bar(experiment, folder)
    except KeyboardInterrupt:
        print(
            _(
                "stopped; the seeds that are done are kept, and the same command goes on: gptlab "
                "experiment {name}",
                name=experiment.name,
            ),
            file=sys.stderr,
        )
        return 130
    for name in result.runs[0].numbers:
        mean, spread = result.mean(name), result.spread(name)
        if not isinstance(mean, list):
            print(f"{name}: {mean:.4g} ± {spread:.2g}")
    print(_("verdict: {verdict}", verdict=_(result.verdict)))
    print(
        _(
            "recorded {n} seeds in {seconds:.0f} s: {file}",
            n=len(result.runs),
            seconds=result.seconds,
            file=folder / f"{experiment.name}.json",
        )
    )
    return 0


def _with_bar(experiment: Experiment, folder: Path) -> Recorded:
    command = shlex.join(["gptlab", *sys.argv[1:]])
    with progress_bar(experiment.name) as move:
        return record(experiment, folder, made=provenance.made(command), report=move)


def _list(folder: Path) -> int:
    for name in registry.NAMES:
        experiment, result = registry.find(name), _result(name, folder)
        print(f"{name}: {_(experiment.question)}")
        print(f"  {_state(experiment, result)}")
    return 0


def _state(experiment: Experiment, result: Recorded | None) -> str:
    if result is None:
        return _("not recorded; gptlab experiment {name} does it", name=experiment.name)
    words = _(
        "{verdict} ({n} seeds, {seconds:.0f} s, {date})",
        verdict=_(result.verdict),
        n=len(result.runs),
        seconds=result.seconds,
        date=result.made.get("date", _("date unknown")),
    )
    if result.is_current(experiment):
        return words
    return _("{state}; its module has changed since", state=words)


def _result(name: str, folder: Path) -> Recorded | None:
    try:
        return recorded(name, folder)
    except FileNotFoundError:
        return None


def _check(folder: Path, *, everything: bool) -> int:
    there = [result for name in registry.NAMES if (result := _result(name, folder))]
    chosen = there if everything else cheapest_third(there)
    if not chosen:
        raise ValueError(f"nothing is recorded in {folder}. Begin with gptlab experiment list.")
    agreed = [_repeated(result) for result in chosen]
    return 0 if all(agreed) else 1


def _repeated(result: Recorded) -> bool:
    with tempfile.TemporaryDirectory() as elsewhere:
        again = _with_bar(registry.find(result.experiment), Path(elsewhere))
    compared = compare(result, again)
    print(f"{result.experiment}: {_finding(compared)}")
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
