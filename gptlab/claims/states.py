"""How far each claim is: measured, cited, or open, and why."""

import tomllib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from gptlab.catalogue import text as _
from gptlab.claims.ledger import VERDICTS, Claim, claims
from gptlab.claims.measuring import Measurement, by_claim

STATES = ("measured", "cited", "open")
REASONS = resources.files("gptlab.claims") / "open.toml"


@dataclass(frozen=True, kw_only=True)
class State:
    """How far a claim is.

    Args:
        claim: What people say.
        name: One of `STATES`. A claim of the record is `cited` unless a lesson measures it; any
            other that no lesson measures is `open`.
        shown: The cells that measure it, or else those that cite it.
    """

    claim: Claim
    name: str
    shown: tuple[Measurement, ...]

    @property
    def reason(self) -> str:
        """Why it is open; empty if it is not."""
        if self.name != "open":
            return ""
        if self.claim.id in reasons():
            return _(reasons()[self.claim.id])
        if self.shown:
            return _("Lesson {number} names it and does not measure it.", number=self.number)
        return _("No lesson measures it yet.")

    @property
    def number(self) -> int:
        """The lesson that shows it, or that it belongs to."""
        return int(self.shown[0].lesson[:2] if self.shown else self.claim.notebook)


def state(claim: Claim) -> State:
    """Tell how far a claim is."""
    shown = by_claim().get(claim.id, ())
    measured = tuple(entry for entry in shown if entry.is_measured)
    if measured:
        return State(claim=claim, name="measured", shown=measured)
    name = "cited" if claim.kind == "historical" else "open"
    return State(claim=claim, name=name, shown=shown)


def states() -> tuple[State, ...]:
    """Tell it of every claim, in the ledger's order."""
    return tuple(map(state, claims()))


def counts() -> Mapping[str, Mapping[str, int]]:
    """Count the claims of each lesson by verdict and by state.

    Returns:
        Lesson (two digits, in order) to verdict or state to how many.
    """
    found: dict[str, Counter[str]] = {}
    for each in sorted(states(), key=lambda each: each.claim.notebook):
        counted = found.setdefault(each.claim.notebook, Counter())
        counted.update([each.claim.verdict, each.name])
    return {
        lesson: {name: counted[name] for name in (*VERDICTS, *STATES)}
        for lesson, counted in found.items()
    }


@cache
def reasons() -> Mapping[str, str]:
    """Say by id why claims that could be measured are open, where that is known."""
    return tomllib.loads(REASONS.read_text(encoding="utf-8"))
