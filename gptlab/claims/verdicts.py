"""Hold a claim to a measurement, and show both in one row."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from gptlab.catalogue import text as _
from gptlab.claims import comparing, markup
from gptlab.claims.bounds import Bound, Number
from gptlab.claims.comparing import Value
from gptlab.claims.ledger import Claim, claim

Bundle = tuple[dict[str, str], dict[str, Any]]
"""What a notebook stores: the forms of an output, and its metadata."""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """A claim, what was measured, and what the measurement had to be.

    Args:
        claim: What people say.
        measured: What came out; it agrees with `expected`.
        expected: A value, or a bound.
        tolerance: How far a number may be off.
        unit: Of the numbers, such as `tokens`; empty for pure numbers and words.
    """

    claim: Claim
    measured: Value
    expected: Value | Bound
    tolerance: Number = 0
    unit: str = ""

    def row(self) -> markup.Row:
        """Return the cells that the notebook shows."""
        measured, expected = self.in_words(_rounded)
        return markup.Row(claim=self.claim, measured=measured, expected=expected)

    def in_words(self, written: Callable[[Value], str]) -> tuple[str, str]:
        """Write out what was measured and what was expected, with their unit."""
        if isinstance(self.expected, Bound):
            expected = str(self.expected)
        else:
            margin = f" ± {self.tolerance:g}" if self.tolerance else ""
            expected = written(self.expected) + margin
        unit = f" {self.unit}" if self.unit else ""
        return written(self.measured) + unit, expected + unit

    def to_json(self) -> dict[str, Any]:
        """Return what the output's metadata stores."""
        expected = self.expected.to_json() if isinstance(self.expected, Bound) else self.expected
        return {
            "claim": self.claim.id,
            "verdict": self.claim.verdict,
            "measured": _stored(self.measured),
            "expected": _stored(expected),
            "tolerance": self.tolerance,
            "unit": self.unit,
        }

    def _repr_mimebundle_(self, **options: Any) -> Bundle:
        return markup.bundle([self.row()]), {"gptlab": self.to_json()}


@dataclass(frozen=True)
class Citation:
    """A claim that is not measured here: its source decides, or another lesson does."""

    claim: Claim

    def row(self) -> markup.Row:
        """Return the cells that the notebook shows."""
        if self.claim.kind == "historical":
            reason = _("not measured: the record decides")
        else:
            reason = _("not measured in this lesson")
        return markup.Row(claim=self.claim, measured=reason, expected="–")

    def to_json(self) -> dict[str, Any]:
        """Return what the output's metadata stores."""
        return {"claim": self.claim.id, "verdict": self.claim.verdict, "measured": None}

    def _repr_mimebundle_(self, **options: Any) -> Bundle:
        return markup.bundle([self.row()]), {"gptlab": self.to_json()}


@dataclass(frozen=True)
class Board:
    """Several verdicts and citations in one table."""

    entries: tuple[Verdict | Citation, ...]

    def _repr_mimebundle_(self, **options: Any) -> Bundle:
        stored = [entry.to_json() for entry in self.entries]
        return markup.bundle([e.row() for e in self.entries]), {"gptlab": {"claims": stored}}


def verdict(
    id: str, measured: object, expected: object, tolerance: Number = 0, *, unit: str = ""
) -> Verdict:
    """Hold a claim of the ledger to a measurement, and return the row that the cell shows.

    Numbers agree if |measured − expected| ≤ tolerance, or if they respect a bound; strings, truth
    values and tuples if they are equal.

    Args:
        id: The claim's id.
        measured: What the lesson measured: a number (a tensor of one too), string, truth value or
            tuple.
        expected: The same kind of value, or `at_least(x)`, `at_most(x)`, `between(a, b)`.
        tolerance: How far a number may be off, in its own unit; 0 or more.
        unit: Of both numbers.

    Raises:
        AssertionError: The measurement does not agree; the message says what to do.
        ValueError: No such claim, a claim without an experiment, or values that cannot be compared.

    Example:
        >>> verdict("tokens-are-words", measured=4, expected=4, unit="tokens").measured
        4
    """
    entry = claim(id)
    if not entry.experiments:
        raise ValueError(
            f"expected a claim that an experiment can measure, came {id!r}, which the record "
            f"decides. Show it with cited({id!r})."
        )
    came, wanted = comparing.plain(measured), comparing.plain(expected)
    comparing.check(came, wanted, tolerance)
    found = Verdict(claim=entry, measured=came, expected=wanted, tolerance=tolerance, unit=unit)
    if not comparing.agree(came, wanted, tolerance):
        raise AssertionError(_disagreement(found))
    return found


def cited(id: str) -> Citation:
    """Show a claim with its source and without a measurement, and say so.

    Raises:
        ValueError: The ledger has no claim of that name.
    """
    return Citation(claim(id))


def board(*entries: Verdict | Citation) -> Board:
    """Show several verdicts as one table, since a cell shows its last value only."""
    return Board(entries)


def _disagreement(found: Verdict) -> str:
    measured, expected = found.in_words(repr)
    return _(
        'Claim {id}: "{says}"\n'
        "  measured: {measured}\n"
        "  expected: {expected}\n"
        "If you changed the experiment, this is your finding: say what differs. If you changed "
        "nothing, this machine does not reproduce the number behind the verdict '{verdict}': look "
        "at the cell that measures it before you touch the tolerance.",
        id=found.claim.id,
        says=_(found.claim.says),
        measured=measured,
        expected=expected,
        verdict=markup.word(found.claim),
    )


def _rounded(value: Value) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.4g}"
    return ", ".join(map(_rounded, value)) if isinstance(value, tuple) else value


def _stored(value: Any) -> Any:
    return [_stored(part) for part in value] if isinstance(value, tuple) else value
