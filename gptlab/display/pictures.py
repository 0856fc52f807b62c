"""Pictures with words, and tables."""

import html
import json
from collections.abc import Iterable, Sequence
from typing import Protocol, runtime_checkable

from gptlab.catalogue import text as _
from gptlab.display.output import send, still
from gptlab.style import Picture


@runtime_checkable
class Plotly(Protocol):
    """What a plotly figure offers, so that this module needs no plotly."""

    def to_json(self) -> str | None:
        """Return the figure in plotly's JSON."""
        ...


def show(picture: Picture, moving: Plotly | None = None) -> None:
    """Show a picture, and below it, folded away, what it shows in words.

    Args:
        picture: The picture; on GitHub and on paper it is all that can be seen.
        moving: A plotly figure of the same numbers, to turn and to hover over. It travels as
            plotly's JSON, which JupyterLab draws itself: no script comes with it.

    Raises:
        ValueError: If the picture has no description.
    """
    data, metadata = still(picture)
    if moving is not None:
        data["application/vnd.plotly.v1+json"] = json.loads(moving.to_json() or "{}")
    send(data, metadata)
    show_words(picture)


def show_words(picture: Picture) -> None:
    """Show, folded away, what a picture shows in words."""
    words = f"<p>{html.escape(picture.description)}</p>"
    send({"text/html": folded(words), "text/plain": picture.description})


def folded(markup: str) -> str:
    """Fold HTML that says in words what a picture shows."""
    summary = html.escape(_("The picture in words"))
    return f"<details><summary>{summary}</summary>{markup}</details>"


def table(rows: Iterable[Sequence[object]], header: Sequence[str], *, caption: str = "") -> None:
    """Show a table; whole numbers stand right-aligned, text with several lines keeps them.

    Args:
        rows: Cells, row by row; anything that is not text is shown as `str` shows it.
        header: A name for each column.
        caption: What the table is about.

    Raises:
        ValueError: If a row has not one cell per column.
    """
    cells = [list(row) for row in rows]
    for number, row in enumerate(cells):
        if len(row) != len(header):
            raise ValueError(
                f"row {number} has {len(row)} cells, but there are {len(header)} columns "
                f"({', '.join(header)}). Give each row one cell per column."
            )
    send({"text/html": table_html(cells, header, caption), "text/plain": _plain(cells, header)})


def table_html(cells: Sequence[Sequence[object]], header: Sequence[str], caption: str) -> str:
    """Write a table as HTML, one cell per column in each row; what the cells hold is escaped."""
    title = f"<caption>{html.escape(caption)}</caption>" if caption else ""
    columns = zip(*cells, strict=True) if cells else [()] * len(header)
    names = "".join(
        f'<th scope="col" style="text-align: {"right" if all(map(_is_count, column)) else "left"}">'
        f"{html.escape(name)}</th>"
        for name, column in zip(header, columns, strict=True)
    )
    body = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in cells)
    return f"<table>{title}<thead><tr>{names}</tr></thead><tbody>{body}</tbody></table>"


def _is_count(content: object) -> bool:
    return isinstance(content, int) and not isinstance(content, bool)


def _cell(content: object) -> str:
    if _is_count(content):
        return f'<td style="text-align: right">{content:,}</td>'
    words = html.escape(str(content))
    inside = f"<pre>{words}</pre>" if "\n" in words else words
    return f'<td style="text-align: left">{inside}</td>'


def _plain(cells: list[list[object]], header: Sequence[str]) -> str:
    rows: list[list[object]] = [[*header], *cells]
    return "\n".join("\t".join(map(str, row)) for row in rows)
