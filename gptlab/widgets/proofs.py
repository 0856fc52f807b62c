"""How we know that what a widget shows is so: the checks of all widgets, in one table."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from gptlab.catalogue import text as _

FILE = Path(__file__).parent / "proofs.toml"


@dataclass(frozen=True, kw_only=True)
class Proof:
    """One check of a widget's numbers.

    The texts are English messages; what shows them looks up their translation.

    Args:
        widget: The name of its class.
        checks: What is checked.
        against: What it has to equal.
        tolerance: How far a number may be off.
        test: The test that fails if it is off, below `tests/`.
    """

    widget: str
    checks: str
    against: str
    tolerance: str
    test: str

    def cells(self) -> tuple[str, ...]:
        """Return the cells in the order of `columns`."""
        return (self.widget, _(self.checks), _(self.against), _(self.tolerance), self.test)


@cache
def proofs() -> tuple[Proof, ...]:
    """List the checks, widget by widget."""
    tables = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return tuple(Proof(widget=name, **row) for name, rows in tables.items() for row in rows)


def columns() -> tuple[str, ...]:
    """Name the columns."""
    return (_("widget"), _("what is checked"), _("against what"), _("how near"), _("by which test"))


def page() -> str:
    """Return the page "How we know" as Markdown: what is checked, and how claims are held to it."""
    rows = ["| " + " | ".join(columns()) + " |", "|" + "---|" * len(columns())]
    rows += ["| " + " | ".join(map(_cell, proof.cells())) + " |" for proof in proofs()]
    parts = [
        f"# {_('How we know')}",
        _(
            "Every number that is drawn is computed by the model whose name stands beside it. "
            "Below is what holds it to that: what is checked, against what, how near, and which "
            "test fails otherwise."
        ),
        "\n".join(rows),
        f"## {_('Claims')}",
        _(
            "Each verdict about what people say is asserted by the cell that measures it. A test "
            "gives every verdict values that it must deny, and fails if one of them stands: "
            "`gptlab claims check --mutate`. What the record decides is cited, and says whether "
            "anybody has looked it up. What no lesson measures is open: `gptlab claims open` "
            "gives each reason."
        ),
        f"## {_('Results that depend on chance')}",
        _(
            "Recorded experiments have several seeds, a mean and a spread, and a baseline; a "
            "verdict may be that there is no difference. `gptlab experiment check` repeats the "
            "cheapest third. Bounds of a verdict leave room for another processor."
        ),
    ]
    return "\n\n".join(parts) + "\n"


def _cell(text: str) -> str:
    """Set the name of a test as code; a bar would end the cell."""
    return f"`{text}`" if "::" in text else text.replace("|", "\\|")
