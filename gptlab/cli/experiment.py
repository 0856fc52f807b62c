"""`gptlab experiment`: record what takes longer than a lesson can wait, list it, check it."""

import shlex
import sys
import tempfile
from argparse import Namespace
from pathlib import Path

from gptlab.catalogue import text as _
from gptlab.cli.repeating import measured, repeat, tell
from gptlab.experiments import (
    RESULTS,
    Experiment,
    Recorded,
    cheapest_third,
    compare,
    recorded,
    registry,
)
from gptlab.experiments.results import result_file


def run(options: Namespace) -> int:
    """Record one experiment or repeat it, list all, or check the cheapest."""
    if options.name and options.what != "run":
        raise ValueError(
            f"expected run before a name, came {options.what!r}. Write: gptlab experiment run "
            f"{options.name}"
        )
    folder = Path(options.out) if options.out else RESULTS
    if options.what == "list":
        return _list(folder)
    if options.what == "check":
        return _check(folder, everything=options.all)
    experiment = registry.find(_name(options))
    print(_(experiment.question), file=sys.stderr)
    try:
        if options.quick or options.seeds is not None:
            where = Path(options.out) if options.out else None
            return repeat(experiment, where, n_seeds=options.seeds, quick=options.quick)
        return _record(experiment, folder)
    except KeyboardInterrupt:
        print(
            _(
                "stopped; the seeds that are done are kept, and the same command goes on: "
                "{command}",
                command=_command(),
            ),
            file=sys.stderr,
        )
        return 130


def _name(options: Namespace) -> str:
    if options.what == "run" and not options.name:
        raise ValueError("run which one? gptlab experiment list has the names.")
    return str(options.name or options.what)


def _command() -> str:
    return shlex.join(["gptlab", *sys.argv[1:]])


def _record(experiment: Experiment, folder: Path) -> int:
    result = measured(experiment, folder, command=_command())
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
            file=result_file(experiment.name, folder),
        )
    )
    return 0


def _list(folder: Path) -> int:
    for name in registry.NAMES:
        experiment, result = registry.find(name), _result(name, folder)
        print(f"{name}: {_(experiment.question)}")
        print(f"  {_state(experiment, result)}")
    return 0


def _state(experiment: Experiment, result: Recorded | None) -> str:
    if result is None:
        return _("not recorded; gptlab experiment run {name} does it", name=experiment.name)
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
        again = measured(registry.find(result.experiment), Path(elsewhere), command=_command())
    return tell(compare(result, again), result.experiment)
