"""One table for verdicts, as HTML and as plain text, with every cell escaped."""

import html
from collections.abc import Sequence
from dataclasses import dataclass

from gptlab.catalogue import text as _
from gptlab.claims.ledger import Claim

# A sign beside each word: no verdict is told by colour alone.
MARKS = {"holds": "✓", "holds with limits": "◐", "misleading": "△", "false": "✗"}

LEFT = 'style="text-align: left"'  # Jupyter would set cells right-aligned


@dataclass(frozen=True, kw_only=True)
class Row:
    """What one line of the table says."""

    claim: Claim
    measured: str
    expected: str

    def cells(self) -> list[str]:
        """Return the cells in the order of `columns`."""
        ruling = f"{MARKS[self.claim.verdict]}\N{NO-BREAK SPACE}{word(self.claim)}"
        fact = _(self.claim.fact)
        return [_(self.claim.says), ruling, fact, self.measured, self.expected, source(self.claim)]


def columns() -> list[str]:
    """Name the columns."""
    return [
        _("What people say"),
        _("Verdict"),
        _("What is right"),
        _("Measured"),
        _("Expected"),
        _("Source"),
    ]


def word(claim: Claim) -> str:
    """Say the ledger's verdict in the language in use."""
    return {
        "holds": _("holds"),
        "holds with limits": _("holds with limits"),
        "misleading": _("misleading"),
        "false": _("false"),
    }[claim.verdict]


def source(claim: Claim) -> str:
    """Name the source, and say so where nobody has looked it up yet."""
    named = _(claim.source)
    return named if claim.checked else _("{source} (cited from memory)", source=named)


def bundle(rows: Sequence[Row]) -> dict[str, str]:
    """Return the table in the forms that a notebook stores."""
    return {"text/html": _table(rows), "text/plain": _plain(rows)}


def _table(rows: Sequence[Row]) -> str:
    caption = html.escape(_("Claims and what this notebook found"))
    names = "".join(f'<th scope="col" {LEFT}>{html.escape(name)}</th>' for name in columns())
    body = "".join(f"<tr>{_line(row.cells())}</tr>" for row in rows)
    return (
        f'<table class="gptlab gptlab-verdicts"><caption>{caption}</caption>'
        f"<thead><tr>{names}</tr></thead><tbody>{body}</tbody></table>"
    )


def _line(cells: Sequence[str]) -> str:
    first, *others = map(html.escape, cells)
    data = "".join(f"<td {LEFT}>{cell}</td>" for cell in others)
    return f'<th scope="row" {LEFT}>{first}</th>{data}'


def _plain(rows: Sequence[Row]) -> str:
    return "\n\n".join(
        "\n".join(f"{name}: {cell}" for name, cell in zip(columns(), row.cells(), strict=True))
        for row in rows
    )
