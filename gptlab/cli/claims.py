"""`gptlab claims`: count what people say by verdict, look a claim up, test the verdicts."""

import sys
from argparse import Namespace
from collections.abc import Mapping, Sequence
from pathlib import Path

from gptlab import claims
from gptlab.catalogue import text as _
from gptlab.claims import markup, measuring
from gptlab.claims.bounds import bound_of
from gptlab.claims.ledger import VERDICTS
from gptlab.claims.states import STATES, State


def run(options: Namespace) -> int:
    """Count all, show one, list what is open or what works, or check."""
    if (options.what == "show") != bool(options.name):
        raise ValueError(
            f"expected the id of a claim after show and nowhere else, came {options.what} "
            f"{options.name or 'without one'}. Write: gptlab claims show stop-words-removed"
        )
    if options.mutate and options.what != "check":
        raise ValueError("--mutate belongs to check. Write: gptlab claims check --mutate")
    commands = {"count": _count, "open": _open, "features": _features}
    if options.what == "show":
        return _show(options.name)
    if options.what == "check":
        return _check(options.notebooks, mutate=options.mutate)
    return commands[options.what]()


def _count() -> int:
    names = (*VERDICTS, *STATES)
    heads = [_("lesson"), *(_verdict(name) for name in VERDICTS), *map(_state, STATES), _("all")]
    rows = []
    table = claims.counts()
    for lesson, counted in table.items():
        rows.append([lesson, *(counted[name] for name in names), _total(counted)])
    sums = {name: sum(counted[name] for counted in table.values()) for name in names}
    rows.append([_("all"), *(sums[name] for name in names), _total(sums)])
    _print_table(heads, rows)
    print(_("open: {n}", n=sums["open"]))
    return 0


def _total(counted: Mapping[str, int]) -> int:
    return sum(counted[name] for name in VERDICTS)


def _print_table(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    cells = [list(map(str, row)) for row in (heads, *rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for row in cells:
        print("  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)))


def _show(name: str) -> int:
    found = claims.state(claims.claim(name))
    entry = found.claim
    places = ", ".join(f"{place.article}:{place.line}" for place in entry.said)
    lines = [
        (_("claim"), _(entry.says)),
        (_("verdict"), f"{markup.MARKS[entry.verdict]} {markup.word(entry)}"),
        (_("what is right"), _(entry.fact)),
        (_("source"), markup.source(entry)),
        (_("said in"), places),
        (_("state"), _state(found.name)),
        *_where(found),
    ]
    for title, said in lines:
        print(f"{title}: {said}")
    return 0


def _where(found: State) -> list[tuple[str, str]]:
    if found.reason:
        return [(_("reason"), found.reason)]
    lines = []
    for shown in found.shown:
        lines.append((_("cell"), f"notebooks/{shown.lesson}.ipynb#{shown.cell}"))
        if shown.is_measured:
            lines.append((_("measured"), f"{shown.measured} {shown.unit}".strip()))
            expected = str(bound_of(shown.expected))
            margin = f" ± {shown.tolerance:g}" if shown.tolerance else ""
            lines.append((_("expected"), expected + margin))
    return lines


def _open() -> int:
    for found in claims.states():
        if found.name == "open":
            print(f"{found.claim.notebook} {found.claim.id}: {found.reason}")
    return 0


def _features() -> int:
    for feature in claims.features():
        print(f"{feature.id}: {_(feature.name)}. {_(feature.works)}")
        print(f"  {feature.where}")
    return 0


def _check(folder: str, *, mutate: bool) -> int:
    """Hold the stored verdicts to the notebooks and to themselves, then try to break them."""
    entries = claims.measurements()
    problems = []
    if Path(folder).is_dir():
        if measuring.collected(folder) != entries:
            problems.append(
                _(
                    "The notebooks in {folder} show other verdicts than the package has. Run: "
                    "python -m tools.notebooks build",
                    folder=folder,
                )
            )
    else:
        print(_("no notebooks in {folder}: checking what the package has", folder=folder))
    verdicts = {claim.id: claim.verdict for claim in claims.claims()}
    problems += [
        _("{claim} in {lesson}: the ledger says otherwise", claim=e.claim, lesson=e.lesson)
        for e in entries
        if verdicts.get(e.claim) != e.verdict
    ]
    problems += [
        _("{claim} in {lesson}: the measured value does not agree", claim=e.claim, lesson=e.lesson)
        for e in entries
        if e.is_measured and not e.agrees
    ]
    n = sum(entry.is_measured for entry in entries)
    if mutate:
        problems += [
            _(
                "{claim} in {lesson}: the verdict is the same with {value}",
                claim=survivor.entry.claim,
                lesson=survivor.entry.lesson,
                value=repr(survivor.value),
            )
            for survivor in claims.survivors(entries)
        ]
        print(_("{n} verdicts were given values that they must deny", n=n))
    for problem in problems:
        print(problem, file=sys.stderr)
    print(_("{n} verdicts checked, {bad} problems", n=n, bad=len(problems)))
    return 1 if problems else 0


def _verdict(name: str) -> str:
    return {
        "holds": _("holds"),
        "holds with limits": _("with limits"),
        "misleading": _("misleading"),
        "false": _("false"),
    }[name]


def _state(name: str) -> str:
    return {"measured": _("measured"), "cited": _("cited"), "open": _("open")}[name]
